// A rectangle with sides along the axes: top-left corner and size.

import { onGrid, pointOnGrid } from './grid.ts'
import type { Handle, HandleCursor, IssueCode, Operations, Ring, XY } from './operations.ts'
import { boundsOfPoints, distanceToPoints, isInRange } from './rings.ts'

export interface Rectangle {
  readonly kind: 'rectangle'
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

// Corners clockwise from the top left, then sides from the top: which part of each axis a handle moves.
type Part = 'low' | 'high' | null
const GRIPS: readonly (readonly [horizontal: Part, vertical: Part, cursor: HandleCursor])[] = [
  ['low', 'low', 'nwse-resize'],
  ['high', 'low', 'nesw-resize'],
  ['high', 'high', 'nwse-resize'],
  ['low', 'high', 'nesw-resize'],
  [null, 'low', 'ns-resize'],
  ['high', null, 'ew-resize'],
  [null, 'high', 'ns-resize'],
  ['low', null, 'ew-resize'],
]

/** The rectangle with these two opposite corners. */
function between(a: XY, b: XY): Rectangle {
  const [x, y] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])]
  return { kind: 'rectangle', x, y, w: onGrid(Math.max(a[0], b[0]) - x), h: onGrid(Math.max(a[1], b[1]) - y) }
}

function corners({ x, y, w, h }: Rectangle): Ring {
  return [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ]
}

function placeOn(low: number, length: number, part: Part): number {
  if (part === null) return low + length / 2
  return part === 'low' ? low : low + length
}

function handlesOf({ x, y, w, h }: Rectangle): readonly Handle[] {
  return GRIPS.map(([horizontal, vertical, cursor], index) => ({
    index,
    at: [placeOn(x, w, horizontal), placeOn(y, h, vertical)],
    cursor,
    vertex: false,
  }))
}

/** Dragged over the opposite side the rectangle turns over. */
function resized(geometry: Rectangle, index: number, to: XY): Rectangle {
  const [horizontal, vertical] = GRIPS[index]!
  const { x, y, w, h } = geometry
  const [left, right] = movedPart([x, x + w], horizontal, to[0])
  const [top, bottom] = movedPart([y, y + h], vertical, to[1])
  const next = between([left, top], [right, bottom])
  return next.w > 0 && next.h > 0 ? next : geometry
}

function movedPart([low, high]: XY, part: Part, to: number): XY {
  if (part === null) return [low, high]
  return part === 'low' ? [to, high] : [low, to]
}

const FIRST_SIDE = 4

/** Edges count as sides do, from the top. */
function edgeMoved(geometry: Rectangle, edge: number, dx: number, dy: number): Rectangle {
  const handle = handlesOf(geometry)[FIRST_SIDE + edge]!
  return resized(geometry, handle.index, [handle.at[0] + dx, handle.at[1] + dy])
}

const COLUMNS = ['x', 'y', 'w', 'h'] as const

function withCell(geometry: Rectangle, _row: number, column: number, value: number): Rectangle {
  return { ...geometry, [COLUMNS[column]!]: value }
}

function build(points: Ring): Rectangle | null {
  const { x, y, w, h } = boundsOfPoints(points.map(pointOnGrid))
  const next = between([x, y], [x + w, y + h])
  return next.w > 0 && next.h > 0 ? next : null
}

function issues({ x, y, w, h }: Rectangle): readonly IssueCode[] {
  if (!isInRange([x, y, w, h])) return ['out_of_range']
  return w > 0 && h > 0 ? [] : ['no_size']
}

function isInside({ x, y, w, h }: Rectangle, at: XY): boolean {
  return at[0] >= x && at[0] <= x + w && at[1] >= y && at[1] <= y + h
}

export const rectangle: Operations<Rectangle> = {
  kind: 'rectangle',
  gesture: 'drag',
  minimum: 2,
  closed: true,
  partition: null,
  upright: true,
  issues,
  bounds: ({ x, y, w, h }) => ({ x, y, w, h }),
  area: ({ w, h }) => w * h,
  contains: (geometry, at, tolerance) =>
    isInside(geometry, at) || distanceToPoints(corners(geometry), true, at) <= tolerance,
  distance: (geometry, at) => distanceToPoints(corners(geometry), true, at),
  vertices: corners,
  handles: handlesOf,
  moveHandle: resized,
  moveEdge: edgeMoved,
  nearestEdge: () => null,
  insertVertex: (geometry) => geometry,
  removeVertex: () => null,
  translate: (geometry, dx, dy) => ({ ...geometry, x: geometry.x + dx, y: geometry.y + dy }),
  outline: (geometry) => [{ points: corners(geometry), closed: true }],
  build,
  table: { columns: COLUMNS, rows: ({ x, y, w, h }) => [[x, y, w, h]], withCell },
  written: ({ x, y, w, h }) => [{ x, y, w, h }],
  map: (geometry, change) => {
    const [topLeft, , bottomRight] = corners(geometry)
    return between(change(topLeft!), change(bottomRight!))
  },
}
