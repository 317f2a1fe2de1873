/** A picture too large to be here whole: the tiles in view, and what is known of their place while they come. */

import type { Bounds, XY } from '../geometry/index.ts'
import { isPlain, PLAIN, type Adjustment } from './adjustment.ts'
import type { Context } from './paint.ts'
import { PLAIN_FROM, type Color, type PictureSource } from './picture-source.ts'
import { TileAdjuster, type TileDone } from './tile-adjuster.ts'
import { CachedTile, TileCache } from './tile-cache.ts'
import {
  ancestorsOf,
  boundsOfTile,
  childrenOf,
  keyOf,
  levelFor,
  stepOf,
  tilesIn,
  type TileAddress,
  type TileGrid,
  type TileKey,
} from './tile-grid.ts'
import { TileQueue } from './tile-queue.ts'
import { applied, type Transform } from './transform.ts'
import { deviceTransform, magnification, visibleBounds, type Surface, type Viewport } from './viewport.ts'

export interface TiledHost {
  load(address: TileAddress, signal: AbortSignal): Promise<ImageBitmap>
  /** Tiles that are missing in view and tiles that are here, whenever that changes. */
  counted(missing: number, cached: number): void
  /** Why tiles fail, null when they come again; they are asked for again by themselves. */
  failing(reason: unknown): void
}

/** What is kept besides the tiles in view. */
const MOST_BYTES = 192 * 2 ** 20
/** Device pixels by which tiles overlap where their borders lie across the device's pixels. */
const OVERLAP = 0.75

export class TiledSource implements PictureSource {
  readonly #grid: TileGrid
  readonly #top: TileAddress
  readonly #host: TiledHost
  readonly #cache = new TileCache(MOST_BYTES)
  readonly #queue: TileQueue<ImageBitmap>
  readonly #listeners = new Set<() => void>()
  /** What each canvas shows. */
  readonly #shown = new Map<Context, readonly TileAddress[]>()
  #adjustment = PLAIN
  #adjuster: TileAdjuster | null = null
  #adjusting: { readonly key: TileKey; readonly by: Adjustment } | null = null
  #probe: OffscreenCanvasRenderingContext2D | null = null
  #isClosed = false

