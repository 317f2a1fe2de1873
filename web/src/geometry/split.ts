// Parts an area along a line.

import {
  areaOfRegion,
  difference,
  intersection,
  overlap,
  piecesOf,
  regionOfPiece,
  regionOfStroke,
  type Region,
} from './clip.ts'
import type { Ring } from './operations.ts'

/** Wider than the strips that rounding leaves, so that what it cuts off is seen as cut off. */
const WIDTH = 0.06

/**
 * The parts, the largest first; one part when the line does not run through from border to border. A narrow strip
 * along the line is cut out, one crossing at a time, and goes back to the larger side: parts lie close to each other.
 */
export function splitAlong(area: Region, line: Ring): readonly Region[] {
  const strip = intersection(area, regionOfStroke(line, WIDTH / 2))
  const crossings = piecesOf(strip).map(regionOfPiece)
  let parts: readonly Region[] = [area]
  for (const crossing of crossings) parts = parts.flatMap((part) => cutThrough(part, crossing))
  return parts.toSorted((a, b) => areaOfRegion(b) - areaOfRegion(a))
}

function cutThrough(part: Region, crossing: Region): readonly Region[] {
  if (!overlap(part, crossing)) return [part]
  const [largest, ...others] = piecesOf(difference(part, crossing)).map(regionOfPiece)
  if (largest === undefined || others.length === 0) return [part]
  return [others.reduce(difference, part), ...others]
}
