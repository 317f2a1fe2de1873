// Putting geometries into the document where kinds share the picture among them (see `Partition`): what is put
// takes its place from the others, or leaves it to them. What is cut may be trimmed, pierced, split or deleted.

import {
  boundsMeet,
  boundsOf,
  boundsOfRegion,
  difference,
  isEmpty,
  operations,
  overlap,
  union,
  type Bounds,
  type Geometry,
  type Region,
} from '../geometry/index.ts'
import { childrenOf, withAnnotations, type Annotation, type AnnotationId, type Document } from './document.ts'
import type { Edit } from './edits.ts'

/** Where it lies on others: they are cut, it is cut itself, or both keep the place. */
export type Overlap = 'cut_others' | 'cut_mine' | 'overlap'

/** How what is put shares the picture with what is there. */
export interface Sharing {
  readonly overlap: Overlap
  /** What stays as it is: where it lies, what is put is cut. */
  isFixed(annotation: Annotation): boolean
}

export const CUT_OTHERS: Sharing = { overlap: 'cut_others', isFixed: () => false }

type NewId = () => AnnotationId
type Changes = Map<AnnotationId, Annotation | undefined>

/**
 * Adds or replaces annotations; those of a sharing kind are freed of self-crossings. One of which nothing would be left
 * is not added, or stays as it was.
 */
export function placing(
  annotations: readonly Annotation[],
  newId: NewId,
  sharing: Sharing = CUT_OTHERS,
): Edit {
  return (document) => {
    const spared = new Set(annotations.map(({ id }) => id))
    const placed = annotations.flatMap((annotation) => {
      const region = regionOfGeometry(annotation.geometry)
      if (region === null) return [annotation]
      const pieces = parted(annotation, freeOf(region, document, spared, sharing), newId)
      return pieces.length > 0 ? pieces : (document.annotations.get(annotation.id) ?? [])
    })
    for (const { id } of placed) spared.add(id)
    const changes: Changes = new Map(annotations.map(({ id }) => [id, undefined]))
    for (const annotation of placed) changes.set(annotation.id, annotation)
    for (const { geometry } of placed) {
      const region = regionOfGeometry(geometry)
      if (region !== null) cutOthers(document, changes, { region, spared, newId }, sharing)
    }
    dropFamilies(document, changes)
    return withAnnotations(document, changes)
  }
}

/** What is painted: the annotation that it is to be part of, and the one that is made of what does not touch that. */
export interface Paint {
  readonly into: AnnotationId | null
  /** Its geometry is of the kind to make; the place is the paint's. */
  readonly fresh: Annotation
}

/** Adds an area to an annotation. What of it does not touch the annotation becomes another one. */
export function painting(
  area: Region,
  { into, fresh }: Paint,
  newId: NewId,
  sharing: Sharing = CUT_OTHERS,
): Edit {
  return (document) => {
    const target = into === null ? undefined : document.annotations.get(into)
    const spared = new Set<AnnotationId>(target === undefined ? [] : [target.id])
    const region = freeOf(area, document, spared, sharing)
    if (isEmpty(region)) return document
    const painted =
      target === undefined
        ? eachAs(fresh, piecesOf(fresh, region), newId)
        : grownBy(region, target, fresh, newId)
    const changes: Changes = new Map(painted.map((annotation) => [annotation.id, annotation]))
    for (const id of changes.keys()) spared.add(id)
    cutOthers(document, changes, { region, spared, newId }, sharing)
    dropFamilies(document, changes)
    return changes.size === 0 ? document : withAnnotations(document, changes)
  }
}

/** The annotation with what touches it of the area, and the rest of the area as others. */
function grownBy(area: Region, target: Annotation, fresh: Annotation, newId: NewId): readonly Annotation[] {
  const own = regionOfGeometry(target.geometry)!
  const geometries = piecesOf(target, union(own, area))
  const part = partOf(geometries, own)
  const others = eachAs(fresh, geometries.toSpliced(part, 1), newId)
  const isGrown = overlap(difference(area, own), regionOfGeometry(geometries[part]!)!)
  return isGrown || isParted(geometries[part]!)
    ? [{ ...target, geometry: geometries[part]! }, ...others]
    : others
}

/** Whether it is a part of what had too many points. */
export function isParted(geometry: Geometry): boolean {
  return operations(geometry.kind).partition?.isParted(geometry) ?? false
}

/** The piece that holds the area. */
function partOf(geometries: readonly Geometry[], own: Region): number {
  if (geometries.length === 1) return 0
  const holds = (geometry: Geometry): boolean => overlap(regionOfGeometry(geometry)!, own)
  return Math.max(0, geometries.findIndex(holds))
}

