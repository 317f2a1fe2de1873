/** Where the pixels under the shapes come from: one bitmap, or whatever else can draw itself for a view. */

import type { Size, XY } from '../geometry/index.ts'
import { isPlain, PLAIN, type Adjustment } from './adjustment.ts'
import { Adjuster } from './adjuster.ts'
import type { Context } from './paint.ts'
import { applied } from './transform.ts'
import { deviceTransform, magnification, visibleBounds, type Surface, type Viewport } from './viewport.ts'

export type Color = readonly [red: number, green: number, blue: number]

export interface PictureSource {
  /**
   * Paint what of the picture is in view, adjusted, in device pixels, onto a canvas that is clear there. What is not
   * here yet is sent for, and `changed` tells when to paint again. Several canvases may show one source.
   */
  draw(context: Context, view: Viewport, surface: Surface): void
  /** Called when something new can be painted; returns what ends it. */
  subscribe(changed: () => void): () => void
  /** The colour of a pixel as the medium has it, null when it is not known. */
  colorAt(pixel: XY): Color | null
  adjust(adjustment: Adjustment): void
  close(): void
}

/** Device pixels per picture pixel from which on pixels are shown as they are. */
export const PLAIN_FROM = 2

/** How pixels are put together where several fall on one of the screen. */
export const SCALING: ImageSmoothingQuality = 'medium'

/** A picture that is here whole. */
export class BitmapSource implements PictureSource {
  readonly #image: ImageBitmap
  readonly #size: Size
  readonly #listeners = new Set<() => void>()
  #wasSeen = false
  #adjusted: ImageBitmap | null = null
  #adjustment = PLAIN
  #adjuster: Adjuster | null = null
  #probe: OffscreenCanvasRenderingContext2D | null = null

  /** `size`: what the picture measures in label coordinates; the bitmap may have another resolution. */
  constructor(image: ImageBitmap, size: Size) {
    this.#image = image
    this.#size = size
  }

  /** The image that was there stands until the adjusted one is worked out. */
  adjust(adjustment: Adjustment): void {
    if (adjustment === this.#adjustment) return
    this.#adjustment = adjustment
    if (isPlain(adjustment)) return this.#show(null)
    this.#adjuster ??= new Adjuster(this.#image, (image) => this.#take(image))
    this.#adjuster.adjust(adjustment)
  }

  draw(context: Context, view: Viewport, surface: Surface): void {
    // At the start nothing is shown that would change a moment later.
    if (!this.#wasSeen && !isPlain(this.#adjustment) && this.#adjusted === null) return
    this.#wasSeen = true
    drawImage(context, this.#adjusted ?? this.#image, this.#size, view, surface)
  }

  colorAt([x, y]: XY): Color | null {
    const { w, h } = this.#size
    if (x < 0 || y < 0 || x >= w || y >= h) return null
    const { width, height } = this.#image
    this.#probe ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
    const [ix, iy] = [Math.floor((x * width) / w), Math.floor((y * height) / h)]
    this.#probe.clearRect(0, 0, 1, 1)
    this.#probe.drawImage(this.#image, ix, iy, 1, 1, 0, 0, 1, 1)
    const [red, green, blue] = this.#probe.getImageData(0, 0, 1, 1).data
    return [red!, green!, blue!]
  }

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed)
    return () => void this.#listeners.delete(changed)
  }

  close(): void {
    this.#adjuster?.close()
    this.#adjusted?.close()
    this.#image.close()
  }

  #take(image: ImageBitmap): void {
    if (isPlain(this.#adjustment)) image.close()
    else this.#show(image)
  }

  #show(image: ImageBitmap | null): void {
    this.#adjusted?.close()
    this.#adjusted = image
    for (const changed of this.#listeners) changed()
  }
}

/** `size`: what the image measures in label coordinates. */
export function drawImage(
  context: Context,
  image: ImageBitmap,
  size: Size,
  view: Viewport,
  surface: Surface,
): void {
  const [fx, fy] = [size.w / image.width, size.h / image.height]
  const part = visiblePart(image, [fx, fy], view, surface)
  if (part.w <= 0 || part.h <= 0) return
  const toDevice = deviceTransform(view, surface)
  const [a, b, c, d] = toDevice
  const [x, y] = applied(toDevice, [part.x * fx, part.y * fy])
  context.imageSmoothingEnabled = magnification(view, surface) * fx < PLAIN_FROM
  context.imageSmoothingQuality = SCALING
  context.setTransform(a * fx, b * fx, c * fy, d * fy, x, y)
  context.drawImage(image, part.x, part.y, part.w, part.h, 0, 0, part.w, part.h)
  context.resetTransform()
}

/** Whole pixels of the image that are on screen; `fx`, `fy` are picture units per pixel of the image. */
function visiblePart(
  image: ImageBitmap,
  [fx, fy]: XY,
  view: Viewport,
  surface: Surface,
): { x: number; y: number; w: number; h: number } {
  const { x, y, w, h } = visibleBounds(view, surface)
  const [left, top] = [Math.max(0, Math.floor(x / fx) - 1), Math.max(0, Math.floor(y / fy) - 1)]
  const right = Math.min(image.width, Math.ceil((x + w) / fx) + 1)
  const bottom = Math.min(image.height, Math.ceil((y + h) / fy) + 1)
  return { x: left, y: top, w: right - left, h: bottom - top }
}
