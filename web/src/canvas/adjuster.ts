/** Works out adjusted images in a worker, the latest wish alone: panning never waits, and a slider may run ahead. */

import type { Adjustment } from './adjustment.ts'

export class Adjuster {
  readonly #worker: Worker
  #isBusy = false
  #next: Adjustment | null = null

  constructor(image: ImageBitmap, done: (image: ImageBitmap) => void) {
    this.#worker = new Worker(new URL('./adjust-worker.ts', import.meta.url), { type: 'module' })
    this.#worker.addEventListener('message', ({ data }: MessageEvent<ImageBitmap>) => {
      this.#isBusy = false
      done(data)
      this.#ask()
    })
    this.#worker.postMessage(image)
  }

  adjust(adjustment: Adjustment): void {
    this.#next = adjustment
    this.#ask()
  }

  close(): void {
    this.#worker.terminate()
  }

  #ask(): void {
    if (this.#isBusy || this.#next === null) return
    this.#isBusy = true
    this.#worker.postMessage({ ...this.#next })
    this.#next = null
  }
}
