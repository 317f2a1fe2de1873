// One step to the front or to the back: over the next annotation that it overlaps, for any other would not be seen.

import { boundsMeet, boundsOf } from '../geometry/index.ts'
import { byPaint, withAnnotations, type Annotation, type AnnotationId, type Document } from './document.ts'
import type { Edit } from './edits.ts'

export type Direction = 'forward' | 'backward'

/** `isPassed`: whether an annotation counts as the next one. */
export function stepping(
  ids: ReadonlySet<AnnotationId>,
  direction: Direction,
  isPassed: (annotation: Annotation) => boolean,
): Edit {
  return (document) => {
    const { isAfter } = ORDERS[direction]
    const movers = [...ids].flatMap((id) => document.annotations.get(id) ?? [])
    const farthestFirst = movers.sort((a, b) => (isAfter(a, b) ? -1 : 1))
    return farthestFirst.reduce((current, { id }) => {
      const passes = (other: Annotation): boolean => !ids.has(other.id) && isPassed(other)
      return stepped(current, current.annotations.get(id)!, ORDERS[direction], passes)
    }, document)
  }
}

interface Order {
  isAfter(a: Annotation, b: Annotation): boolean
  /** `annotation` as near after `other` as z allows. */
  after(annotation: Annotation, other: Annotation): Annotation
}

const ORDERS: Readonly<Record<Direction, Order>> = { forward: orderBy(1), backward: orderBy(-1) }

function orderBy(sign: 1 | -1): Order {
  const isAfter = (a: Annotation, b: Annotation): boolean => sign * byPaint(a, b) > 0
  return {
    isAfter,
    after: (annotation, other) => {
      const level = { ...annotation, z: other.z }
      return isAfter(level, other) ? level : { ...annotation, z: other.z + sign }
    },
  }
}

/** Those that lay on the way keep their order where they overlap. */
function stepped(
  document: Document,
  own: Annotation,
  { isAfter, after }: Order,
  passes: (annotation: Annotation) => boolean,
): Document {
  const all = [...document.annotations.values()]
  const ahead = over(own, all).filter((other) => isAfter(other, own))
  const passed = ahead.filter(passes).sort((a, b) => (isAfter(a, b) ? 1 : -1))[0]
  if (passed === undefined) return document
  const changes = new Map([[own.id, after(own, passed)]])
  for (const id of changes.keys()) {
    const moved = changes.get(id)!
    const before = id === own.id ? passed : document.annotations.get(id)!
    for (const other of over(moved, all)) {
      if (other.id === own.id || !isAfter(other, before)) continue
      const current = changes.get(other.id) ?? other
      if (isAfter(current, moved)) continue
      changes.delete(other.id)
      changes.set(other.id, after(current, moved))
    }
  }
  return withAnnotations(document, changes)
}

function over({ id, geometry }: Annotation, all: readonly Annotation[]): readonly Annotation[] {
  const bounds = boundsOf(geometry)
  return all.filter((other) => other.id !== id && boundsMeet(boundsOf(other.geometry), bounds))
}
