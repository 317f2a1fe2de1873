const WINDOW_MS = 5000

/** Bytes per second over the last seconds. */
export class Rate {
  #samples: { at: number; bytes: number }[] = []

  add(at: number, bytes: number): void {
    this.#samples.push({ at, bytes })
    this.#samples = this.#samples.filter((sample) => at - sample.at <= WINDOW_MS)
  }

  /** Null until two samples tell a speed. */
  perSecond(): number | null {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (!first || !last || last.at <= first.at) return null
    return Math.max(0, ((last.bytes - first.bytes) / (last.at - first.at)) * 1000)
  }

  clear(): void {
    this.#samples = []
  }
}
