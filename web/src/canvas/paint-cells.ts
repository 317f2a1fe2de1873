/** Segments as the very pixels that an export's map has of them, with lines along the sides of pixels. */

import {
  bordersOf,
  operations,
  runsOf,
  type Geometry,
  type Run,
  type Size,
  type XY,
} from '../geometry/index.ts'
import type { Look } from './looks.ts'
import { devicePoint, paintGeometry, strokeCased, type Brush } from './paint.ts'
import { paintMeetings } from './paint-warnings.ts'
import { applied, inverted } from './transform.ts'

/** Device pixels per picture pixel from which on segments are shown as pixels. */
export const CELLS_FROM = 8
/** Smaller pixels have no room for lines between them. */
const LINES_FROM = 4

/** A geometry as it is to be shown now: a segment perhaps as its pixels, and what is wrong with it marked. */
export function paintShown(brush: Brush, geometry: Geometry, look: Look, stride = 1): void {
  const { cells } = brush
  if (cells === null || operations(geometry.kind).partition === null)
    paintGeometry(brush, geometry, look, stride)
  else paintCells(brush, geometry, look, cells)
  paintMeetings(brush, geometry)
}

function paintCells(brush: Brush, geometry: Geometry, look: Look, cells: Size): void {
  const rings = operations(geometry.kind)
    .outline(geometry)
    .map(({ points }) => points)
  const runs = runsOf(rings, cells, rowsOn(brush, cells))
  fillCells(brush, runs, look.cells)
  if (brush.scale >= LINES_FROM) strokeCells(brush, runs, look)
}

function fillCells(brush: Brush, runs: readonly Run[], color: string): void {
  const { context } = brush
  const corner = cornersOn(brush)
  context.fillStyle = color
  context.beginPath()
  for (const { row, start, stop } of runs) {
    context.moveTo(...corner([start, row]))
    context.lineTo(...corner([stop, row]))
    context.lineTo(...corner([stop, row + 1]))
    context.lineTo(...corner([start, row + 1]))
    context.closePath()
  }
  context.fill()
}

function strokeCells(brush: Brush, runs: readonly Run[], look: Look): void {
  const { context } = brush
  const corner = cornersOn(brush)
  context.beginPath()
  for (const [from, to] of bordersOf(runs)) {
    context.moveTo(...corner(from))
    context.lineTo(...corner(to))
  }
  context.lineCap = 'square'
  strokeCased(brush, look)
  context.lineCap = 'butt'
}

/** Corners of pixels on the canvas: on whole device pixels where a pixel has several, so that its sides are sharp. */
function cornersOn(brush: Brush): (corner: XY) => [number, number] {
  const isCrisp = brush.scale >= 1
  return (corner) => {
    const [x, y] = devicePoint(brush, corner)
    return isCrisp ? [Math.round(x), Math.round(y)] : [x, y]
  }
}

/** The rows of the picture that the canvas shows. */
function rowsOn(
  { context, toDevice }: Brush,
  { h }: Size,
): { readonly first: number; readonly stop: number } {
  const { width, height } = context.canvas
  const toPicture = inverted(toDevice)
  const corners: readonly XY[] = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ]
  const heights = corners.map((corner) => applied(toPicture, corner)[1])
  const first = Math.max(0, Math.floor(Math.min(...heights)))
  return { first, stop: Math.max(first, Math.min(h, Math.ceil(Math.max(...heights)))) }
}
