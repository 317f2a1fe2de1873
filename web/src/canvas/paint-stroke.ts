/** A stroke of a round brush while it is being painted, and the brush's tip. What it covers is computed at its end. */

import type { Drawable } from '../core/index.ts'
import { translucent, type Looks } from './looks.ts'
import { devicePoint, tracePath, type Brush } from './paint.ts'

type OfType<Type extends Drawable['type']> = Extract<Drawable, { readonly type: Type }>
type Stroke = OfType<'stroke'>

const INK = 'rgb(9 11 15 / 80%)'
const PAPER = '#ffffff'
const ERASER = '#ff6b5e'

export function paintStroke(brush: Brush, stroke: Stroke, looks: Looks): void {
  const isErasing = stroke.role === 'erase'
  fillStroke(brush, stroke, translucent(isErasing ? ERASER : looks.drawing.stroke, isErasing ? 0.14 : 0.45))
}

/** Takes the stroke away from what is on the canvas so far. */
export function eraseStroke(brush: Brush, stroke: Stroke): void {
  const { context } = brush
  context.globalCompositeOperation = 'destination-out'
  fillStroke(brush, stroke, '#000000')
  context.globalCompositeOperation = 'source-over'
}

/** One line with round ends, so that places painted over again do not get darker. */
function fillStroke(brush: Brush, { points, radius }: Stroke, color: string): void {
  const { context } = brush
  const [first] = points
  context.lineWidth = 2 * lengthOn(brush, radius)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.strokeStyle = color
  context.beginPath()
  // A line to where it is makes a dot of a single point.
  tracePath(brush, { points: points.length === 1 ? [first!, first!] : points, closed: false })
  context.stroke()
  context.lineCap = 'butt'
  context.lineJoin = 'miter'
}

export function paintTip(brush: Brush, { role, at, radius }: OfType<'tip'>, looks: Looks): void {
  const { context, ratio } = brush
  const [x, y] = devicePoint(brush, at)
  context.beginPath()
  context.arc(x, y, Math.max(lengthOn(brush, radius), ratio), 0, 2 * Math.PI)
  for (const [width, color] of [
    [4, INK],
    [2.5, PAPER],
    [1.25, role === 'erase' ? ERASER : looks.drawing.stroke],
  ] as const) {
    context.lineWidth = width * ratio
    context.strokeStyle = color
    context.stroke()
  }
}

/** Picture pixels in device pixels. */
function lengthOn(brush: Brush, length: number): number {
  const [x0, y0] = devicePoint(brush, [0, 0])
  const [x1, y1] = devicePoint(brush, [length, 0])
  return Math.hypot(x1 - x0, y1 - y0)
}
