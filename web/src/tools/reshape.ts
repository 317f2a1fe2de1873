// Scaling and turning as changes of places, kept inside the picture.

import {
  boundsOf,
  geometryOnGrid,
  insidePicture,
  operations,
  translated,
  unitedBounds,
  type Bounds,
  type Size,
  type XY,
} from '../geometry/index.ts'
import type { Annotation, Modifiers } from '../core/index.ts'

export type Change = (at: XY) => XY

interface Pull {
  readonly box: Bounds
  readonly side: XY
  readonly to: XY
  readonly modifiers: Modifiers
  readonly picture: Size
}

/** Away from the opposite side; with Alt from the middle, with Shift by the same factor on both axes. */
export function scaling({ box, side, to, modifiers, picture }: Pull): Change {
  const { x, y, w, h } = box
  const place = insidePicture(to, picture)
  const horizontal = factorOf({
    low: x,
    length: w,
    side: side[0],
    to: place[0],
    room: picture.w,
    ...modifiers,
  })
  const vertical = factorOf({ low: y, length: h, side: side[1], to: place[1], room: picture.h, ...modifiers })
  const [fx, fy] = modifiers.shift ? sameFactors(horizontal, vertical) : [horizontal.factor, vertical.factor]
  const [ax, ay] = [horizontal.anchor, vertical.anchor]
  return ([px, py]) => [ax + (px - ax) * fx, ay + (py - ay) * fy]
}

interface Axis {
  readonly low: number
  readonly length: number
  readonly side: number
  readonly to: number
  /** Length of the picture. */
  readonly room: number
  readonly alt: boolean
}

interface Factor {
  readonly anchor: number
  readonly factor: number
  /** As far as the picture reaches. */
  readonly most: number
  readonly isPulled: boolean
}

function factorOf({ low, length, side, to, room, alt }: Axis): Factor {
  const middle = low + length / 2
  const anchor = alt || side === 0 ? middle : side > 0 ? low : low + length
  const reach = Math.max(low + length - anchor, anchor - low)
  const isCentred = anchor === middle
  const space = isCentred ? Math.min(anchor, room - anchor) : Math.max(anchor, room - anchor)
  const most = reach === 0 ? 1 : space / reach
  if (side === 0 || length === 0) return { anchor, factor: 1, most, isPulled: false }
  const wanted = (to - anchor) / (middle + (side * length) / 2 - anchor)
  const factor = isCentred ? Math.sign(wanted) * Math.min(Math.abs(wanted), most) : wanted
  return { anchor, factor, most, isPulled: true }
}

/** The larger of the factors that are pulled, as far as both axes have room. */
function sameFactors(a: Factor, b: Factor): XY {
  const pulled = [a, b].filter(({ isPulled }) => isPulled).map(({ factor }) => Math.abs(factor))
  const size = Math.min(Math.max(...pulled), a.most, b.most)
  return [a, b].map(({ factor }) => (factor < 0 ? -size : size)) as [number, number]
}

/** Around the middle; with Shift by steps of 15 degrees. */
export function turning(middle: XY, from: XY, to: XY, { shift }: Modifiers): Change {
  const [start, end] = [from, to].map(([x, y]) => Math.atan2(y - middle[1], x - middle[0])) as [
    number,
    number,
  ]
  const step = Math.PI / 12
  const angle = shift ? Math.round((end - start) / step) * step : end - start
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return ([x, y]) => {
    const [dx, dy] = [x - middle[0], y - middle[1]]
    return [middle[0] + dx * cos - dy * sin, middle[1] + dx * sin + dy * cos]
  }
}

/** The changed annotations, moved back inside the picture together; why not when they are larger than it. */
export function mapped(
  annotations: readonly Annotation[],
  change: Change,
  picture: Size,
): readonly Annotation[] | string {
  const changed = annotations.map((annotation) => {
    const { geometry } = annotation
    return { ...annotation, geometry: geometryOnGrid(operations(geometry.kind).map(geometry, change)) }
  })
  const { x, y, w, h } = unitedBounds(changed.map(({ geometry }) => boundsOf(geometry)))
  if (w > picture.w || h > picture.h) return 'It does not fit into the picture that way.'
  const [dx, dy] = [backInside(x, w, picture.w), backInside(y, h, picture.h)]
  if (dx === 0 && dy === 0) return changed
  return changed.map((annotation) => ({ ...annotation, geometry: translated(annotation.geometry, dx, dy) }))
}

function backInside(low: number, length: number, room: number): number {
  return low < 0 ? -low : Math.min(0, room - low - length)
}
