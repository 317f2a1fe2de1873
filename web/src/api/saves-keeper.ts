/** Keeps the draft of one tab in the browser's store: the newest state is written next, states in between are not. */

import type { Draft, DraftStore } from './saves-drafts.ts'

/** Why the browser keeps nothing. unavailable: it refuses to; full: no space left; failing: it reports something else. */
export type KeepTrouble = 'unavailable' | 'full' | 'failing'

export class Keeper {
  readonly #store: DraftStore
  readonly #place: Pick<Draft, 'taskId' | 'tabId'>
  readonly #changed: () => void
  #draft: Draft | null = null
  #version = 0
  #keptVersion = 0
  #writing: Promise<void> = Promise.resolve()
  #failure: KeepTrouble | null = null
  #released = false

  constructor(store: DraftStore, place: Pick<Draft, 'taskId' | 'tabId'>, changed: () => void) {
    this.#store = store
    this.#place = place
    this.#changed = changed
  }

  /** Whether the store has the newest state. */
  get isKept(): boolean {
    return this.#store.lasting && this.#keptVersion === this.#version
  }

  get trouble(): KeepTrouble | null {
    return this.#store.lasting ? this.#failure : 'unavailable'
  }

  /** The state changed; null: nothing is left to keep. */
  keep(draft: Draft | null): void {
    if (this.#released) return
    this.#draft = draft
    this.#version += 1
    this.#writing = this.#writing.then(() => this.#write())
  }

  /** The page may end now; the answer is whether the newest state is kept then, as far as the store can be trusted. */
  keepAtOnce(): boolean {
    if (this.isKept || this.#draft === null) return true
    return this.#store.putAtOnce(this.#draft) && this.trouble === null
  }

  /** Resolves when everything so far was written or refused. */
  settled(): Promise<void> {
    return this.#writing
  }

  /** Write what is left to write; nothing after that, so that another tab can take the draft over. */
  release(): Promise<void> {
    this.#released = true
    return this.#writing
  }

  async #write(): Promise<void> {
    const version = this.#version
    if (version === this.#keptVersion) return
    try {
      const { taskId, tabId } = this.#place
      const draft = this.#draft
      await (draft === null ? this.#store.remove(taskId, tabId) : this.#store.put(draft))
      this.#keptVersion = version
      // That there is nothing to keep says nothing about the next edit.
      if (draft !== null) this.#failure = null
    } catch (error) {
      // Told as not kept until a later write succeeds; the work itself goes on to the server.
      this.#failure = isFull(error) ? 'full' : 'failing'
    }
    this.#changed()
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError'
}
