const PAUSE_MS = 30_000

/** Unsent work of this browser, sent from whatever page is open; what stays is counted for the pages that tell it. */
class Waiting {
  count = $state(0)
  #lookedAtMs = -PAUSE_MS

  async look(userId: string): Promise<void> {
    if (performance.now() - this.#lookedAtMs < PAUSE_MS) return
    this.#lookedAtMs = performance.now()
    try {
      // The code that reads drafts is that of label mode; pages do not wait for it.
      const { sendAndCount } = await import('./kept.ts')
      this.count = await sendAndCount(userId)
    } catch {
      // Looked for again on a later page.
    }
  }
}

export const waiting = new Waiting()
