// Pieces of a region as geometries can hold them: with fewer points, or in several parts that lie side by side.

import { intersection, piecesOf, regionOfBox, regionOfPiece } from './clip.ts'
import { withinLimit, withSamePixels } from './fewer.ts'
import type { Bounds, Ring } from './operations.ts'
import { boundsOfPoints, LIMIT_GEOMETRY_POINTS, LIMIT_RING_POINTS } from './rings.ts'

/** A piece as one or several: its rings are an outline and its holes. */
export function withinLimits(rings: readonly Ring[]): readonly (readonly Ring[])[] {
  if (isWithinLimits(rings)) return [rings]
  const isMany = pointsOf(rings) > LIMIT_GEOMETRY_POINTS
  const fewer = rings.map((ring) =>
    isMany || ring.length > LIMIT_RING_POINTS
      ? withSamePixels(ring, rings, isMany ? 0.8 * ring.length : undefined)
      : ring,
  )
  if (isWithinLimits(fewer)) return [fewer]
  const halves = halvesOf(fewer[0]!)
  // What is one pixel wide is not parted: it has no more points than it must.
  if (halves === null) return [fewer.map((ring) => withinLimit(ring, true))]
  return halves.flatMap((half) =>
    piecesOf(intersection(regionOfPiece(fewer), regionOfBox(half))).flatMap(withinLimits),
  )
}

function isWithinLimits(rings: readonly Ring[]): boolean {
  return rings.every(({ length }) => length <= LIMIT_RING_POINTS) && pointsOf(rings) <= LIMIT_GEOMETRY_POINTS
}

function pointsOf(rings: readonly Ring[]): number {
  return rings.reduce((sum, { length }) => sum + length, 0)
}

/** Both sides of a line between two columns or rows of pixels, with about as many points of the outline on each. */
function halvesOf(outline: Ring): readonly [Bounds, Bounds] | null {
  const { x, y, w, h } = boundsOfPoints(outline)
  const axis = w >= h ? 0 : 1
  const [low, length] = axis === 0 ? [x, w] : [y, h]
  const sorted = outline.map((at) => at[axis]).toSorted((a, b) => a - b)
  const middle = Math.round(sorted[Math.floor(sorted.length / 2)]!)
  const at = Math.min(Math.max(middle, Math.ceil(low + 0.5)), Math.floor(low + length - 0.5))
  if (at <= low || at >= low + length) return null
  return axis === 0
    ? [
        { x, y, w: at - x, h },
        { x: at, y, w: x + w - at, h },
      ]
    : [
        { x, y, w, h: at - y },
        { x, y: at, w, h: y + h - at },
      ]
}
