/**
 * The save queue of one task in one tab. Every edit is kept by the browser before it is reported as kept, sent as
 * a difference with the revision it was made on, and repeated until the server has it. One difference is on its
 * way at a time, so answers cannot overtake one another.
 */

import {
  applying,
  composed,
  isEmpty,
  NO_DIFFERENCE,
  writeDifference,
  type Difference,
} from '../core/difference.ts'
import { readDocument, type Document } from '../core/document.ts'
import { ApiError } from './client.ts'
import type { SaveAnswer, SaveBody, TaskDetail } from './labels.ts'
import type { Draft, DraftStore, Sent } from './saves-drafts.ts'
import { insisting, rebase, reconciled, type Conflict } from './saves-rebase.ts'
import { sift } from './saves-sift.ts'
import { failureOf, type Trouble } from './saves-trouble.ts'

export type Side = 'mine' | 'theirs'

/** What the queue needs of the page. */
export interface SaveHost {
  /** The document on screen. */
  document(): Document
  /** Others saved: this is the document now, my unsaved work on top. */
  receive(document: Document): void
  decide(conflicts: readonly Conflict[]): Promise<Side>
  /** The label configuration is another one; `aside` is what it has no place for. */
  reconfigure(detail: TaskDetail, aside: Difference): void
  status(status: SaveStatus): void
  /** The server has this revision from this tab. */
  saved(revision: number): void
}

export interface SaveServer {
  load(): Promise<TaskDetail>
  save(body: SaveBody): Promise<SaveAnswer>
}

export interface Timing {
  nowMs(): number
  /** Calls back once; the answer takes the call back. */
  after(ms: number, call: () => void): () => void
  random(): number
}

export interface SaveStatus {
  readonly state: 'saved' | 'saving' | 'unsaved'
  /** Edits that the server does not have. */
  readonly unsaved: number
  /** Whether the browser keeps all of them. */
  readonly kept: boolean
  readonly savedAt: number | null
  readonly trouble: Trouble | null
}

/** Edits in quick succession go out together. */
const GATHER_MS = 150
const LONGEST_WAIT_MS = 30_000

type Start = Omit<Draft, 'sent' | 'at'>

export class SaveQueue {
  readonly #start: Start
  readonly #server: SaveServer
  readonly #drafts: DraftStore
  readonly #host: SaveHost
  readonly #timing: Timing
  readonly #newId: () => string

  #revision: number
  #configurationRevision: number
  #sent: Sent | null = null
  #sentEdits = 0
  /** Under discussion with their document. */
  #taken: Difference = NO_DIFFERENCE
  #waiting: Difference
  #aside: Difference
  #edits: number
  #attempts = 0
  #trouble: Trouble | null = null
  #stale = false
  #running = false
  #closed = false
  #savedAt: number | null = null
  #version = 0
  #keptVersion = 0
  #keeping: Promise<void> = Promise.resolve()
  #wake: (() => void) | null = null
  #waiters: ((saved: boolean) => void)[] = []

  constructor(
    start: Start,
    parts: { server: SaveServer; drafts: DraftStore; host: SaveHost; timing: Timing; newId: () => string },
  ) {
    this.#start = start
    this.#server = parts.server
    this.#drafts = parts.drafts
    this.#host = parts.host
    this.#timing = parts.timing
    this.#newId = parts.newId
    this.#revision = start.revision
    this.#configurationRevision = start.configurationRevision
    this.#waiting = start.waiting
    this.#aside = start.aside
    this.#edits = start.edits
    this.#report()
    if (this.#hasWork()) void this.#run()
  }

  /** One edit was made. */
  add(difference: Difference): void {
    this.#waiting = composed(this.#waiting, difference)
    this.#edits = this.#isClean() ? 0 : this.#edits + 1
    if (this.#trouble?.kind === 'invalid') this.#trouble = null
    this.#touch()
    void this.#run()
  }

  /** The connection is back, the person signed in or asks for another try. */
  retry(): void {
    if (this.#trouble?.kind !== 'refused') this.#trouble = null
    this.#attempts = 0
    this.#wake?.()
    void this.#run()
  }

  /** Another tab or person may have saved: look, unless my next save will find out anyway. */
  refresh(revision: number): void {
    if (revision <= this.#revision || this.#hasWork()) return
    this.#stale = true
    void this.#run()
  }

  /** Send now; resolves to whether the server has everything. */
  flush(): Promise<boolean> {
    if (!this.#hasWork() && !this.#running) return Promise.resolve(true)
    const settled = new Promise<boolean>((resolve) => this.#waiters.push(resolve))
    this.retry()
    return settled
  }

  /** What is not on the server, for the download. */
  unsaved(): Difference {
    return composed(this.#aside, this.#pending())
  }

  /** Forget what the server refuses and what was put aside. */
  async discard(): Promise<void> {
    this.#sent = null
    this.#taken = this.#waiting = this.#aside = NO_DIFFERENCE
    this.#edits = 0
    this.#touch()
    await this.#keeping
  }

  close(): void {
    this.#closed = true
    this.#wake?.()
  }

  #pending(): Difference {
    return composed(composed(this.#sent?.difference ?? NO_DIFFERENCE, this.#taken), this.#waiting)
  }

  #isClean(): boolean {
    return this.#sent === null && isEmpty(this.#taken) && isEmpty(this.#waiting)
  }

  #hasWork(): boolean {
    return this.#stale || !this.#isClean()
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    await this.#sleep(GATHER_MS)
    while (this.#hasWork() && this.#trouble?.blocks !== true && !this.#closed) {
      await this.#turn()
      this.#report()
    }
    this.#running = false
    this.#report()
  }

  async #turn(): Promise<void> {
    try {
      if (this.#stale && this.#isClean()) await this.#catchUp()
      else await this.#send()
      this.#trouble = null
    } catch (error) {
      await this.#fail(error)
    }
  }

  async #send(): Promise<void> {
    this.#takeWaiting()
    const sent = this.#sent
    if (sent === null) return
    await this.#keeping
    const answer = await this.#server.save({
      ...writeDifference(sent.difference),
      changeId: sent.changeId,
      revision: this.#revision,
      configurationRevision: this.#configurationRevision,
    })
    this.#accept(answer)
  }

  #takeWaiting(): void {
    if (this.#sent !== null || isEmpty(this.#waiting)) return
    this.#sent = { changeId: this.#newId(), difference: this.#waiting }
    this.#sentEdits = this.#edits
    this.#waiting = NO_DIFFERENCE
    this.#touch()
  }

  #accept(answer: SaveAnswer): void {
    this.#sent = null
    this.#attempts = 0
    this.#edits = this.#isClean() ? 0 : Math.max(1, this.#edits - this.#sentEdits)
    this.#revision = answer.revision
    this.#savedAt = answer.savedAt
    this.#stale = false
    this.#touch()
    this.#host.saved(answer.revision)
  }

  async #fail(error: unknown): Promise<void> {
    const failure = failureOf(error)
    if (failure === 'behind') return this.#catchUpOrFail()
    this.#trouble = failure
    this.#touch()
    if (failure.blocks) return
    await this.#backOff(error instanceof ApiError ? (error.retryAfterS ?? 0) * 1000 : 0)
  }

  #backOff(atLeastMs: number): Promise<void> {
    const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** this.#attempts) * (0.75 + this.#timing.random() / 2)
    this.#attempts += 1
    return this.#sleep(Math.max(wait, atLeastMs))
  }

