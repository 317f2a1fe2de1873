// Putting geometries into the document where kinds share the picture among them (see `Partition`): what is put
// takes its place from the others. The area is cut out of them, which may trim, pierce, split or delete them.

import {
  boundsMeet,
  boundsOf,
  difference,
  operations,
  overlap,
  type Bounds,
  type Geometry,
  type Region,
} from '../geometry/index.ts'
import { childrenOf, withAnnotations, type Annotation, type AnnotationId, type Document } from './document.ts'
import type { Edit } from './edits.ts'

type NewId = () => AnnotationId
type Changes = Map<AnnotationId, Annotation | undefined>

/** Adds or replaces annotations; those of a sharing kind are freed of self-crossings and cut out of the others. */
export function placing(annotations: readonly Annotation[], newId: NewId): Edit {
  return (document) => {
    const placed = annotations.flatMap((annotation) => parted(annotation, newId))
    const spared = new Set([...annotations, ...placed].map(({ id }) => id))
    const changes: Changes = new Map(annotations.map(({ id }) => [id, undefined]))
    for (const annotation of placed) changes.set(annotation.id, annotation)
    for (const { geometry } of placed) {
      const region = regionOfGeometry(geometry)
      if (region !== null) cut(document, changes, { region, bounds: boundsOf(geometry), spared, newId })
    }
    dropFamilies(document, changes)
    return withAnnotations(document, changes)
  }
}

/** Cuts an area out of every annotation of a sharing kind. */
export function erasing(region: Region, bounds: Bounds, newId: NewId): Edit {
  return (document) => {
    const changes: Changes = new Map()
    cut(document, changes, { region, bounds, spared: new Set(), newId })
    dropFamilies(document, changes)
    return changes.size === 0 ? document : withAnnotations(document, changes)
  }
}

interface Cut {
  readonly region: Region
  readonly bounds: Bounds
  readonly spared: ReadonlySet<AnnotationId>
  readonly newId: NewId
}

function cut(document: Document, changes: Changes, { region, bounds, spared, newId }: Cut): void {
  for (const annotation of current(document, changes)) {
    if (spared.has(annotation.id) || !boundsMeet(boundsOf(annotation.geometry), bounds)) continue
    const own = regionOfGeometry(annotation.geometry)
    if (own === null || !overlap(own, region)) continue
    changes.set(annotation.id, undefined)
    for (const piece of piecesOf(annotation, difference(own, region), newId)) changes.set(piece.id, piece)
  }
}

/** The annotations of the document as changed so far. */
function current(document: Document, changes: Changes): readonly Annotation[] {
  const kept = [...document.annotations.values()].filter(({ id }) => !changes.has(id))
  return [...kept, ...[...changes.values()].filter((annotation) => annotation !== undefined)]
}

/** One annotation a piece: the largest keeps the id, the others are new and equal in all else. */
function piecesOf(annotation: Annotation, region: Region, newId: NewId): readonly Annotation[] {
  const pieces = operations(annotation.geometry.kind).partition?.pieces(region) ?? []
  return pieces.map((geometry, index) => ({
    ...annotation,
    id: index === 0 ? annotation.id : newId(),
    geometry,
  }))
}

/** The annotation itself unless its outline crosses itself or encloses nothing. */
function parted(annotation: Annotation, newId: NewId): readonly Annotation[] {
  const region = regionOfGeometry(annotation.geometry)
  if (region === null) return [annotation]
  const pieces = piecesOf(annotation, region, newId)
  return pieces.length === 1 && sameArea(pieces[0]!.geometry, annotation.geometry) ? [annotation] : pieces
}

function sameArea(a: Geometry, b: Geometry): boolean {
  const [areaA, areaB] = [a, b].map((geometry) => operations(geometry.kind).area(geometry) ?? 0)
  return Math.abs(areaA! - areaB!) <= 1e-6 * areaB!
}

function regionOfGeometry(geometry: Geometry): Region | null {
  return operations(geometry.kind).partition?.region(geometry) ?? null
}

function dropFamilies(document: Document, changes: Changes): void {
  const gone = [...changes].flatMap(([id, annotation]) => (annotation === undefined ? [id] : []))
  for (const child of gone.flatMap((id) => childrenOf(document, id))) changes.set(child.id, undefined)
}
