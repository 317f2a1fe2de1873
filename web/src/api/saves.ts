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
import type { Configuration } from '../core/configuration.ts'
import { readDocument, type Document } from '../core/document.ts'
import { ApiError } from './client.ts'
import type { SaveAnswer, SaveBody, TaskDetail } from './labels.ts'
import { remembering, returned } from './saves-aside.ts'
import type { Draft, DraftStore, Sent } from './saves-drafts.ts'
import { Keeper, type KeepTrouble } from './saves-keeper.ts'
import { parentsOf, withParents } from './saves-parents.ts'
import { rebase, reconciled, type Conflict } from './saves-rebase.ts'
import { resolved, type Side } from './saves-resolve.ts'
import { sift } from './saves-sift.ts'
import { failureOf, type Trouble } from './saves-trouble.ts'

/** What the queue needs of the page. */
export interface SaveHost {
  /** The document on screen. */
  document(): Document
  /** Others saved: this is the document now, my unsaved work on top. */
  receive(document: Document): void
  /** What is chosen for each conflict, in their order. */
  decide(conflicts: readonly Conflict[]): Promise<readonly Side[]>
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
  /** Why it keeps nothing. */
  readonly keepTrouble: KeepTrouble | null
  readonly savedAt: number | null
  readonly trouble: Trouble | null
}

/** Edits in quick succession go out together. */
const GATHER_MS = 150
const LONGEST_WAIT_MS = 30_000
/** A disk that takes longer to keep an edit does not hold up the server. */
const KEEPING_MS = 3000

type Start = Omit<Draft, 'sent' | 'at'>

export class SaveQueue {
  readonly #start: Start
  readonly #server: SaveServer
  readonly #keeper: Keeper
  readonly #host: SaveHost
  readonly #timing: Timing
  readonly #newId: () => string

  #revision: number
  /** In use, then the earlier ones that `#aside` speaks of. */
  #configurations: readonly Configuration[]
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
  #wake: (() => void) | null = null
  #waiters: ((saved: boolean) => void)[] = []

  constructor(
    start: Start,
    parts: { server: SaveServer; drafts: DraftStore; host: SaveHost; timing: Timing; newId: () => string },
  ) {
    this.#start = start
    this.#server = parts.server
    this.#keeper = new Keeper(parts.drafts, start, () => this.#report())
    this.#host = parts.host
    this.#timing = parts.timing
    this.#newId = parts.newId
    this.#revision = start.revision
    this.#configurations = start.configurations
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

  /** The page may end now; the answer is whether the browser keeps everything that the server does not have. */
  keepAtOnce(): boolean {
    return this.#keeper.keepAtOnce()
  }

  /** Forget what the server refuses and what was put aside. */
  async discard(): Promise<void> {
    this.#sent = null
    this.#taken = this.#waiting = this.#aside = NO_DIFFERENCE
    this.#edits = 0
    this.#touch()
    await this.#keeper.settled()
  }

  /** Resolves when the draft is another tab's to take over. */
  close(): Promise<void> {
    this.#closed = true
    this.#wake?.()
    return this.#keeper.release()
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
    await Promise.race([this.#keeper.settled(), this.#pause(KEEPING_MS)])
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
    const saved = readDocument(detail.document)
    const mine = await this.#settle(this.#sifted(detail, saved), saved, detail)
    const theirs = reconciled(saved, this.#host.document())
    const later = this.#waiting
    this.#taken = NO_DIFFERENCE
    this.#waiting = composed(mine, later)
    if (this.#isClean()) this.#edits = 0
    this.#revision = detail.revision
    this.#touch()
    this.#host.receive(applying(later)(applying(mine)(theirs)))
  }

  get #configurationRevision(): number {
    return this.#configurations[0]?.revision ?? 0
  }

  #isKnown(detail: TaskDetail): boolean {
    const known = detail.configuration.revision === this.#configurationRevision
    return known && detail.revision === this.#revision
  }

  /** My work as the task's configuration takes it: what has no place waits aside, what has one again comes back. */
  #sifted(detail: TaskDetail, theirs: Document): Difference {
    const { configuration } = detail
    if (configuration.revision === this.#configurationRevision) return this.#taken
    const { sendable, aside } = sift(this.#taken, configuration)
    const all = composed(this.#aside, aside)
    const found = returned(all, this.#configurations, configuration, applying(sendable)(theirs))
    this.#aside = found.aside
    this.#configurations = remembering(configuration, this.#configurations, !isEmpty(found.aside))
    this.#host.reconfigure(detail, found.aside)
    return composed(sendable, found.back)
  }

  async #settle(mine: Difference, theirs: Document, { configuration }: TaskDetail): Promise<Difference> {
    const rebased = rebase(mine, theirs)
    if (rebased.conflicts.length === 0) return rebased.mine
    this.#touch()
    const sides = await this.#host.decide(rebased.conflicts)
    const shown = withParents(this.#host.document(), this.#start.parents)
    return resolved(rebased, sides, { theirs, shown, configuration, newId: this.#newId })
  }

  /** The state changed: keep it, then say so. */
  #touch(): void {
    this.#keeper.keep(this.draft())
    this.#report()
  }

  #parents(): Draft['parents'] {
    const { annotations } = this.#host.document()
    const before = new Map(this.#start.parents.map((parent) => [parent.id, parent]))
    return parentsOf([this.#pending(), this.#aside], (id) => annotations.get(id) ?? before.get(id))
  }

  /** What is not on the server; null: nothing. */
  draft(): Draft | null {
    if (this.#isClean() && isEmpty(this.#aside)) return null
    return {
      ...this.#start,
      revision: this.#revision,
      configurations: this.#configurations,
      sent: this.#sent,
      waiting: composed(this.#taken, this.#waiting),
      aside: this.#aside,
      parents: this.#parents(),
      edits: this.#edits,
      reason: this.#trouble?.message ?? null,
      at: this.#timing.nowMs(),
    }
  }

  #report(): void {
    const clean = this.#isClean()
    this.#host.status({
      state: clean ? 'saved' : this.#trouble === null ? 'saving' : 'unsaved',
      unsaved: clean ? 0 : Math.max(1, this.#edits),
      kept: this.#keeper.isKept,
      keepTrouble: this.#keeper.trouble,
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

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#timing.after(ms, resolve))
  }

  /** Until then, or until something wakes the queue. */
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
