/**
 * Geometries on a 2D context. Coordinates are turned into device pixels here, in double precision: the context's
 * own transform works in single precision and shakes when a large picture is seen closely.
 */

import {
  boundsOfPoints,
  operations,
  type Bounds,
  type Geometry,
  type Path,
  type Size,
  type XY,
} from '../geometry/index.ts'
import type { Look } from './looks.ts'
import { applied, type Transform } from './transform.ts'
import { pixelRatio, type Surface } from './viewport.ts'

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/**
 * `scale`: device pixels per picture pixel; `ratio`: device pixels per CSS pixel; `cells`: the picture's size where
 * segments are to be shown as pixels.
 */
export interface Brush {
  readonly context: Context
  readonly toDevice: Transform
  readonly scale: number
  readonly ratio: number
  readonly cells: Size | null
}

export function brushOn(
  context: Context,
  toDevice: Transform,
  surface: Surface,
  cells: Size | null = null,
): Brush {
  const scale = Math.hypot(toDevice[0], toDevice[1])
  return { context, toDevice, scale, ratio: pixelRatio(surface)[0], cells }
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
  const { context } = brush
  const [a, b, c, d, e, f] = brush.toDevice
  const stride = points.length >= MANY_POINTS ? wished : 1
  const last = points.length - 1
  for (let i = 0; i <= last; i += stride) {
    const [x, y] = points[i]!
    if (i === 0) context.moveTo(a * x + c * y + e, b * x + d * y + f)
    else context.lineTo(a * x + c * y + e, b * x + d * y + f)
  }
  if (closed) context.closePath()
  else if (last % stride !== 0) {
    const [x, y] = points[last]!
    context.lineTo(a * x + c * y + e, b * x + d * y + f)
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

export function devicePoint({ toDevice }: Brush, at: XY): XY {
  return applied(toDevice, at)
}

/** The smallest box of device pixels around bounds of the picture. */
export function deviceBounds(brush: Brush, { x, y, w, h }: Bounds): Bounds {
  return boundsOfPoints([
    devicePoint(brush, [x, y]),
    devicePoint(brush, [x + w, y]),
    devicePoint(brush, [x + w, y + h]),
    devicePoint(brush, [x, y + h]),
  ])
}
