/** Tiles that were fetched; the least recently used are closed when they take too many bytes together. */

import type { Adjustment } from './adjustment.ts'
import type { TileKey } from './tile-grid.ts'

/** What a cache needs to know of an image. */
export interface Bitmap {
  readonly width: number
  readonly height: number
  close(): void
}

const BYTES_PER_PIXEL = 4

/** A tile as it came, and as the present adjustment, or the last one, shows it. */
export class CachedTile<Image extends Bitmap = ImageBitmap> {
  readonly plain: Image
  adjusted: Image | null = null
  /** What `adjusted` was made by. */
  by: Adjustment | null = null

  constructor(plain: Image) {
    this.plain = plain
  }

  get bytes(): number {
    const { width, height } = this.plain
    return width * height * BYTES_PER_PIXEL * (this.adjusted === null ? 1 : 2)
  }

  take(adjusted: Image | null, by: Adjustment | null): void {
    this.adjusted?.close()
    this.adjusted = adjusted
    this.by = by
  }

  close(): void {
    this.take(null, null)
    this.plain.close()
  }
}

export class TileCache<Image extends Bitmap = ImageBitmap> {
  readonly #mostBytes: number
  /** The least recently used first. */
  readonly #tiles = new Map<TileKey, CachedTile<Image>>()

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  get size(): number {
    return this.#tiles.size
  }

  get bytes(): number {
    return [...this.#tiles.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** The tile, which counts as used now. */
  get(key: TileKey): CachedTile<Image> | undefined {
    const tile = this.#tiles.get(key)
    if (tile === undefined) return undefined
    this.#tiles.delete(key)
    this.#tiles.set(key, tile)
    return tile
  }

  has(key: TileKey): boolean {
    return this.#tiles.has(key)
  }

  put(key: TileKey, tile: CachedTile<Image>): void {
    this.#tiles.get(key)?.close()
    this.#tiles.delete(key)
    this.#tiles.set(key, tile)
  }

  /** Close what is too much; what `isKept`, because it is on screen, stays whatever it takes. */
  trim(isKept: (key: TileKey) => boolean): void {
    let { bytes } = this
    for (const [key, tile] of [...this.#tiles]) {
      if (bytes <= this.#mostBytes) return
      if (isKept(key)) continue
      bytes -= tile.bytes
      tile.close()
      this.#tiles.delete(key)
    }
  }

  clear(): void {
    for (const tile of this.#tiles.values()) tile.close()
    this.#tiles.clear()
  }
}
