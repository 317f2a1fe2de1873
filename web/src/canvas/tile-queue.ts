/** Sends for what is wanted, the most wanted first, a few at a time; gives up what is not wanted any more. */

import { keyOf, type TileAddress, type TileKey } from './tile-grid.ts'

export interface TileHost<Tile> {
  load(address: TileAddress, signal: AbortSignal): Promise<Tile>
  arrived(address: TileAddress, tile: Tile): void
  /** What failed, or that it goes well again; it is tried again all the same. */
  failing(reason: unknown): void
}

const AT_ONCE = 6
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

/** A tile that failed, `times` over; `again` waits until it is tried anew, and is null while it is. */
interface Failure {
  readonly times: number
  readonly again: ReturnType<typeof setTimeout> | null
}

export class TileQueue<Tile> {
  readonly #host: TileHost<Tile>
  #wanted: ReadonlyMap<TileKey, TileAddress> = new Map()
  readonly #loading = new Map<TileKey, AbortController>()
  readonly #failures = new Map<TileKey, Failure>()

  constructor(host: TileHost<Tile>) {
    this.#host = host
  }

  /** How many tiles are missing. */
  get missing(): number {
    return this.#wanted.size
  }

  /** Everything that is missing, the most wanted first; replaces what was wanted before. */
  want(addresses: readonly TileAddress[]): void {
    this.#wanted = new Map(addresses.map((address) => [keyOf(address), address]))
    for (const [key, controller] of this.#loading) {
      if (!this.#wanted.has(key)) controller.abort()
    }
    for (const key of [...this.#failures.keys()]) {
      if (!this.#wanted.has(key)) this.#forget(key)
    }
    this.#start()
  }

  /** Try again at once what failed. */
  retry(): void {
    for (const key of [...this.#failures.keys()]) this.#forget(key)
    this.#start()
  }

  #start(): void {
    for (const [key, address] of this.#wanted) {
      if (this.#loading.size >= AT_ONCE) return
      if (!this.#loading.has(key) && !this.#failures.get(key)?.again) void this.#load(key, address)
    }
  }

  async #load(key: TileKey, address: TileAddress): Promise<void> {
    const controller = new AbortController()
    this.#loading.set(key, controller)
    try {
      this.#arrive(key, address, await this.#host.load(address, controller.signal))
    } catch (error) {
      this.#loading.delete(key)
      if (!controller.signal.aborted) this.#fail(key, error)
    }
    this.#start()
  }

  #arrive(key: TileKey, address: TileAddress, tile: Tile): void {
    this.#loading.delete(key)
    this.#wanted = new Map([...this.#wanted].filter(([other]) => other !== key))
    this.#forget(key)
    this.#host.arrived(address, tile)
  }

  #fail(key: TileKey, error: unknown): void {
    const times = (this.#failures.get(key)?.times ?? 0) + 1
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (times - 1))
    const again = setTimeout(() => {
      this.#failures.set(key, { times, again: null })
      this.#start()
    }, wait)
    this.#failures.set(key, { times, again })
    this.#host.failing(error)
  }

  #forget(key: TileKey): void {
    const failure = this.#failures.get(key)
    if (failure?.again) clearTimeout(failure.again)
    if (this.#failures.delete(key) && this.#failures.size === 0) this.#host.failing(null)
  }
}
