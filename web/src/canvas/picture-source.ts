/** Where the pixels under the shapes come from: one bitmap, or the tiles of a picture too large for one. */

import type { Size } from '../geometry/index.ts'
import { deviceTransform, magnification, visibleBounds, type Surface, type Viewport } from './viewport.ts'

export interface PictureSource {
  /**
   * Paint what of the picture is in view, in device pixels, onto a canvas that is clear there. What is not here
   * yet is sent for, and `changed` tells when to paint again. Several canvases may show one source.
   */
  draw(context: CanvasRenderingContext2D, view: Viewport, surface: Surface): void
  /** Called when something new can be painted; returns what ends it. */
  subscribe(changed: () => void): () => void
  close(): void
}

/** Device pixels per picture pixel from which on pixels are shown as they are. */
export const PLAIN_FROM = 2

/** A picture that is here whole. `size`: what it measures in label coordinates; the bitmap may have another one. */
export class BitmapSource implements PictureSource {
  readonly #image: ImageBitmap
  readonly #size: Size

  constructor(image: ImageBitmap, size: Size) {
    this.#image = image
    this.#size = size
  }

  draw(context: CanvasRenderingContext2D, view: Viewport, surface: Surface): void {
    const image = this.#image
    const part = this.#visiblePart(view, surface)
    if (part.w <= 0 || part.h <= 0) return
    const [kx, , , ky, tx, ty] = deviceTransform(view, surface)
    const [fx, fy] = [this.#size.w / image.width, this.#size.h / image.height]
    context.imageSmoothingEnabled = magnification(view, surface) * fx < PLAIN_FROM
    context.imageSmoothingQuality = 'medium'
    const [dx, dy] = [part.x * fx * kx + tx, part.y * fy * ky + ty]
    context.drawImage(image, part.x, part.y, part.w, part.h, dx, dy, part.w * fx * kx, part.h * fy * ky)
  }

  subscribe(): () => void {
    return () => undefined
  }

  close(): void {
    this.#image.close()
  }

  /** Whole pixels of the bitmap that are on screen. */
  #visiblePart(view: Viewport, surface: Surface): { x: number; y: number; w: number; h: number } {
    const { x, y, w, h } = visibleBounds(view, surface)
    const { width, height } = this.#image
    const [fx, fy] = [width / this.#size.w, height / this.#size.h]
    const [left, top] = [Math.max(0, Math.floor(x * fx) - 1), Math.max(0, Math.floor(y * fy) - 1)]
    const right = Math.min(width, Math.ceil((x + w) * fx) + 1)
    const bottom = Math.min(height, Math.ceil((y + h) * fy) + 1)
    return { x: left, y: top, w: right - left, h: bottom - top }
  }
}
