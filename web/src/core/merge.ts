// Making one annotation of several whose places touch.

import { bridged, overlap, operations, union, type Geometry, type Region } from '../geometry/index.ts'
import { LIMIT_COMMENT, withAnnotations, type Annotation, type AnnotationId } from './document.ts'
import type { Edit } from './edits.ts'
import { regionOfGeometry } from './place.ts'

/** Borders of neighbours may be rounded apart by this much and touch all the same. */
const GAP = 0.04

/** Of those that touch the oldest stays and takes the others' places; what touches none stays as it is. */
export function merging(ids: Iterable<AnnotationId>): Edit {
  return (document) => {
    const parts = [...ids].flatMap((id) => document.annotations.get(id) ?? []).sort(byAge)
    const changes = groupsOf(parts).flatMap(({ geometry, members: [oldest, ...others] }) =>
      others.length === 0
        ? []
        : [
            [oldest!.id, { ...oldest!, geometry, comment: commentOf([oldest!, ...others]) }] as const,
            ...others.map(({ id }) => [id, undefined] as const),
          ],
    )
    return changes.length === 0 ? document : withAnnotations(document, changes)
  }
}

/** Ids grow with time. */
function byAge(a: Annotation, b: Annotation): number {
  return a.id < b.id ? -1 : 1
}

interface Group {
  readonly geometry: Geometry
  readonly members: readonly Annotation[]
}

function groupsOf(parts: readonly Annotation[]): readonly Group[] {
  const regions = new Map(
    parts.flatMap((part) => {
      const region = regionOfGeometry(part.geometry)
      return region === null ? [] : [[part, region] as const]
    }),
  )
  const [first, ...others] = regions.values()
  if (first === undefined) return []
  const whole: Region = bridged(others.reduce(union, first), GAP)
  const { pieces, isParted } = operations(parts[0]!.geometry.kind).partition!
  // What would have too many points for one outline stays as it is.
  const united = pieces(whole).filter((geometry) => !isParted(geometry))
  return united.map((geometry) => {
    const place = regionOfGeometry(geometry)!
    return { geometry, members: parts.filter((part) => overlap(regions.get(part)!, place)) }
  })
}

function commentOf(annotations: readonly Annotation[]): string | null {
  const comments = [...new Set(annotations.flatMap(({ comment }) => comment ?? []))]
  const joined = comments.join('; ')
  if (comments.length === 0) return null
  return [...joined].length <= LIMIT_COMMENT ? joined : comments[0]!
}
