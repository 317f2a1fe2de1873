/** The canvas under the shapes: shows a picture source, and a grid between its pixels when they are large. */

import type { Size } from '../geometry/index.ts'
import type { PictureSource } from './picture-source.ts'
import { paintPixelGrid } from './pixel-grid.ts'
import type { Surface, Viewport } from './viewport.ts'

export class PictureLayer {
  readonly #context: CanvasRenderingContext2D
  readonly #size: Size
  readonly #changed: () => void
  hasGrid = true
  #source: PictureSource | null = null
  #unsubscribe: () => void = () => undefined

  /** `changed`: the source has something new to paint. */
  constructor(canvas: HTMLCanvasElement, size: Size, changed: () => void) {
    this.#size = size
    this.#context = canvas.getContext('2d', { alpha: true })!
    this.#changed = changed
  }

  set(source: PictureSource | null): void {
    this.#unsubscribe()
    this.#source = source
    this.#unsubscribe = source?.subscribe(this.#changed) ?? (() => undefined)
  }

  get source(): PictureSource | null {
    return this.#source
  }

  draw(view: Viewport, surface: Surface): void {
    this.#context.clearRect(0, 0, surface.px.w, surface.px.h)
    if (this.#source === null) return
    this.#source.draw(this.#context, view, surface)
    if (this.hasGrid) paintPixelGrid(this.#context, this.#size, view, surface)
  }
}