/** Cuts an area out of annotations of a sharing kind. */
export function erasing(
  region: Region,
  newId: NewId,
  isErased: (annotation: Annotation) => boolean = () => true,
): Edit {
  return (document) => {
    const changes: Changes = new Map()
    cut(document, changes, { region, spared: new Set(), newId }, isErased)
    dropFamilies(document, changes)
    return changes.size === 0 ? document : withAnnotations(document, changes)
  }
}

/** Gives annotations of a sharing kind other places; the largest piece of each keeps the id, an empty one goes. */
export function reshaping(shapes: ReadonlyMap<AnnotationId, readonly Region[]>, newId: NewId): Edit {
  return (document) => {
    const changes: Changes = new Map()
    for (const [id, regions] of shapes) {
      const annotation = document.annotations.get(id)
      if (annotation === undefined) continue
      changes.set(id, undefined)
      const geometries = regions.flatMap((region) => piecesOf(annotation, region))
      for (const piece of eachAs(annotation, geometries, newId)) changes.set(piece.id, piece)
    }
    dropFamilies(document, changes)
    return changes.size === 0 ? document : withAnnotations(document, changes)
  }
}

interface Cut {
  readonly region: Region
  readonly spared: ReadonlySet<AnnotationId>
  readonly newId: NewId
}

function cutOthers(document: Document, changes: Changes, what: Cut, sharing: Sharing): void {
  const { overlap: how, isFixed } = sharing
  if (how === 'cut_others') cut(document, changes, what, (annotation) => !isFixed(annotation))
}

function cut(
  document: Document,
  changes: Changes,
  { region, spared, newId }: Cut,
  isCut: (annotation: Annotation) => boolean,
): void {
  const bounds = boundsOfRegion(region)
  for (const annotation of current(document, changes)) {
    if (spared.has(annotation.id) || !isNear(annotation, bounds) || !isCut(annotation)) continue
    const own = regionOfGeometry(annotation.geometry)
    if (own === null || !overlap(own, region)) continue
    changes.set(annotation.id, undefined)
    const geometries = piecesOf(annotation, difference(own, region))
    for (const piece of eachAs(annotation, geometries, newId)) changes.set(piece.id, piece)
  }
}

/** What of a region is left where others keep their places. */
function freeOf(
  region: Region,
  document: Document,
  spared: ReadonlySet<AnnotationId>,
  { overlap: how, isFixed }: Sharing,
): Region {
  if (how === 'overlap') return region
  const bounds = boundsOfRegion(region)
  let free = region
  for (const annotation of document.annotations.values()) {
    if (spared.has(annotation.id) || !isNear(annotation, bounds)) continue
    if (how === 'cut_others' && !isFixed(annotation)) continue
    const own = regionOfGeometry(annotation.geometry)
    if (own !== null && overlap(free, own)) free = difference(free, own)
  }
  return free
}

/** The annotations of the document as changed so far. */
function current(document: Document, changes: Changes): readonly Annotation[] {
  const kept = [...document.annotations.values()].filter(({ id }) => !changes.has(id))
  return [...kept, ...[...changes.values()].filter((annotation) => annotation !== undefined)]
}

function piecesOf({ geometry }: Annotation, region: Region): readonly Geometry[] {
  return operations(geometry.kind).partition?.pieces(region) ?? []
}

/** One annotation a geometry: the first keeps the id, the others are new and equal in all else. */
function eachAs(
  annotation: Annotation,
  geometries: readonly Geometry[],
  newId: NewId,
): readonly Annotation[] {
  return geometries.map((geometry, index) => ({
    ...annotation,
    id: index === 0 ? annotation.id : newId(),
    geometry,
  }))
}

/** The annotation itself unless its outline crosses itself or encloses nothing, or others keep part of its place. */
function parted(annotation: Annotation, region: Region, newId: NewId): readonly Annotation[] {
  const geometries = piecesOf(annotation, region)
  const { issues } = operations(annotation.geometry.kind)
  const isValid = issues(annotation.geometry).length === 0
  const isWhole = isValid && geometries.length === 1 && sameArea(geometries[0]!, annotation.geometry)
  return isWhole ? [annotation] : eachAs(annotation, geometries, newId)
}

function sameArea(a: Geometry, b: Geometry): boolean {
  const [areaA, areaB] = [a, b].map((geometry) => operations(geometry.kind).area(geometry) ?? 0)
  return Math.abs(areaA! - areaB!) <= 1e-6 * areaB!
}

export function regionOfGeometry(geometry: Geometry): Region | null {
  return operations(geometry.kind).partition?.region(geometry) ?? null
}

function isNear({ geometry }: Annotation, bounds: Bounds | null): boolean {
  return bounds !== null && boundsMeet(boundsOf(geometry), bounds)
}

function dropFamilies(document: Document, changes: Changes): void {
  const gone = [...changes].flatMap(([id, annotation]) => (annotation === undefined ? [id] : []))
  for (const child of gone.flatMap((id) => childrenOf(document, id))) changes.set(child.id, undefined)
}
