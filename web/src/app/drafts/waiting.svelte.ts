/** How many tasks this browser keeps unsent work of, for the pages that only tell it. */
class Waiting {
  count = $state(0)

  async look(userId: string): Promise<void> {
    try {
      // The code that reads drafts is that of label mode; pages do not wait for it.
      const { countKept } = await import('./kept.ts')
      this.count = await countKept(userId)
    } catch {
      // Looked for again on the next page.
    }
  }
}

export const waiting = new Waiting()
