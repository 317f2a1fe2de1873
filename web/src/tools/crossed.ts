// Snapping on a way whose direction is kept: a point falls where the way crosses an edge or reaches a vertex.

import {
  edgesOf,
  isOnSpan,
  onGrid,
  pointOnGrid,
  REACH,
  type Edge,
  type Ring,
  type XY,
} from '../geometry/index.ts'
import type { Scene } from '../core/index.ts'
import { annotationsNear, isSame, nearest, outlineOf, snapDistance, type Snap } from './snap.ts'

/** A way in one direction, and the place on it that is aimed at. */
interface Way {
  readonly from: XY
  readonly direction: XY
  readonly at: XY
}

/** Where a way crosses an edge or reaches a vertex near to where it aims: how far along, in steps of its direction. */
export function crossedNear(
  way: Way,
  own: Ring,
  scene: Scene,
): { readonly length: number; readonly on: Snap['on'] } | null {
  const distance = snapDistance(scene)
  const others = annotationsNear(way.at, distance, scene).filter(scene.isVisible)
  const crossings = [
    ...others.flatMap((each) =>
      edgesOf(outlineOf(each.geometry)).flatMap((edge) => crossingsOf(way, edge, scene.isLocked(each))),
    ),
    ...edgesOf([{ points: own.slice(0, -1), closed: false }]).flatMap((edge) =>
      crossingsOf(way, edge, false),
    ),
  ]
  const place = nearest(
    crossings.map(({ at }) => at),
    way.at,
    distance,
  )
  return crossings.find(({ at }) => at === place) ?? null
}

interface Crossing {
  readonly at: XY
  readonly length: number
  readonly on: Snap['on']
}

/** On the grid in the way's direction; of what is locked only where the grid meets it by itself. */
function crossingsOf({ from, direction }: Way, edge: Edge, isLocked: boolean): readonly Crossing[] {
  const { a, b } = edge
  return lengthsTo(from, direction, edge).flatMap((exact): Crossing[] => {
    const length = onGrid(exact)
    const at = pointOnGrid([from[0] + direction[0] * length, from[1] + direction[1] * length])
    if (length <= 0 || (isLocked && !isOnSpan(edge, at))) return []
    return [{ at, length, on: [a, b].some((end) => isSame(pointOnGrid(end), at)) ? 'vertex' : 'edge' }]
  })
}

/** How far along a way an edge is crossed; where it runs along the way, how far its ends are. */
function lengthsTo(from: XY, direction: XY, { a, b }: Edge): readonly number[] {
  const side = cross(direction, [b[0] - a[0], b[1] - a[1]])
  const away: XY = [a[0] - from[0], a[1] - from[1]]
  const aside = cross(away, direction)
  if (side !== 0) {
    const part = aside / side
    return part >= 0 && part <= 1 ? [cross(away, [b[0] - a[0], b[1] - a[1]]) / side] : []
  }
  const square = direction[0] ** 2 + direction[1] ** 2
  const isAlong = Math.abs(aside) <= REACH
  return isAlong
    ? [a, b].map((end) => ((end[0] - from[0]) * direction[0] + (end[1] - from[1]) * direction[1]) / square)
    : []
}

function cross(a: XY, b: XY): number {
  return a[0] * b[1] - a[1] * b[0]
}
