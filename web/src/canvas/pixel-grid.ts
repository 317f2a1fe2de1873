/** Lines between the pixels of the picture, once they are large enough to be told apart. */

import type { Size, XY } from '../geometry/index.ts'
import { brushOn, devicePoint, type Brush, type Context } from './paint.ts'
import { deviceTransform, magnification, visibleBounds, type Surface, type Viewport } from './viewport.ts'

/** Device pixels per picture pixel from which on there are lines. */
export const GRID_FROM = 8
const DARK = 'rgb(0 0 0 / 34%)'
const LIGHT = 'rgb(255 255 255 / 22%)'

export function paintPixelGrid(context: Context, size: Size, view: Viewport, surface: Surface): void {
  if (magnification(view, surface) < GRID_FROM) return
  const brush = brushOn(context, deviceTransform(view, surface), surface)
  const { x, y, w, h } = visibleBounds(view, surface)
  const [left, right] = [Math.max(0, Math.floor(x)), Math.min(size.w, Math.ceil(x + w))]
  const [top, bottom] = [Math.max(0, Math.floor(y)), Math.min(size.h, Math.ceil(y + h))]
  context.lineWidth = 1
  // A dark line beside a light one is seen on every colour.
  for (const [color, offset] of [
    [LIGHT, 1.5],
    [DARK, 0.5],
  ] as const) {
    context.strokeStyle = color
    context.beginPath()
    for (let i = left; i <= right; i++) line(brush, [i, top], [i, bottom], offset)
    for (let j = top; j <= bottom; j++) line(brush, [left, j], [right, j], offset)
    context.stroke()
  }
}

/** On whole device pixels, so that lines are sharp where the picture is upright. */
function line(brush: Brush, from: XY, to: XY, offset: number): void {
  const [x0, y0] = devicePoint(brush, from)
  const [x1, y1] = devicePoint(brush, to)
  brush.context.moveTo(Math.round(x0) + offset, Math.round(y0) + offset)
  brush.context.lineTo(Math.round(x1) + offset, Math.round(y1) + offset)
}
