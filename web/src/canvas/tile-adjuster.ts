/** Works out adjusted tiles in a worker, one after the other. */

import type { Adjustment } from './adjustment.ts'
import type { TileKey } from './tile-grid.ts'

export interface TileWork {
  readonly key: TileKey
  readonly tile: ImageBitmap
  readonly adjustment: Adjustment
}

export interface TileDone {
  readonly key: TileKey
  readonly tile: ImageBitmap
}

/** The whole picture in small, of which the histogram is taken. */
export interface WholeInSmall {
  readonly whole: ImageBitmap
}

export class TileAdjuster {
  readonly #worker = new Worker(new URL('./tile-adjust-worker.ts', import.meta.url), { type: 'module' })

  constructor(done: (made: TileDone) => void) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<TileDone>) => done(data))
  }

  /** The whole picture in small; a copy is taken. */
  async know(whole: ImageBitmap): Promise<void> {
    const copy = await createImageBitmap(whole)
    const message: WholeInSmall = { whole: copy }
    this.#worker.postMessage(message, [copy])
  }

  /** Adjust a tile, of which a copy is taken. */
  async adjust(work: TileWork): Promise<void> {
    const tile = await createImageBitmap(work.tile)
    this.#worker.postMessage({ ...work, adjustment: { ...work.adjustment }, tile }, [tile])
  }

  close(): void {
    this.#worker.terminate()
  }
}
