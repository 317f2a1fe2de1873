// Where the outline of an area meets itself: where it crosses itself, and where it only touches itself. Which of it
// is told exactly; only the place of a crossing between vertices is rounded.

import type { Ring, XY } from './operations.ts'
import { isOnSpan, sideOf } from './sides.ts'

export interface Meeting {
  readonly at: XY
  /** False: it only touches itself there, or runs along itself. */
  readonly crosses: boolean
}

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

/** Some of the places where a ring meets itself. Of a vertex that is repeated at once it makes nothing. */
export function meetingsOfRing(points: Ring): readonly Meeting[] {
  const ring = points.filter((at, index) => !isSame(at, points.at(index - 1)!))
  if (isConvex(ring)) return []
  const edges = ring.map((a, index) => edgeOf(a, ring[(index + 1) % ring.length]!, index))
  const found: Meeting[] = []
  let open: Edge[] = []
  for (const edge of edges.toSorted((one, other) => one.left - other.left)) {
    open = open.filter(({ right }) => right >= edge.left)
    for (const other of open) {
      if (other.top > edge.bottom || other.bottom < edge.top) continue
      const meeting = meetingOf(edge, other, ring)
      if (meeting !== null) note(meeting, found)
      if (found.length >= MOST) return found
    }
    open.push(edge)
  }
  return found
}

/** Several edges may meet in one place: it is a crossing when any two of them cross. */
function note(meeting: Meeting, found: Meeting[]): void {
  const known = found.findIndex(({ at }) => isSame(at, meeting.at))
  if (known < 0) found.push(meeting)
  else if (meeting.crosses) found[known] = meeting
}

function isSame(a: XY, b: XY): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

/** Whether the ring turns the same way at every vertex, and around once. Most rings of many are soon told by it. */
function isConvex(ring: Ring): boolean {
  let [side, way, changes] = [0, 0, 0]
  for (let index = 0; index < ring.length; index++) {
    const a = ring[index]!
    const b = ring[(index + 1) % ring.length]!
    const turn = sideOf({ a, b }, ring[(index + 2) % ring.length]!)
    if (turn === 0 || turn === -side) return false
    side = turn
    const dx = b[0] - a[0]
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

function meetingOf(one: Edge, other: Edge, ring: Ring): Meeting | null {
  if (isNext(one, other, ring.length)) return backOn(one, other)
  if (isNext(other, one, ring.length)) return backOn(other, one)
  const [a, b] = [sideOf(one, other.a), sideOf(one, other.b)]
  const [c, d] = [sideOf(other, one.a), sideOf(other, one.b)]
  if (a * b < 0 && c * d < 0) return { at: placeOf(one, other), crosses: true }
  if (a * b > 0 || c * d > 0) return null
  return vertexOn(one, other, ring) ?? vertexOn(other, one, ring)
}

function isNext(one: Edge, other: Edge, count: number): boolean {
  return (one.index + 1) % count === other.index
}

/** An edge that runs back on the one before it. */
function backOn(before: Edge, after: Edge): Meeting | null {
  const isBack = isOnSpan(before, after.b) || isOnSpan(after, before.a)
  return isBack ? { at: after.a, crosses: false } : null
}

/** An end of one edge that lies on the other. */
function vertexOn(one: Edge, other: Edge, ring: Ring): Meeting | null {
  for (const vertex of [one.index, (one.index + 1) % ring.length]) {
    const at = ring[vertex]!
    if (isOnSpan(other, at)) return { at, crosses: passes(vertex, other, ring) }
  }
  return null
}

/** Whether the ring at a vertex that lies on an edge goes from one side of the ring there to the other. */
function passes(vertex: number, edge: Edge, ring: Ring): boolean {
  const at = ring[vertex]!
  const [before, after] = neighboursOf(vertex, ring)
  const [from, to] = isSame(at, edge.a)
    ? [neighboursOf(edge.index, ring)[0], edge.b]
    : isSame(at, edge.b)
      ? [edge.a, neighboursOf((edge.index + 1) % ring.length, ring)[1]]
      : [edge.a, edge.b]
  const sides = [before, after].map((place) => sideOfCorner(from, at, to, place))
  return sides[0]! * sides[1]! < 0
}

function neighboursOf(vertex: number, ring: Ring): readonly [before: XY, after: XY] {
  return [ring.at(vertex - 1)!, ring[(vertex + 1) % ring.length]!]
}

/**
 * On which side of the way from a place over a corner to another one the direction to a place lies; 0 along
 * it, and where the way runs back on itself.
 */
function sideOfCorner(from: XY, corner: XY, to: XY, at: XY): number {
  const [first, second] = [sideOf({ a: from, b: corner }, at), sideOf({ a: corner, b: to }, at)]
  if (isAhead(corner, from, at) || isAhead(corner, to, at) || isAhead(corner, from, to)) return 0
  const turn = sideOf({ a: from, b: corner }, to)
  if (turn === 0) return first
  return (turn > 0 ? first > 0 && second > 0 : first > 0 || second > 0) ? 1 : -1
}

/** Whether two places lie in the same direction. */
function isAhead(from: XY, one: XY, other: XY): boolean {
  if (sideOf({ a: from, b: one }, other) !== 0) return false
  return (one[0] - from[0]) * (other[0] - from[0]) + (one[1] - from[1]) * (other[1] - from[1]) > 0
}

function placeOf({ a, b }: Edge, { a: c, b: d }: Edge): XY {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const [ex, ey] = [d[0] - c[0], d[1] - c[1]]
  const along = ((c[0] - a[0]) * ey - (c[1] - a[1]) * ex) / (dx * ey - dy * ex)
  return [a[0] + along * dx, a[1] + along * dy]
}
