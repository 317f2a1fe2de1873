// Measures of point sequences that several kinds are made of.

import { GRID_PER_PIXEL } from './grid.ts'
import type { Bounds, EdgePlace, Handle, IssueCode, Ring, Table, XY } from './operations.ts'

export const LIMIT_COORDINATE = 1e7
export const LIMIT_RING_POINTS = 10_000
export const LIMIT_GEOMETRY_POINTS = 100_000

export function distanceBetween(a: XY, b: XY): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1])
}

/** Twice the signed area of an open ring: positive when it runs clockwise on the screen. */
function doubledArea(ring: Ring): number {
  let sum = 0
  let previous = ring.at(-1)
  for (const point of ring) {
    if (previous !== undefined) sum += previous[0] * point[1] - point[0] * previous[1]
    previous = point
  }
  return sum
}

export function ringArea(ring: Ring): number {
  return Math.abs(doubledArea(ring)) / 2
}

export function boundsOfPoints(points: Ring): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const point of points) {
    // Taking a pair apart costs more than all else here, and this runs over every point of a document.
    const x = point[0]
    const y = point[1]
    if (x < left) left = x
    if (x > right) right = x
    if (y < top) top = y
    if (y > bottom) bottom = y
  }
  return { x: left, y: top, w: right - left, h: bottom - top }
}

/** Whether two boxes touch, or are at most `margin` apart on each axis. */
export function boundsMeet(a: Bounds, b: Bounds, margin = 0): boolean {
  const isAcross = a.x <= b.x + b.w + margin && b.x <= a.x + a.w + margin
  return isAcross && a.y <= b.y + b.h + margin && b.y <= a.y + a.h + margin
}

/** Even-odd rule; a place exactly on the ring may fall on either side. */
export function isInsideRing(ring: Ring, at: XY): boolean {
  let inside = false
  let previous = ring.at(-1)
  for (const point of ring) {
    if (previous !== undefined && crossesRay(previous, point, at)) inside = !inside
    previous = point
  }
  return inside
}

function crossesRay(a: XY, b: XY, at: XY): boolean {
  if (a[1] > at[1] === b[1] > at[1]) return false
  return at[0] < a[0] + ((at[1] - a[1]) * (b[0] - a[0])) / (b[1] - a[1])
}

/** A place inside the ring, as far from its border as half of its height tells. */
export function placeInside(ring: Ring): XY {
  const { y, h } = boundsOfPoints(ring)
  // Between two grid lines, so that it meets no vertex.
  const height = (Math.floor((y + h / 2) * GRID_PER_PIXEL) + 0.5) / GRID_PER_PIXEL
  const crossings = edgesOf(ring)
    .filter(([a, b]) => a[1] > height !== b[1] > height)
    .map(([a, b]) => a[0] + ((height - a[1]) * (b[0] - a[0])) / (b[1] - a[1]))
    .sort((a, b) => a - b)
  const spans = crossings.flatMap((from, index) =>
    index % 2 === 0 ? [[from, crossings[index + 1] ?? from] as const] : [],
  )
  const [from, to] = spans.reduce(
    (widest, span) => (span[1] - span[0] > widest[1] - widest[0] ? span : widest),
    [0, 0],
  )
  return [(from + to) / 2, height]
}

function edgesOf(ring: Ring): readonly (readonly [XY, XY])[] {
  return ring.map((point, index) => [point, ring[(index + 1) % ring.length]!])
}

export function nearestOnSegment(a: XY, b: XY, at: XY): XY {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const squared = dx * dx + dy * dy
  if (squared === 0) return a
  const along = Math.min(Math.max(((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / squared, 0), 1)
  return [a[0] + along * dx, a[1] + along * dy]
}

/** Edge i runs from point i to the next; a closed sequence has one edge more, back to the first. */
export function nearestEdgeOf(points: Ring, closed: boolean, at: XY): EdgePlace | null {
  let nearest: EdgePlace | null = null
  const edges = closed ? points.length : points.length - 1
  for (let edge = 0; edge < edges; edge += 1) {
    const place = nearestOnSegment(points[edge]!, points[(edge + 1) % points.length]!, at)
    const distance = distanceBetween(place, at)
    if (nearest === null || distance < nearest.distance) nearest = { edge, at: place, distance }
  }
  return nearest
}

export function distanceToPoints(points: Ring, closed: boolean, at: XY): number {
  return nearestEdgeOf(points, closed, at)?.distance ?? Infinity
}

export function vertexHandles(points: Ring): readonly Handle[] {
  return points.map((at, index) => ({ index, at, cursor: 'move', vertex: true }))
}

export function replacedAt(points: Ring, index: number, to: XY): Ring {
  return points.with(index, to)
}

/** Both ends of edge i moved; in a closed ring the last edge ends on the first point. */
export function edgeMovedAt(points: Ring, edge: number, dx: number, dy: number): Ring {
  const ends = [edge, (edge + 1) % points.length]
  return points.map((point, index) => (ends.includes(index) ? shifted(dx, dy)(point) : point))
}

/** One row for each point. */
export function tableOfPoints<G>(
  pointsOf: (geometry: G) => Ring,
  move: (geometry: G, index: number, to: XY) => G,
): Table<G> {
  return {
    columns: ['x', 'y'],
    rows: pointsOf,
    withCell: (geometry, row, column, value) => {
      const [x, y] = pointsOf(geometry)[row]!
      return move(geometry, row, column === 0 ? [value, y] : [x, value])
    },
  }
}

export function insertedAt(points: Ring, index: number, at: XY): Ring {
  return points.toSpliced(index, 0, at)
}

export function removedAt(points: Ring, index: number): Ring {
  return points.toSpliced(index, 1)
}

export function shifted(dx: number, dy: number): (at: XY) => XY {
  return ([x, y]) => [x + dx, y + dy]
}

/** The first rule that a sequence of points breaks, if any. */
export function issuesOfPoints(points: Ring, minimum: number, closed: boolean): readonly IssueCode[] {
  if (points.length < minimum) return ['too_few_points']
  if (points.length > LIMIT_RING_POINTS) return ['too_many_points']
  if (!points.every(isInRange)) return ['out_of_range']
  return closed && areOnOneLine(points) ? ['no_area'] : []
}

/** Whether all are finite and near enough to the picture. */
export function isInRange(numbers: readonly number[]): boolean {
  return numbers.every((value) => Math.abs(value) <= LIMIT_COORDINATE)
}

function areOnOneLine([first, ...rest]: Ring): boolean {
  const [x, y] = first!
  const other = rest.find((point) => point[0] !== x || point[1] !== y)
  if (other === undefined) return true
  const [dx, dy] = [other[0] - x, other[1] - y]
  return rest.every((point) => dx * (point[1] - y) === dy * (point[0] - x))
}

export function writtenRing(ring: Ring): readonly { readonly x: number; readonly y: number }[] {
  return ring.map(([x, y]) => ({ x, y }))
}
