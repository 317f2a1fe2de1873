/** Something fetched: shown while it is fetched again, dropped when it is about something else. */
export class Resource<Value> {
  value = $state.raw<Value | null>(null)
  error = $state.raw<unknown>(null)
  loading = $state(true)
  #read: () => Promise<Value>
  #turn = 0

  constructor(read: () => Promise<Value>) {
    this.#read = read
  }

  /** Fetch; a slower, older answer never replaces a newer one. */
  async load(): Promise<void> {
    const turn = ++this.#turn
    this.loading = true
    try {
      const value = await this.#read()
      if (turn !== this.#turn) return
      this.value = value
      this.error = null
    } catch (error) {
      if (turn === this.#turn) this.error = error
    }
    if (turn === this.#turn) this.loading = false
  }

  /** Forget the value first, because it belongs to another page. */
  async restart(): Promise<void> {
    this.value = null
    this.error = null
    await this.load()
  }

  set(value: Value): void {
    this.#turn++
    this.value = value
    this.error = null
    this.loading = false
  }
}
