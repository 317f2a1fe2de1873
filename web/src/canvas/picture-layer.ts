/** The picture on its canvas: smooth when made smaller, plain squares when single pixels can be told apart. */

import type { Size } from '../geometry/index.ts'
import { deviceTransform, magnification, visibleBounds, type Surface, type Viewport } from './viewport.ts'

/** Device pixels per picture pixel from which on pixels are shown as they are. */
const PLAIN_FROM = 2

export class PictureLayer {
  readonly #context: CanvasRenderingContext2D
  #image: ImageBitmap | null = null
  #size: Size = { w: 1, h: 1 }

  constructor(canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d', { alpha: true })!
  }

  /** `size`: what the picture measures in label coordinates; the image may have another resolution. */
  set(image: ImageBitmap | null, size: Size): void {
    this.#image = image
    this.#size = size
  }

  get isSet(): boolean {
    return this.#image !== null
  }

  draw(view: Viewport, surface: Surface): void {
    const context = this.#context
    context.clearRect(0, 0, surface.px.w, surface.px.h)
    const image = this.#image
    if (image === null) return
    const part = this.#visiblePart(image, view, surface)
    if (part.w <= 0 || part.h <= 0) return
    const [kx, , , ky, tx, ty] = deviceTransform(view, surface)
    const [fx, fy] = [this.#size.w / image.width, this.#size.h / image.height]
    context.imageSmoothingEnabled = magnification(view, surface) * fx < PLAIN_FROM
    context.imageSmoothingQuality = 'medium'
    const [dx, dy] = [part.x * fx * kx + tx, part.y * fy * ky + ty]
    context.drawImage(image, part.x, part.y, part.w, part.h, dx, dy, part.w * fx * kx, part.h * fy * ky)
  }

  /** Whole pixels of the image that are on screen. */
  #visiblePart(
    image: ImageBitmap,
    view: Viewport,
    surface: Surface,
  ): { x: number; y: number; w: number; h: number } {
    const { x, y, w, h } = visibleBounds(view, surface)
    const [fx, fy] = [image.width / this.#size.w, image.height / this.#size.h]
    const [left, top] = [Math.max(0, Math.floor(x * fx) - 1), Math.max(0, Math.floor(y * fy) - 1)]
    const right = Math.min(image.width, Math.ceil((x + w) * fx) + 1)
    const bottom = Math.min(image.height, Math.ceil((y + h) * fy) + 1)
    return { x: left, y: top, w: right - left, h: bottom - top }
  }
}
