const PAUSE_MS = 30_000

/** Unsent work of this browser, sent from whatever page is open; what stays is counted for the pages that tell it. */
class Waiting {
  count = $state(0)
  #lookedAtMs = -PAUSE_MS
  #looking: Promise<boolean> = Promise.resolve(false)

  /** Resolves to whether something was sent; one look at a time. */
  look(userId: string): Promise<boolean> {
    if (performance.now() - this.#lookedAtMs >= PAUSE_MS) {
      this.#lookedAtMs = performance.now()
      this.#looking = this.#send(userId)
    }
    return this.#looking
  }

  async #send(userId: string): Promise<boolean> {
    try {
      // The code that reads drafts is that of label mode; pages do not wait for it.
      const { sendAndCount } = await import('./kept.ts')
      const { sent, left } = await sendAndCount(userId)
      this.count = left
      return sent > 0
    } catch {
      // Looked for again on a later page.
      return false
    }
  }
}

export const waiting = new Waiting()
