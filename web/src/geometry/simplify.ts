// Fewer points for a free-hand outline, by Douglas and Peucker: what is left out lies within `tolerance` of what stays.

import type { Ring, XY } from './operations.ts'
import { distanceBetween, nearestOnSegment } from './rings.ts'

/** First and last point stay. */
export function simplified(points: Ring, tolerance: number): Ring {
  const kept = new Set([0, points.length - 1])
  const spans: (readonly [from: number, to: number])[] = [[0, points.length - 1]]
  for (let span = spans.pop(); span !== undefined; span = spans.pop()) {
    const [from, to] = span
    const furthest = furthestBetween(points, from, to, tolerance)
    if (furthest === null) continue
    kept.add(furthest)
    spans.push([from, furthest], [furthest, to])
  }
  return points.filter((_, index) => kept.has(index))
}

function furthestBetween(points: Ring, from: number, to: number, tolerance: number): number | null {
  let [furthest, most]: [number | null, number] = [null, tolerance]
  for (let index = from + 1; index < to; index += 1) {
    const distance = distanceToChord(points[from]!, points[to]!, points[index]!)
    if (distance > most) [furthest, most] = [index, distance]
  }
  return furthest
}

function distanceToChord(from: XY, to: XY, at: XY): number {
  return distanceBetween(nearestOnSegment(from, to, at), at)
}
