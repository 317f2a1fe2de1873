/** Lines through the pointer along the axes of the picture: where a box would begin and end. */

import type { XY } from '../geometry/index.ts'
import { devicePoint, type Brush } from './paint.ts'
import type { Surface } from './viewport.ts'

const DARK = 'rgb(9 11 15 / 60%)'
const LIGHT = 'rgb(255 255 255 / 85%)'
/** CSS pixels left free around the pointer, so that what is aimed at is seen. */
const FREE = 9

export function paintGuides(brush: Brush, at: XY, surface: Surface): void {
  const { context, ratio, scale, toDevice } = brush
  const reach = surface.px.w + surface.px.h
  const [x, y] = devicePoint(brush, at)
  const [dx, dy] = [toDevice[0] / scale, toDevice[1] / scale]
  context.beginPath()
  for (const [ux, uy] of [
    [dx, dy],
    [-dx, -dy],
    [-dy, dx],
    [dy, -dx],
  ] as const) {
    context.moveTo(sharp(x + ux * FREE * ratio), sharp(y + uy * FREE * ratio))
    context.lineTo(sharp(x + ux * reach), sharp(y + uy * reach))
  }
  context.lineWidth = Math.max(1, Math.round(ratio))
  context.strokeStyle = DARK
  context.stroke()
  context.setLineDash([5 * ratio, 5 * ratio])
  context.strokeStyle = LIGHT
  context.stroke()
  context.setLineDash([])
}

/** The middle of a device pixel. */
function sharp(value: number): number {
  return Math.floor(value) + 0.5
}
