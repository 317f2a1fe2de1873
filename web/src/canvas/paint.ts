/**
 * Geometries on a 2D context. Coordinates are turned into device pixels here, in double precision: the context's
 * own transform works in single precision and shakes when a large picture is seen closely.
 */

import { operations, type Geometry, type Path, type XY } from '../geometry/index.ts'
import type { Look } from './looks.ts'

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** Device pixel = picture coordinate * k + t, on each axis; `ratio`: device pixels per CSS pixel. */
export interface Brush {
  readonly context: Context
  readonly kx: number
  readonly ky: number
  readonly tx: number
  readonly ty: number
  readonly ratio: number
}

const MANY_POINTS = 9

export function paintGeometry(brush: Brush, geometry: Geometry, look: Look, stride = 1): void {
  const { closed, outline } = operations(geometry.kind)
  const paths = outline(geometry)
  const first = paths[0]
  if (first === undefined) return
  if (first.points.length === 1) return paintMarker(brush, first.points[0]!, look)
  const { context } = brush
  context.beginPath()
  for (const path of paths) tracePath(brush, path, stride)
  if (closed) {
    context.fillStyle = look.fill
    context.fill('evenodd')
  }
  strokeCased(brush, look)
}

/** Every `wished`th point is enough where there are many. */
export function tracePath(brush: Brush, { points, closed }: Path, wished = 1): void {
  const { context, kx, ky, tx, ty } = brush
  const stride = points.length >= MANY_POINTS ? wished : 1
  const last = points.length - 1
  for (let i = 0; i <= last; i += stride) {
    const [x, y] = points[i]!
    if (i === 0) context.moveTo(x * kx + tx, y * ky + ty)
    else context.lineTo(x * kx + tx, y * ky + ty)
  }
  if (closed) context.closePath()
  else if (last % stride !== 0) {
    const [x, y] = points[last]!
    context.lineTo(x * kx + tx, y * ky + ty)
  }
}

/** The current path: casing first, then the stroke. */
export function strokeCased({ context, ratio }: Brush, look: Look): void {
  if (look.casing !== null) {
    context.lineJoin = 'round'
    context.lineWidth = look.casing.width * ratio
    context.strokeStyle = look.casing.color
    context.stroke()
  }
  context.lineWidth = look.width * ratio
  context.strokeStyle = look.stroke
  context.stroke()
}

function paintMarker(brush: Brush, at: XY, look: Look): void {
  const { context, ratio } = brush
  const [x, y] = devicePoint(brush, at)
  const radius = look.marker * ratio
  disc(context, x, y, radius + 2.25 * ratio, 'rgb(9 11 15 / 65%)')
  disc(context, x, y, radius + 1.25 * ratio, '#ffffff')
  disc(context, x, y, radius, look.stroke)
}

function disc(context: Context, x: number, y: number, radius: number, color: string): void {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fillStyle = color
  context.fill()
}

export function devicePoint({ kx, ky, tx, ty }: Brush, [x, y]: XY): XY {
  return [x * kx + tx, y * ky + ty]
}
