// Finds annotations by place. A tree of bounds that follows the document by its differences.

import RBush from 'rbush'
import { boundsOf, operations, remembered, type Bounds, type Geometry, type XY } from '../geometry/index.ts'
import type { Difference } from './difference.ts'
import { byPaint, type Annotation, type AnnotationId, type Document } from './document.ts'

export interface HitIndex {
  /** Annotations whose bounds meet the box, in no order. */
  search(box: Bounds): readonly Annotation[]
  /** Annotations at a place, the smallest first: what has no area comes before what has, what lies on top before what it covers. */
  at(place: XY, tolerance: number): readonly Annotation[]
}

export interface LiveIndex extends HitIndex {
  update(difference: Difference): void
}

interface Item {
  readonly minX: number
  readonly minY: number
  readonly maxX: number
  readonly maxY: number
  readonly annotation: Annotation
}

/** Places never change, so the same one is the same value. */
interface Asked {
  readonly place: XY
  readonly tolerance: number
  readonly found: readonly Annotation[]
}

export function createIndex(document: Document): LiveIndex {
  const tree = new RBush<Item>()
  const items = new Map<AnnotationId, Item>()

  const put = (annotations: readonly Annotation[]): void => {
    const fresh = annotations.map(itemOf)
    for (const item of fresh) items.set(item.annotation.id, item)
    tree.load(fresh)
  }
  const drop = (id: AnnotationId): void => {
    const item = items.get(id)
    if (item === undefined) return
    tree.remove(item)
    items.delete(id)
  }
  const search = (box: Bounds): readonly Annotation[] =>
    tree
      .search({ minX: box.x, minY: box.y, maxX: box.x + box.w, maxY: box.y + box.h })
      .map((item) => item.annotation)

  const hitsAt = (place: XY, tolerance: number): readonly Annotation[] =>
    search({ x: place[0] - tolerance, y: place[1] - tolerance, w: 2 * tolerance, h: 2 * tolerance })
      .filter(({ geometry }) => operations(geometry.kind).contains(geometry, place, tolerance))
      .sort(bySize)

  put([...document.annotations.values()])
  // One move of the pointer asks for the same place several times.
  let last: Asked | null = null
  return {
    search,
    at: (place, tolerance) => {
      if (last === null || last.place !== place || last.tolerance !== tolerance) {
        last = { place, tolerance, found: hitsAt(place, tolerance) }
      }
      return last.found
    },
    update: ({ annotations }) => {
      last = null
      for (const id of annotations.keys()) drop(id)
      put([...annotations.values()].flatMap(([, is]) => (is === undefined ? [] : [is])))
    },
  }
}

function itemOf(annotation: Annotation): Item {
  const { x, y, w, h } = boundsOf(annotation.geometry)
  return { minX: x, minY: y, maxX: x + w, maxY: y + h, annotation }
}

const sizeOf = remembered((geometry: Geometry): number => operations(geometry.kind).area(geometry) ?? -1)

function bySize(a: Annotation, b: Annotation): number {
  return sizeOf(a.geometry) - sizeOf(b.geometry) || byPaint(b, a)
}
