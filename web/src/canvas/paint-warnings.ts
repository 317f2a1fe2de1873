/** Marks on the picture where something is wrong with a geometry. */

import { meetingsOf, type Geometry, type XY } from '../geometry/index.ts'
import { devicePoint, type Brush } from './paint.ts'

const AMBER = '#f7b731'
const INK = '#14161a'
/** CSS pixels. */
const RADIUS = 7.5

/** A mark wherever the outline meets itself. */
export function paintMeetings(brush: Brush, geometry: Geometry): void {
  for (const { at } of meetingsOf(geometry)) paintMark(brush, devicePoint(brush, at))
}

function paintMark({ context, ratio }: Brush, [x, y]: XY): void {
  context.beginPath()
  context.arc(x, y, RADIUS * ratio, 0, 2 * Math.PI)
  context.fillStyle = AMBER
  context.fill()
  context.lineWidth = 1.5 * ratio
  context.strokeStyle = INK
  context.stroke()
  context.beginPath()
  context.moveTo(x, y - 4 * ratio)
  context.lineTo(x, y + 1 * ratio)
  context.moveTo(x, y + 2.75 * ratio)
  context.lineTo(x, y + 4.25 * ratio)
  context.lineWidth = 2 * ratio
  context.stroke()
}
