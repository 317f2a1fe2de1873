/** A part of the plane painted at one scale, larger than the screen, so that panning only moves it. */

import type { AnnotationId } from '../core/index.ts'
import { boundsOfPoints, type Bounds, type Size, type XY } from '../geometry/index.ts'
import { brushOn, type Brush } from './paint.ts'
import { applied, combined, inverted } from './transform.ts'
import { deviceTransform, type Surface, type Viewport } from './viewport.ts'

/** Device pixels: `x`, `y` is where the bitmap begins, counted from the picture's origin at this scale. */
export interface Bitmap {
  readonly canvas: OffscreenCanvas
  readonly brush: Brush
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
  /** Many shapes: thin lines. */
  thin: boolean
  omitted: ReadonlySet<AnnotationId>
}

/** Part of the screen painted beyond it on each side. */
const OVERSCAN = 0.25
/** Part of the screen that may be left beyond its edge before the next bitmap is painted. */
const RESERVE = 0.06

/** `cells`: the picture's size where segments are to be painted as pixels. */
export function bitmapAround(
  view: Viewport,
  surface: Surface,
  spare: OffscreenCanvas | null,
  cells: Size | null,
): Bitmap {
  const { w: sw, h: sh } = surface.px
  const [w, h] = [Math.ceil(sw * (1 + 2 * OVERSCAN)), Math.ceil(sh * (1 + 2 * OVERSCAN))]
  const [a, b, c, d, e, f] = deviceTransform(view, surface)
  const [x, y] = [Math.round(-e) - Math.round(sw * OVERSCAN), Math.round(-f) - Math.round(sh * OVERSCAN)]
  const canvas = cleared(spare, w, h)
  const context = canvas.getContext('2d')!
  const brush = brushOn(context, [a, b, c, d, -x, -y], surface, cells)
  return { canvas, brush, x, y, w, h, thin: false, omitted: new Set() }
}

function cleared(spare: OffscreenCanvas | null, w: number, h: number): OffscreenCanvas {
  if (spare === null || spare.width !== w || spare.height !== h) return new OffscreenCanvas(w, h)
  spare.getContext('2d')!.clearRect(0, 0, w, h)
  return spare
}

/** What of the plane some device pixels of the bitmap show, in picture coordinates. */
export function boundsOfPart({ brush }: Bitmap, { x, y, w, h }: Bounds): Bounds {
  const toPicture = inverted(brush.toDevice)
  const corners: readonly XY[] = [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ]
  return boundsOfPoints(corners.map((corner) => applied(toPicture, corner)))
}

/** Whether the bitmap was painted at the scale and turn of the view. */
export function hasScaleOf(bitmap: Bitmap, view: Viewport, surface: Surface): boolean {
  const [a, b, c, d] = deviceTransform(view, surface)
  const own = bitmap.brush.toDevice
  return own[0] === a && own[1] === b && own[2] === c && own[3] === d
}

/** Whether the screen lies well inside the bitmap. */
export function covers(bitmap: Bitmap, view: Viewport, surface: Surface): boolean {
  const [, , , , e, f] = deviceTransform(view, surface)
  const { w, h } = surface.px
  const [left, top] = [-e - bitmap.x, -f - bitmap.y]
  const [rx, ry] = [w * RESERVE, h * RESERVE]
  return left >= rx && top >= ry && left + w <= bitmap.w - rx && top + h <= bitmap.h - ry
}

/** Put the bitmap where it belongs on the screen; at another scale or turn than its own it is stretched. */
export function showBitmap(
  context: CanvasRenderingContext2D,
  bitmap: Bitmap,
  view: Viewport,
  surface: Surface,
): void {
  const toDevice = deviceTransform(view, surface)
  const { brush, canvas, x, y } = bitmap
  context.clearRect(0, 0, surface.px.w, surface.px.h)
  if (hasScaleOf(bitmap, view, surface)) {
    context.drawImage(canvas, x + Math.round(toDevice[4]), y + Math.round(toDevice[5]))
    return
  }
  context.setTransform(...combined(toDevice, inverted(brush.toDevice)))
  context.drawImage(canvas, 0, 0)
  context.resetTransform()
}