  constructor(grid: TileGrid, host: TiledHost) {
    this.#grid = grid
    this.#top = { level: grid.levels - 1, column: 0, row: 0 }
    this.#host = host
    this.#queue = new TileQueue({
      load: (address, signal) => host.load(address, signal),
      arrived: (address, tile) => this.#arrived(address, tile),
      failing: (reason) => host.failing(reason),
    })
  }

  draw(context: Context, view: Viewport, surface: Surface): void {
    const bounds = visibleBounds(view, surface)
    const level = levelFor(this.#grid, magnification(view, surface))
    const tiles = tilesIn(this.#grid, level, bounds)
    // Whoever draws once onto something off screen takes what is here.
    if (!('OffscreenCanvas' in globalThis && context.canvas instanceof OffscreenCanvas))
      this.#want(context, tiles)
    const toDevice = deviceTransform(view, surface)
    const isSharp = level === 0 && magnification(view, surface) >= PLAIN_FROM
    for (const address of tiles) {
      context.imageSmoothingEnabled = !isSharp
      this.#paintPlace(context, toDevice, address)
    }
    context.resetTransform()
  }

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed)
    return () => void this.#listeners.delete(changed)
  }

  /** Known where the tile of the full size is here. */
  colorAt([x, y]: XY): Color | null {
    const { size, tile } = this.#grid
    if (x < 0 || y < 0 || x >= size.w || y >= size.h) return null
    const [column, row] = [Math.floor(x / tile), Math.floor(y / tile)]
    const found = this.#cache.get(keyOf({ level: 0, column, row }))
    if (found === undefined) return null
    this.#probe ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
    const [ix, iy] = [Math.floor(x) - column * tile, Math.floor(y) - row * tile]
    this.#probe.clearRect(0, 0, 1, 1)
    this.#probe.drawImage(found.plain, ix, iy, 1, 1, 0, 0, 1, 1)
    const [red, green, blue] = this.#probe.getImageData(0, 0, 1, 1).data
    return [red!, green!, blue!]
  }

  /** Tiles stand as they were until they are worked out anew. */
  adjust(adjustment: Adjustment): void {
    if (adjustment === this.#adjustment) return
    this.#adjustment = adjustment
    this.#adjustNext()
    this.#changed()
  }

  retry(): void {
    this.#queue.retry()
  }

  close(): void {
    this.#isClosed = true
    this.#queue.want([])
    this.#adjuster?.close()
    this.#cache.clear()
    this.#listeners.clear()
  }

  #changed(): void {
    for (const changed of this.#listeners) changed()
  }

  // --- what is here

  #want(context: Context, tiles: readonly TileAddress[]): void {
    this.#shown.set(context, tiles)
    for (const { canvas } of [...this.#shown.keys()]) {
      if (canvas instanceof HTMLCanvasElement && !canvas.isConnected) this.#forget(canvas)
    }
    const missing = this.#inView().filter((address) => !this.#cache.has(keyOf(address)))
    this.#queue.want(missing)
    this.#count()
    this.#adjustNext()
  }

  #forget(canvas: HTMLCanvasElement): void {
    for (const context of [...this.#shown.keys()]) if (context.canvas === canvas) this.#shown.delete(context)
  }

  /** The tile of the whole picture, then what each canvas shows. */
  #inView(): readonly TileAddress[] {
    return [this.#top, ...[...this.#shown.values()].flat()]
  }

  #arrived(address: TileAddress, image: ImageBitmap): void {
    if (this.#isClosed) return image.close()
    this.#cache.put(keyOf(address), new CachedTile(image))
    const kept = new Set(this.#inView().map(keyOf))
    this.#cache.trim((key) => kept.has(key))
    this.#count()
    this.#adjustNext()
    this.#changed()
  }

  #count(): void {
    this.#host.counted(this.#queue.missing, this.#cache.size)
  }

  // --- adjusting

  /** Work out one tile after the other, the latest adjustment alone. */
  #adjustNext(): void {
    const by = this.#adjustment
    const whole = this.#cache.get(keyOf(this.#top))
    if (isPlain(by) || this.#adjusting !== null || whole === undefined) return
    const stale = this.#inView()
      .map(keyOf)
      .find((key) => this.#isStale(key))
    const tile = stale === undefined ? undefined : this.#cache.get(stale)
    if (stale === undefined || tile === undefined) return
    if (this.#adjuster === null) {
      this.#adjuster = new TileAdjuster((made) => this.#adjusted(made))
      void this.#adjuster.know(whole.plain)
    }
    this.#adjusting = { key: stale, by }
    void this.#adjuster.adjust({ key: stale, tile: tile.plain, adjustment: by })
  }

  #isStale(key: TileKey): boolean {
    const tile = this.#cache.get(key)
    return tile !== undefined && tile.by !== this.#adjustment
  }

  #adjusted({ key, tile }: TileDone): void {
    const by = this.#adjusting?.by ?? null
    this.#adjusting = null
    const cached = this.#cache.get(key)
    if (cached === undefined || this.#isClosed) tile.close()
    else cached.take(tile, by)
    this.#adjustNext()
    this.#changed()
  }

  /** What is to be seen of a tile now; with an adjustment nothing that would change a moment later. */
  #imageOf(address: TileAddress): ImageBitmap | null {
    const tile = this.#cache.get(keyOf(address))
    if (tile === undefined) return null
    return isPlain(this.#adjustment) ? tile.plain : tile.adjusted
  }

  // --- painting

  /** The place of a tile: by the tile, else by the next coarser one that is here, and finer ones over it. */
  #paintPlace(context: Context, toDevice: Transform, address: TileAddress): void {
    const place = boundsOfTile(this.#grid, address)
    if (this.#paint(context, toDevice, address, place)) return
    context.imageSmoothingEnabled = true
    ancestorsOf(this.#grid, address).some((ancestor) => this.#paint(context, toDevice, ancestor, place))
    for (const child of childrenOf(this.#grid, address)) {
      this.#paint(context, toDevice, child, boundsOfTile(this.#grid, child))
    }
  }

  /** Paint what a tile shows of a place in the picture; false when it is not here. */
  #paint(context: Context, toDevice: Transform, address: TileAddress, place: Bounds): boolean {
    const image = this.#imageOf(address)
    if (image === null) return false
    const step = stepOf(address.level)
    const { x, y } = boundsOfTile(this.#grid, address)
    const [w, h] = [place.w / step, place.h / step]
    const over = fitted(context, toDevice, place, [w, h])
    context.drawImage(
      image,
      (place.x - x) / step,
      (place.y - y) / step,
      w,
      h,
      -over,
      -over,
      w + 2 * over,
      h + 2 * over,
    )
    return true
  }
}

/**
 * Set the transform under which a box of `w` by `h` lies on a place of the picture, and return by how much of its
 * units it has to stick out. Upright or on its side its corners are whole device pixels, and tiles meet without a
 * seam; turned otherwise they overlap.
 */
function fitted(context: Context, toDevice: Transform, place: Bounds, [w, h]: XY): number {
  const isStraight = (toDevice[0] === 0 && toDevice[3] === 0) || (toDevice[1] === 0 && toDevice[2] === 0)
  const corner = (at: XY): XY => {
    const [x, y] = applied(toDevice, at)
    return isStraight ? [Math.round(x), Math.round(y)] : [x, y]
  }
  const [ox, oy] = corner([place.x, place.y])
  const [rx, ry] = corner([place.x + place.w, place.y])
  const [dx, dy] = corner([place.x, place.y + place.h])
  context.setTransform((rx - ox) / w, (ry - oy) / w, (dx - ox) / h, (dy - oy) / h, ox, oy)
  return isStraight ? 0 : OVERLAP / (Math.hypot(rx - ox, ry - oy) / w)
}
