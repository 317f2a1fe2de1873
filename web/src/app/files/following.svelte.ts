/** Long work on the server, looked at again until it ends. */

import { isAtWork, type Work } from '../../api/exchanges.ts'

const LOOK_EVERY_MS = 700

export class Following<Item extends Work> {
  current: Item | null = $state.raw(null)
  error = $state.raw<unknown>(null)
  #look: (id: string) => Promise<Item>
  #timer: ReturnType<typeof setTimeout> | undefined
  #onend: (item: Item) => void

  constructor(look: (id: string) => Promise<Item>, onend: (item: Item) => void = () => undefined) {
    this.#look = look
    this.#onend = onend
  }

  get isBusy(): boolean {
    return this.current !== null && isAtWork(this.current)
  }

  /** Show this work, and look again while it goes on. */
  follow(item: Item): void {
    clearTimeout(this.#timer)
    this.current = item
    this.error = null
    this.#timer = setTimeout(() => void this.#again(item.id), isAtWork(item) ? LOOK_EVERY_MS : 0)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.current = null
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  async #again(id: string): Promise<void> {
    try {
      const found = await this.#look(id)
      if (this.current?.id !== id) return
      this.current = found
      this.error = null
      if (!isAtWork(found)) return this.#onend(found)
    } catch (error) {
      if (this.current?.id !== id) return
      this.error = error
    }
    this.#timer = setTimeout(() => void this.#again(id), LOOK_EVERY_MS)
  }
}
