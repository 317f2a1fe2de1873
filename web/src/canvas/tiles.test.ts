import { describe, expect, it, vi } from 'vitest'
import { CachedTile, TileCache } from './tile-cache.ts'
import {
  ancestorsOf,
  boundsOfTile,
  childrenOf,
  keyOf,
  levelFor,
  rowsOf,
  stepOf,
  tilesIn,
  type TileAddress,
  type TileGrid,
} from './tile-grid.ts'
import { TileQueue } from './tile-queue.ts'

const GRID: TileGrid = { size: { w: 20_000, h: 15_001 }, tile: 512, levels: 7 }
const at = (level: number, column: number, row: number): TileAddress => ({ level, column, row })

describe('the grid of tiles', () => {
  it('shows a level with at least one and less than two pixels for each of the screen', () => {
    for (const magnification of [0.017, 0.1, 0.24, 0.25, 0.3, 0.5, 0.51, 0.99, 1]) {
      const perDevicePixel = 1 / (magnification * stepOf(levelFor(GRID, magnification)))
      expect(perDevicePixel).toBeGreaterThanOrEqual(1 - 1e-5)
      expect(perDevicePixel).toBeLessThan(2)
    }
    expect(levelFor(GRID, 96)).toBe(0)
    expect(levelFor(GRID, 1e-5)).toBe(6)
  })

  it('covers the picture on every level, without a gap or a place outside', () => {
    for (let level = 0; level < GRID.levels; level++) {
      const { columns, rows } = rowsOf(GRID, level)
      const all = tilesIn(GRID, level, { x: -9e5, y: -9e5, w: 2e6, h: 2e6 })
      expect(all).toHaveLength(columns * rows)
      const area = all.map((tile) => boundsOfTile(GRID, tile)).reduce((sum, { w, h }) => sum + w * h, 0)
      expect(area).toBe(20_000 * 15_001)
    }
    expect(rowsOf(GRID, 6)).toEqual({ columns: 1, rows: 1 })
  })

  it('finds the tiles that meet a view, those in its middle first', () => {
    const found = tilesIn(GRID, 0, { x: 500, y: 1000, w: 1100, h: 700 }).map(keyOf)
    expect(found.toSorted()).toEqual(
      ['0_1', '0_2', '0_3', '1_1', '1_2', '1_3', '2_1', '2_2', '2_3', '3_1', '3_2', '3_3'].map(
        (key) => `0/${key}`,
      ),
    )
    expect(found.slice(0, 2)).toContain('0/1_2')
    expect(tilesIn(GRID, 0, { x: -500, y: 0, w: 400, h: 400 })).toEqual([])
    expect(tilesIn(GRID, 0, { x: 512, y: 512, w: 512, h: 512 }).map(keyOf)).toEqual(['0/1_1'])
  })

  it('knows what stands in for a tile', () => {
    const place = boundsOfTile(GRID, at(1, 13, 9))
    expect(ancestorsOf(GRID, at(1, 13, 9)).map(keyOf)).toEqual(['2/6_4', '3/3_2', '4/1_1', '5/0_0', '6/0_0'])
    for (const ancestor of ancestorsOf(GRID, at(1, 13, 9))) {
      const { x, y, w, h } = boundsOfTile(GRID, ancestor)
      expect(x <= place.x && y <= place.y && x + w >= place.x + place.w && y + h >= place.y + place.h).toBe(
        true,
      )
    }
    expect(childrenOf(GRID, at(1, 19, 14)).map(keyOf)).toEqual(['0/38_28', '0/39_28', '0/38_29', '0/39_29'])
    expect(childrenOf(GRID, at(0, 1, 1))).toEqual([])
  })
})

class Image {
  readonly width = 512
  readonly height = 512
  isClosed = false
  close(): void {
    this.isClosed = true
  }
}

