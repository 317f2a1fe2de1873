/** The canvas under the shapes: shows a picture source. */

import type { PictureSource } from './picture-source.ts'
import type { Surface, Viewport } from './viewport.ts'

export class PictureLayer {
  readonly #context: CanvasRenderingContext2D
  readonly #changed: () => void
  #source: PictureSource | null = null
  #unsubscribe: () => void = () => undefined

  /** `changed`: the source has something new to paint. */
  constructor(canvas: HTMLCanvasElement, changed: () => void) {
    this.#context = canvas.getContext('2d', { alpha: true })!
    this.#changed = changed
  }

  set(source: PictureSource | null): void {
    this.#unsubscribe()
    this.#source = source
    this.#unsubscribe = source?.subscribe(this.#changed) ?? (() => undefined)
  }

  get isSet(): boolean {
    return this.#source !== null
  }

  draw(view: Viewport, surface: Surface): void {
    this.#context.clearRect(0, 0, surface.px.w, surface.px.h)
    this.#source?.draw(this.#context, view, surface)
  }
}
