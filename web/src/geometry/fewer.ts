// Fewer points where there are more than a ring may have. First those go of which no pixel knows by the pixel rule.

import type { Ring, XY } from './operations.ts'
import { placesOf, type Places } from './places.ts'
import { columnOf } from './raster.ts'
import { LIMIT_RING_POINTS } from './rings.ts'
import { simplified } from './simplify.ts'

/** Somewhat under the limit, so that the next stroke does not come up against it again. */
const ENOUGH = 0.8 * LIMIT_RING_POINTS
/** Square pixels that a point may cut off, the least first. */
const CUTS = [0, 0.02, 0.1, 0.3, 1, Infinity]
const FINEST = 0.1

/**
 * Without points whose loss changes no pixel, nor makes the ring meet itself or the rings around; as few as are enough,
 * or as can be.
 */
export function withSamePixels(ring: Ring, around: readonly Ring[], enough = ENOUGH): Ring {
  const places = placesOf(around.flat())
  let left = ring
  for (const cut of CUTS) {
    for (let count = Infinity; left.length > enough && left.length < count;) {
      count = left.length
      left = thinned(left, cut, places, count - enough)
    }
  }
  return left
}

/** One round: of neighbours only one goes, so that the next round judges what is left. */
function thinned(ring: Ring, cut: number, places: Places, most: number): Ring {
  const kept: XY[] = []
  let gone = 0
  for (const [index, at] of ring.entries()) {
    const [before, after] = [kept.at(-1) ?? ring.at(-1)!, ring[(index + 1) % ring.length]!]
    const isLast = index === ring.length - 1
    const isFree = gone < most && !isLast && ring[index - 1] === before
    if (isFree && isSpare(before, at, after, cut, places)) {
      gone += 1
      places.delete(at)
    } else kept.push(at)
  }
  return kept
}

function isSpare(before: XY, at: XY, after: XY, cut: number, places: Places): boolean {
  const area =
    Math.abs((at[0] - before[0]) * (after[1] - before[1]) - (at[1] - before[1]) * (after[0] - before[0])) / 2
  return area <= cut && isPixelless(before, at, after) && !holdsOther([before, at, after], places)
}

/** Whether an edge crosses the rows of pixels in the same places as the two that it takes the place of. */
function isPixelless(before: XY, at: XY, after: XY): boolean {
  const heights = [before[1], at[1], after[1]]
  const stop = Math.ceil(Math.max(...heights) - 0.5)
  for (let row = Math.ceil(Math.min(...heights) - 0.5); row < stop; row += 1) {
    const columns = [columnOf(before, at, row), columnOf(at, after, row), columnOf(before, after, row)]
    const [one, other, ...more] = columns.filter((column) => column !== null)
    if (one !== other || more.length > 0) return false
  }
  return true
}

function holdsOther(corners: readonly [XY, XY, XY], places: Places): boolean {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)]
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  const near = places.inside({ x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y })
  for (const at of near) if (!corners.includes(at) && isWithin(corners, at)) return true
  return false
}

/** Inside of a triangle or on its sides. */
function isWithin([a, b, c]: readonly [XY, XY, XY], at: XY): boolean {
  const sides = [turnOf(a, b, at), turnOf(b, c, at), turnOf(c, a, at)]
  return sides.every((side) => side >= 0) || sides.every((side) => side <= 0)
}

function turnOf(a: XY, b: XY, c: XY): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/** A path or a ring with as many points as it may have: where pixels do not allow it, simplified as little as will do. */
export function withinLimit(points: Ring, closed: boolean): Ring {
  if (points.length <= LIMIT_RING_POINTS) return points
  let left = closed ? withSamePixels(points, [points]) : points
  for (let tolerance = FINEST; left.length > LIMIT_RING_POINTS; tolerance *= 2)
    left = closed
      ? simplified([...points, points[0]!], tolerance).slice(0, -1)
      : simplified(points, tolerance)
  return left
}
