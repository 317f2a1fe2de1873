/** A part of the plane painted at one scale, larger than the screen, so that panning only moves it. */

import type { AnnotationId } from '../core/index.ts'
import type { Bounds } from '../geometry/index.ts'
import type { Brush } from './paint.ts'
import { deviceTransform, pixelRatio, type Surface, type Viewport } from './viewport.ts'

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

export function bitmapAround(view: Viewport, surface: Surface, spare: OffscreenCanvas | null): Bitmap {
  const { w: sw, h: sh } = surface.px
  const [w, h] = [Math.ceil(sw * (1 + 2 * OVERSCAN)), Math.ceil(sh * (1 + 2 * OVERSCAN))]
  const [kx, , , ky, tx, ty] = deviceTransform(view, surface)
  const [x, y] = [Math.round(-tx) - Math.round(sw * OVERSCAN), Math.round(-ty) - Math.round(sh * OVERSCAN)]
  const canvas = cleared(spare, w, h)
  const context = canvas.getContext('2d')!
  const ratio = pixelRatio(surface)[0]
  const brush = { context, kx, ky, tx: -x, ty: -y, ratio }
  return { canvas, brush, x, y, w, h, thin: false, omitted: new Set() }
}

function cleared(spare: OffscreenCanvas | null, w: number, h: number): OffscreenCanvas {
  if (spare === null || spare.width !== w || spare.height !== h) return new OffscreenCanvas(w, h)
  spare.getContext('2d')!.clearRect(0, 0, w, h)
  return spare
}

/** What of the plane the bitmap shows, in picture coordinates, `reach` device pixels more on each side. */
export function boundsOfBitmap({ brush, x, y, w, h }: Bitmap, reach: number): Bounds {
  const { kx, ky } = brush
  return { x: (x - reach) / kx, y: (y - reach) / ky, w: (w + 2 * reach) / kx, h: (h + 2 * reach) / ky }
}

export function hasScaleOf(bitmap: Bitmap, view: Viewport, surface: Surface): boolean {
  const [kx, , , ky] = deviceTransform(view, surface)
  return bitmap.brush.kx === kx && bitmap.brush.ky === ky
}

/** Whether the screen lies well inside the bitmap. */
export function covers(bitmap: Bitmap, view: Viewport, surface: Surface): boolean {
  const [, , , , tx, ty] = deviceTransform(view, surface)
  const { w, h } = surface.px
  const [left, top] = [-tx - bitmap.x, -ty - bitmap.y]
  const [rx, ry] = [w * RESERVE, h * RESERVE]
  return left >= rx && top >= ry && left + w <= bitmap.w - rx && top + h <= bitmap.h - ry
}

/** Put the bitmap where it belongs on the screen; at another scale than its own it is stretched. */
export function showBitmap(
  context: CanvasRenderingContext2D,
  bitmap: Bitmap,
  view: Viewport,
  surface: Surface,
): void {
  const [kx, , , ky, tx, ty] = deviceTransform(view, surface)
  const { brush, canvas, x, y, w, h } = bitmap
  context.clearRect(0, 0, surface.px.w, surface.px.h)
  if (hasScaleOf(bitmap, view, surface)) {
    context.drawImage(canvas, x + Math.round(tx), y + Math.round(ty))
    return
  }
  const [fx, fy] = [kx / brush.kx, ky / brush.ky]
  context.drawImage(canvas, x * fx + tx, y * fy + ty, w * fx, h * fy)
}
