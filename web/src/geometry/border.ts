// Places on outlines: where they are, whether they are there exactly, and the way along from one to another.

import type { Path, Ring, XY } from './operations.ts'
import { distanceBetween, nearestOnSegment } from './rings.ts'

/**
 * A place on the grid lies this near to the outline that it was rounded from: half a diagonal of the grid, and once
 * more where the outline was bent by as much to a place set before.
 */
export const REACH = 0.015

export interface Edge {
  /** Counted through all paths, as `insertVertex` takes it. */
  readonly index: number
  readonly a: XY
  readonly b: XY
}

export function edgesOf(paths: readonly Path[]): readonly Edge[] {
  const edges: Edge[] = []
  for (const { points, closed } of paths) {
    const count = closed ? points.length : points.length - 1
    for (let i = 0; i < count; i += 1)
      edges.push({ index: edges.length, a: points[i]!, b: points[(i + 1) % points.length]! })
  }
  return edges
}

/** The points of a path between two places on it: the shorter way, or the other one. Null when one is not on it. */
export function between(path: Path, from: XY, to: XY, other: boolean): Ring | null {
  const [start, end] = [placeOn(path, from), placeOn(path, to)]
  if (start === null || end === null) return null
  const ways = waysBetween(path, start, end).map((way) => withoutEnds(way, from, to))
  const byLength = ways.toSorted((a, b) => lengthOf([from, ...a, to]) - lengthOf([from, ...b, to]))
  return (other ? byLength.at(-1) : byLength[0]) ?? null
}

interface Place {
  readonly edge: number
  readonly along: number
}

function placeOn({ points, closed }: Path, at: XY): Place | null {
  let [found, least]: [Place | null, number] = [null, REACH]
  for (const { index, a, b } of edgesOf([{ points, closed }])) {
    const nearest = nearestOnSegment(a, b, at)
    const distance = distanceBetween(nearest, at)
    if (distance <= least) [found, least] = [{ edge: index, along: distanceBetween(a, nearest) }, distance]
  }
  return found
}

function waysBetween({ points, closed }: Path, start: Place, end: Place): readonly Ring[] {
  if (closed) return [walked(points, start, end), walked(points, end, start).toReversed()]
  const isForward = start.edge < end.edge || (start.edge === end.edge && start.along <= end.along)
  return [isForward ? walked(points, start, end) : walked(points, end, start).toReversed()]
}

/** The points passed from one place forward to the other. */
function walked(points: Ring, start: Place, end: Place): Ring {
  if (start.edge === end.edge && start.along <= end.along) return []
  const passed: XY[] = []
  let { edge } = start
  do {
    edge = (edge + 1) % points.length
    passed.push(points[edge]!)
  } while (edge !== end.edge)
  return passed
}

function withoutEnds(way: Ring, from: XY, to: XY): Ring {
  return way.filter((point) => distanceBetween(point, from) > REACH && distanceBetween(point, to) > REACH)
}

export function lengthOf(points: Ring): number {
  return points.slice(1).reduce((length, point, index) => length + distanceBetween(points[index]!, point), 0)
}
