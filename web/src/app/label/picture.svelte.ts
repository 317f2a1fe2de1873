/** The picture of a task, fetched with its reason when it cannot be shown. */

import { ApiError } from '../../api/client.ts'
import { displayUrl, getMedium, tileUrl } from '../../api/datasets.ts'
import type { Medium } from '../../api/types.ts'
import { BitmapSource, type PictureSource } from '../../canvas/picture-source.ts'
import { keyOf } from '../../canvas/tile-grid.ts'
import { TiledSource } from '../../canvas/tiled-source.ts'
import type { Size } from '../../geometry/index.ts'
import { explain } from '../feedback.ts'
import { fetchPicture } from './fetch-picture.ts'

export type PictureState =
  | { readonly phase: 'loading' }
  /** Its tiles are being made; `note` says more. */
  | { readonly phase: 'preparing'; readonly progress: number; readonly note: string }
  | { readonly phase: 'shown'; readonly source: PictureSource }
  | { readonly phase: 'failed'; readonly reason: string }

/** Of a very large picture: tiles in view that are not here, tiles that are, and why some do not come. */
export interface TilesState {
  readonly missing: number
  readonly cached: number
  readonly trouble: string | null
}

const LOOK_AGAIN_MS = 1500
const WHY_PREPARING = 'It is very large and opens by itself when it is ready.'

export class Picture {
  state: PictureState = $state.raw({ phase: 'loading' })
  #told: TilesState = { missing: 0, cached: 0, trouble: null }
  tiles: TilesState = $state.raw({ missing: 0, cached: 0, trouble: null })
  #medium: Medium
  readonly #ends = new AbortController()

  constructor(medium: Medium) {
    this.#medium = medium
    void this.load()
  }

  async load(): Promise<void> {
    this.#show({ phase: 'loading' })
    try {
      await this.#prepared()
      if (this.#medium.state === 'broken') throw new Error(brokenReason(this.#medium))
      const source = this.#medium.tiles === null ? await this.#whole() : this.#inTiles(this.#medium.tiles)
      if (this.#ends.signal.aborted) source.close()
      else this.#show({ phase: 'shown', source })
    } catch (error) {
      if (!this.#ends.signal.aborted) this.#show({ phase: 'failed', reason: explain(error) })
    }
  }

  /** Ask for the tiles that failed at once. */
  retryTiles(): void {
    if (this.state.phase === 'shown' && this.state.source instanceof TiledSource) this.state.source.retry()
  }

  close(): void {
    this.#ends.abort()
    this.#show({ phase: 'loading' })
  }

  #show(state: PictureState): void {
    const before = this.state
    this.state = state
    if (before.phase === 'shown') before.source.close()
  }

  /** Wait while tiles are being made, and say how far they are. */
  async #prepared(): Promise<void> {
    while (this.#medium.state === 'preparing' && !this.#ends.signal.aborted) {
      const { progress, reasonText } = this.#medium
      this.#show({ phase: 'preparing', progress: progress ?? 0, note: reasonText ?? WHY_PREPARING })
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
      if (!this.#ends.signal.aborted) this.#medium = await getMedium(this.#medium.id)
    }
  }

  async #whole(): Promise<PictureSource> {
    const image = await fetchPicture(displayUrl(this.#medium.id), this.#ends.signal)
    return new BitmapSource(image, sizeOf(this.#medium))
  }

  #inTiles({ size, levels }: NonNullable<Medium['tiles']>): PictureSource {
    const { id } = this.#medium
    return new TiledSource(
      { size: sizeOf(this.#medium), tile: size, levels },
      {
        load: (address, signal) => fetchPicture(tileUrl(id, keyOf(address)), signal),
        counted: (missing, cached) => this.#tell({ missing, cached }),
        failing: (reason) => this.#failing(reason),
      },
    )
  }

  /** Tiles that the server makes anew are waited for; other failures are said while they last. */
  #failing(reason: unknown): void {
    if (reason instanceof ApiError && reason.code === 'medium_not_ready') return void this.#again()
    this.#tell({ trouble: reason === null ? null : explain(reason) })
  }

  /** What is painted in an effect must not depend on what it tells: so nothing that is tracked is read here. */
  #tell(change: Partial<TilesState>): void {
    const next = { ...this.#told, ...change }
    const { missing, cached, trouble } = this.#told
    if (next.missing === missing && next.cached === cached && next.trouble === trouble) return
    this.#told = next
    this.tiles = next
  }

  async #again(): Promise<void> {
    if (this.state.phase !== 'shown') return
    this.#show({ phase: 'loading' })
    this.#medium = await getMedium(this.#medium.id)
    await this.load()
  }
}

function sizeOf({ width, height }: Medium): Size {
  return { w: width ?? 1, h: height ?? 1 }
}

function brokenReason({ reasonText, mediaName }: Medium): string {
  return reasonText ?? `“${mediaName}” cannot be read as a picture.`
}
