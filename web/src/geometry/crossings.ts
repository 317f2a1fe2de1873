// Where the outline of an area crosses itself.

import type { Ring, XY } from './operations.ts'

/** So many places are enough to see what is wrong. */
const MOST = 20

interface Edge {
  readonly index: number
  readonly a: XY
  readonly b: XY
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Some of the places where a ring runs across itself; where it only touches itself it crosses nothing. */
export function crossingsOfRing(ring: Ring): readonly XY[] {
  if (isConvex(ring)) return []
  const edges = ring.map((a, index) => edgeOf(a, ring[(index + 1) % ring.length]!, index))
  const found: XY[] = []
  let open: Edge[] = []
  for (const edge of edges.toSorted((one, other) => one.left - other.left)) {
    open = open.filter(({ right }) => right >= edge.left)
    for (const other of open) {
      if (other.top > edge.bottom || other.bottom < edge.top) continue
      const at = isAdjacent(edge, other, ring.length) ? null : crossingOf(edge, other, ring)
      if (at !== null && !found.some((place) => place[0] === at[0] && place[1] === at[1])) found.push(at)
      if (found.length >= MOST) return found
    }
    open.push(edge)
  }
  return found
}

/** Whether the ring turns the same way at every vertex, and around once. Most rings of many are soon told by it. */
function isConvex(ring: Ring): boolean {
  let [side, way, changes] = [0, 0, 0]
  for (let index = 0; index < ring.length; index++) {
    const a = ring[index]!
    const b = ring[(index + 1) % ring.length]!
    const c = ring[(index + 2) % ring.length]!
    const dx = b[0] - a[0]
    const turn = Math.sign(dx * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]))
    if (turn === 0 || turn === -side) return false
    side = turn
    if (dx === 0) continue
    if (way !== 0 && Math.sign(dx) !== way) changes += 1
    way = Math.sign(dx)
  }
  return changes <= 2
}

function edgeOf(a: XY, b: XY, index: number): Edge {
  const [left, right] = a[0] < b[0] ? [a[0], b[0]] : [b[0], a[0]]
  const [top, bottom] = a[1] < b[1] ? [a[1], b[1]] : [b[1], a[1]]
  return { index, a, b, left, right, top, bottom }
}

function isAdjacent(one: Edge, other: Edge, count: number): boolean {
  const apart = Math.abs(one.index - other.index)
  return apart <= 1 || apart === count - 1
}

function crossingOf(one: Edge, other: Edge, ring: Ring): XY | null {
  const [a, b] = [sideOf(one, other.a), sideOf(one, other.b)]
  const [c, d] = [sideOf(other, one.a), sideOf(other, one.b)]
  if (a * b < 0 && c * d < 0) return meetingOf(one, other)
  if (a === 0 && c * d < 0 && passes(ring, other.index, one)) return other.a
  return c === 0 && a * b < 0 && passes(ring, one.index, other) ? one.a : null
}

/** Whether the ring comes to the edge from one side at a vertex that lies on it, and leaves on the other. */
function passes(ring: Ring, vertex: number, edge: Edge): boolean {
  const [before, after] = [ring.at(vertex - 1)!, ring[(vertex + 1) % ring.length]!]
  return sideOf(edge, before) * sideOf(edge, after) < 0
}

function sideOf({ a, b }: Edge, [x, y]: XY): number {
  return Math.sign((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]))
}

function meetingOf({ a, b }: Edge, { a: c, b: d }: Edge): XY {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const [ex, ey] = [d[0] - c[0], d[1] - c[1]]
  const along = ((c[0] - a[0]) * ey - (c[1] - a[1]) * ex) / (dx * ey - dy * ex)
  return [a[0] + along * dx, a[1] + along * dy]
}
