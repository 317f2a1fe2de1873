/** Long work on the server, followed by its events; without them it is looked at again until it ends. */

import { isAtWork, type Work } from '../../api/exchanges.ts'

const LOOK_EVERY_MS = 700

interface Ways<Item> {
  look: (id: string) => Promise<Item>
  /** The address of the events. */
  events: (id: string) => string
  onend?: (item: Item) => void
}

export class Following<Item extends Work> {
  current: Item | null = $state.raw(null)
  error = $state.raw<unknown>(null)
  #ways: Ways<Item>
  #timer: ReturnType<typeof setTimeout> | undefined
  #events: EventSource | null = null

  constructor(ways: Ways<Item>) {
    this.#ways = ways
  }

  get isBusy(): boolean {
    return this.current !== null && isAtWork(this.current)
  }

  /** Show this work, and go on while it goes on. */
  follow(item: Item): void {
    this.close()
    this.current = item
    this.error = null
    if (isAtWork(item)) this.#listen(item.id)
    else void this.#again(item.id)
  }

  /** Show work of before. */
  async open(id: string): Promise<void> {
    this.follow(await this.#ways.look(id))
  }

  stop(): void {
    this.close()
    this.current = null
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#events?.close()
    this.#events = null
  }

  #listen(id: string): void {
    const events = new EventSource(this.#ways.events(id))
    this.#events = events
    events.onmessage = ({ data }: MessageEvent<string>) => this.#arrived(JSON.parse(data) as Item)
    // The server closes a stream that has ended, and proxies may forbid streams: then it is looked at.
    events.onerror = () => {
      events.close()
      if (this.#events === events) this.#timer = setTimeout(() => void this.#again(id), LOOK_EVERY_MS)
    }
  }

  #arrived(item: Item): void {
    if (this.current?.id !== item.id) return
    this.current = item
    this.error = null
    if (isAtWork(item)) return
    this.close()
    this.#ways.onend?.(item)
  }

  async #again(id: string): Promise<void> {
    try {
      const found = await this.#ways.look(id)
      if (this.current?.id !== id) return
      this.#arrived(found)
      if (!isAtWork(found)) return
    } catch (error) {
      if (this.current?.id !== id) return
      this.error = error
    }
    this.#timer = setTimeout(() => void this.#again(id), LOOK_EVERY_MS)
  }
}