  async #catchUpOrFail(): Promise<void> {
    try {
      await this.#catchUp()
    } catch (error) {
      await this.#fail(error)
    }
  }

  /** Load what others saved, carry my work over to it, and let the person decide where both touched the same. */
  async #catchUp(): Promise<void> {
    const detail = await this.#server.load()
    this.#stale = false
    if (this.#isKnown(detail)) return this.#isClean() ? undefined : this.#backOff(0)
    this.#taken = this.#pending()
    this.#sent = null
    this.#waiting = NO_DIFFERENCE
    const mine = await this.#settle(this.#sifted(detail), readDocument(detail.document))
    const theirs = reconciled(readDocument(detail.document), this.#host.document())
    const later = this.#waiting
    this.#taken = NO_DIFFERENCE
    this.#waiting = composed(mine, later)
    if (this.#isClean()) this.#edits = 0
    this.#revision = detail.revision
    this.#touch()
    this.#host.receive(applying(later)(applying(mine)(theirs)))
  }

  #isKnown(detail: TaskDetail): boolean {
    const known = detail.configuration.revision === this.#configurationRevision
    return known && detail.revision === this.#revision
  }

  #sifted(detail: TaskDetail): Difference {
    if (detail.configuration.revision === this.#configurationRevision) return this.#taken
    const { sendable, aside } = sift(this.#taken, detail.configuration)
    this.#aside = composed(this.#aside, aside)
    this.#configurationRevision = detail.configuration.revision
    this.#host.reconfigure(detail, this.#aside)
    return sendable
  }

  async #settle(mine: Difference, theirs: Document): Promise<Difference> {
    const rebased = rebase(mine, theirs)
    if (rebased.conflicts.length === 0) return rebased.mine
    this.#touch()
    const side = await this.#host.decide(rebased.conflicts)
    if (side === 'theirs') return rebased.mine
    return composed(rebased.mine, insisting(rebased.conflicts, theirs, this.#host.document()))
  }

  /** The state changed: keep it, then say so. */
  #touch(): void {
    this.#version += 1
    this.#report()
    this.#keeping = this.#keeping.then(() => this.#keep())
  }

  async #keep(): Promise<void> {
    const version = this.#version
    if (version === this.#keptVersion) return
    try {
      await this.#write()
      this.#keptVersion = version
    } catch {
      // Reported as not kept until a later write succeeds; the work itself goes on to the server.
    }
    this.#report()
  }

  #write(): Promise<void> {
    const { taskId, tabId } = this.#start
    if (this.#isClean() && isEmpty(this.#aside)) return this.#drafts.remove(taskId, tabId)
    return this.#drafts.put({
      ...this.#start,
      revision: this.#revision,
      configurationRevision: this.#configurationRevision,
      sent: this.#sent,
      waiting: composed(this.#taken, this.#waiting),
      aside: this.#aside,
      edits: this.#edits,
      at: this.#timing.nowMs(),
    })
  }

  #report(): void {
    const clean = this.#isClean()
    this.#host.status({
      state: clean ? 'saved' : this.#trouble === null ? 'saving' : 'unsaved',
      unsaved: clean ? 0 : Math.max(1, this.#edits),
      kept: this.#drafts.lasting && this.#keptVersion === this.#version,
      savedAt: this.#savedAt,
      trouble: this.#trouble,
    })
    if (clean && !this.#running) this.#answer(true)
    else if (this.#trouble !== null) this.#answer(false)
  }

  #answer(saved: boolean): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const answer of waiters) answer(saved)
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        this.#wake = null
        resolve()
      }
      const cancel = this.#timing.after(ms, end)
      this.#wake = end
    })
  }
}