describe('the cache of tiles', () => {
  const MEGABYTE = 2 ** 20

  it('closes the least recently used when there are too many bytes', () => {
    const cache = new TileCache<Image>(3 * MEGABYTE)
    const images = [0, 1, 2, 3].map(() => new Image())
    images.forEach((image, index) => {
      cache.put(String(index), new CachedTile(image))
      if (index === 2) cache.get('0')
      cache.trim(() => false)
    })
    expect(images.map(({ isClosed }) => isClosed)).toEqual([false, true, false, false])
    expect([cache.size, cache.bytes]).toEqual([3, 3 * MEGABYTE])
  })

  it('keeps what is on screen, whatever it takes', () => {
    const cache = new TileCache<Image>(MEGABYTE)
    for (const key of ['a', 'b', 'c']) cache.put(key, new CachedTile(new Image()))
    cache.trim((key) => key !== 'b')
    expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([true, false, true])
  })

  it('counts adjusted tiles twice and closes both', () => {
    const cache = new TileCache<Image>(MEGABYTE)
    const [plain, adjusted, later] = [new Image(), new Image(), new Image()]
    const tile = new CachedTile(plain)
    cache.put('a', tile)
    tile.take(adjusted, null)
    expect(cache.bytes).toBe(2 * MEGABYTE)
    tile.take(later, null)
    expect(adjusted.isClosed).toBe(true)
    cache.clear()
    expect([plain.isClosed, later.isClosed, cache.size]).toEqual([true, true, 0])
  })
})

interface Pending {
  readonly key: string
  readonly signal: AbortSignal
  answer(tile: string): void
  fail(error: unknown): void
}

function queue() {
  const asked: Pending[] = []
  const arrived: string[] = []
  const failures: unknown[] = []
  const tiles = new TileQueue<string>({
    load: (address, signal) =>
      new Promise((answer, fail) => {
        signal.addEventListener('abort', () => fail(new Error('aborted')))
        asked.push({ key: keyOf(address), signal, answer, fail })
      }),
    arrived: (_, tile) => arrived.push(tile),
    failing: (reason) => failures.push(reason),
  })
  const row = (...columns: number[]): TileAddress[] => columns.map((column) => at(0, column, 0))
  const settle = (): Promise<void> => vi.waitFor(() => Promise.resolve())
  return { tiles, asked, arrived, failures, row, settle, keys: () => asked.map(({ key }) => key) }
}

describe('the queue of tiles', () => {
  it('asks for six at once, in order, and goes on as they come', async () => {
    const { tiles, asked, arrived, row, settle, keys } = queue()
    tiles.want(row(0, 1, 2, 3, 4, 5, 6, 7))
    expect(keys()).toEqual([0, 1, 2, 3, 4, 5].map((column) => `0/${column}_0`))
    expect(tiles.missing).toBe(8)

    asked[2]!.answer('two')
    await settle()

    expect(arrived).toEqual(['two'])
    expect(keys().at(-1)).toBe('0/6_0')
    expect(tiles.missing).toBe(7)
  })

  it('gives up what left the view and takes the new middle first', async () => {
    const { tiles, asked, failures, row, settle, keys } = queue()
    tiles.want(row(0, 1, 2, 3, 4, 5, 6))
    tiles.want(row(9, 4, 5))
    await settle()

    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, true, true, true, false, false, false])
    expect(keys().slice(6)).toEqual(['0/9_0'])
    expect(failures).toEqual([])
  })

  it('tries again what failed, later and later, and says so until it comes', async () => {
    vi.useFakeTimers()
    const { tiles, asked, arrived, failures, row } = queue()
    tiles.want(row(0))
    const error = new Error('lost')
    asked[0]!.fail(error)
    await vi.advanceTimersByTimeAsync(0)
    expect(failures).toEqual([error])
    await vi.advanceTimersByTimeAsync(499)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(asked).toHaveLength(2)
    asked[1]!.fail(error)
    await vi.advanceTimersByTimeAsync(999)
    expect(asked).toHaveLength(2)
    tiles.retry()
    expect(asked).toHaveLength(3)
    asked[2]!.answer('at last')
    await vi.advanceTimersByTimeAsync(60_000)

    expect([arrived, failures.at(-1), asked.length]).toEqual([['at last'], null, 3])
    vi.useRealTimers()
  })

  it('forgets what failed when it is not wanted any more', async () => {
    vi.useFakeTimers()
    const { tiles, asked, failures, row } = queue()
    tiles.want(row(0))
    asked[0]!.fail(new Error('lost'))
    await vi.advanceTimersByTimeAsync(0)
    tiles.want([])
    await vi.advanceTimersByTimeAsync(60_000)

    expect([failures.length, failures.at(-1), asked.length]).toEqual([2, null, 1])
    vi.useRealTimers()
  })
})
