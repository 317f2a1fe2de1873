/**
 * Saves the answers of a grid: each picture has a save queue like that of label mode, so that every answer is kept by
 * the browser before it is sent, and is sent after a crash of the tab too. A few pictures are sent at once.
 */

import type { SaveAnswer, SaveBody } from '../../api/labels.ts'
import type { Draft, DraftStore } from '../../api/saves-drafts.ts'
import { SaveQueue, type SaveHost, type SaveServer, type SaveStatus, type Timing } from '../../api/saves.ts'
import { NO_DIFFERENCE, type Answers } from '../../core/index.ts'
import { withChange, type Change } from './grid.ts'
import { taking } from './taking.ts'

/** What is known of a picture before anything was answered. */
export type Known = Pick<
  Draft,
  'taskId' | 'title' | 'mediumId' | 'project' | 'revision' | 'configurations'
> & {
  readonly answers: Answers
}

export interface GridStatus {
  readonly waiting: number
  /** Whether the browser keeps what waits. */
  readonly kept: boolean
  /** Why the last try did not arrive. */
  readonly trouble: string | null
  /** Whether it is tried again by itself. */
  readonly again: boolean
}

export interface GridHost {
  readonly tabId: string
  readonly userId: string
  readonly drafts: DraftStore
  readonly timing: Timing
  readonly newId: () => string
  serverFor(taskId: string): SaveServer
  status(taskId: string, status: GridStatus): void
  /** Others saved: these are the answers now, those that wait here on top. */
  show(taskId: string, answers: Answers): void
  /** Somebody else answered the same: theirs stays. */
  overtaken(taskId: string): void
  /** The label configuration is another one. */
  reconfigured(): void
  /** The server has this revision from here. */
  saved(taskId: string, revision: number): void
}

interface Line {
  readonly queue: SaveQueue
  answers: Answers
  status: GridStatus
}

const AT_ONCE = 4
const NOTHING: GridStatus = { waiting: 0, kept: true, trouble: null, again: false }

export class GridSaves {
  readonly #host: GridHost
  readonly #known = new Map<string, Known>()
  readonly #lines = new Map<string, Line>()
  readonly #turn = taking(AT_ONCE)

  constructor(host: GridHost) {
    this.#host = host
  }

  /** What the server says of a picture; the answer is what to show of it: work that waits goes on top. */
  knows(known: Known): Answers {
    const line = this.#lines.get(known.taskId)
    if (line !== undefined && !this.isSaved(known.taskId)) return line.answers
    this.forget(known.taskId)
    this.#known.set(known.taskId, known)
    return known.answers
  }

  add(changes: readonly Change[]): void {
    for (const change of changes) {
      const line = this.#lines.get(change.taskId) ?? this.#begin(change.taskId)
      line.answers = withChange(line.answers, change)
      line.queue.add({ ...NO_DIFFERENCE, answers: new Map([[change.classId, [change.was, change.is]]]) })
    }
  }

  /** Try again now what stands still. */
  retry(): void {
    for (const { queue } of this.#lines.values()) queue.retry()
  }

  /** Another tab saved a picture. */
  refresh(taskId: string, revision: number): void {
    this.#lines.get(taskId)?.queue.refresh(revision)
  }

  /** Resolves when everything is saved or stands still. */
  async settle(): Promise<void> {
    await Promise.all(Array.from(this.#lines.values(), ({ queue }) => queue.flush()))
  }

  /** The page may end now; the answer is whether the browser keeps everything that the server does not have. */
  keepAtOnce(): boolean {
    return Array.from(this.#lines.values(), ({ queue }) => queue.keepAtOnce()).every(Boolean)
  }

  isSaved(taskId: string): boolean {
    return (this.#lines.get(taskId)?.status.waiting ?? 0) === 0
  }

  /** Of a picture with which nothing is left to do here. */
  forget(taskId: string): void {
    void this.#lines.get(taskId)?.queue.close()
    this.#lines.delete(taskId)
    this.#known.delete(taskId)
  }

  /** Resolves when everything is kept and may be taken over by others. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#lines.values(), ({ queue }) => queue.close()))
  }

  #begin(taskId: string): Line {
    const known = this.#known.get(taskId)
    if (known === undefined) throw new Error(`Nothing is known of the task ${taskId}.`)
    const { answers, ...place } = known
    const { tabId, userId, drafts, timing, newId } = this.#host
    const nothing = { waiting: NO_DIFFERENCE, aside: NO_DIFFERENCE, parents: [], edits: 0, reason: null }
    const parts = { server: this.#serverFor(taskId), drafts, host: this.#hostOf(taskId), timing, newId }
    const queue = new SaveQueue({ ...place, tabId, userId, ...nothing }, parts)
    const line: Line = { queue, answers, status: NOTHING }
    this.#lines.set(taskId, line)
    return line
  }

  #serverFor(taskId: string): SaveServer {
    const server = this.#host.serverFor(taskId)
    return {
      load: () => this.#turn(() => server.load()),
      save: (body: SaveBody): Promise<SaveAnswer> => this.#turn(() => server.save(body)),
    }
  }

  /** A grid shows answers alone, so nothing drawn is told of, nor lost: it is no part of what is sent. */
  #hostOf(taskId: string): SaveHost {
    return {
      document: () => ({ annotations: new Map(), answers: this.#lines.get(taskId)?.answers ?? {} }),
      receive: ({ answers }) => {
        const line = this.#lines.get(taskId)
        if (line !== undefined) line.answers = answers
        this.#host.show(taskId, answers)
      },
      decide: (conflicts) => {
        this.#host.overtaken(taskId)
        return Promise.resolve(conflicts.map(() => 'theirs'))
      },
      reconfigure: () => this.#host.reconfigured(),
      status: (status) => this.#tell(taskId, status),
      saved: (revision) => this.#host.saved(taskId, revision),
    }
  }

  #tell(taskId: string, { unsaved: waiting, kept, trouble }: SaveStatus): void {
    const line = this.#lines.get(taskId)
    if (line === undefined) return
    line.status = {
      waiting,
      kept,
      trouble: trouble?.message ?? null,
      again: trouble !== null && !trouble.blocks,
    }
    this.#host.status(taskId, line.status)
  }
}
