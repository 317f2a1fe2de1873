/** Sends the answers of a grid, each picture by itself: one save at a time for each, a few at once in all. What fails
 * is said at its picture; lost connections are tried again by themselves, with the same id, so nothing is saved twice. */

import { ApiError, NetworkError } from '../../api/client.ts'
import type { SaveAnswer, SaveBody } from '../../api/labels.ts'
import { sameAnswer, type Answers, type ClassId } from '../../core/index.ts'
import type { Change } from './grid.ts'

export interface GridServer {
  save(taskId: string, body: SaveBody): Promise<SaveAnswer>
  load(taskId: string): Promise<{ revision: number; configurationRevision: number; answers: Answers }>
}

export interface GridStatus {
  readonly waiting: number
  /** Why the last try did not arrive. */
  readonly trouble: string | null
  /** Whether it is tried again by itself. */
  readonly again: boolean
}

export interface GridHost {
  readonly server: GridServer
  readonly newId: () => string
  readonly after: (ms: number, call: () => void) => void
  status(taskId: string, status: GridStatus): void
  /** Somebody else answered the same: theirs stays, and is shown. */
  overtaken(taskId: string, answers: Answers): void
}

type Changes = ReadonlyMap<ClassId, Change>

interface Line {
  revision: number
  waiting: Changes
  /** On its way, or to be sent again as it is. */
  sent: { readonly body: SaveBody; readonly changes: Changes } | null
  busy: boolean
  tries: number
  trouble: string | null
  again: boolean
}

const AT_ONCE = 4
const FIRST_WAIT_MS = 1000
const LAST_WAIT_MS = 30_000

export class GridSaves {
  readonly #host: GridHost
  readonly #lines = new Map<string, Line>()
  #configurationRevision = 0
  #running = 0
  #waiters: (() => void)[] = []

  constructor(host: GridHost) {
    this.#host = host
  }

  /** What the server has of a picture. Work that waits goes on from it. */
  knows(taskId: string, revision: number, configurationRevision: number): void {
    this.#configurationRevision = configurationRevision
    const line = this.#line(taskId)
    if (!line.busy && line.sent === null) line.revision = Math.max(line.revision, revision)
  }

  add(changes: readonly Change[]): void {
    for (const change of changes) {
      const line = this.#line(change.taskId)
      line.waiting = withWish(line.waiting, change)
      this.#tell(change.taskId)
    }
    this.#work()
  }

  /** Try again now what stands still. */
  retry(): void {
    for (const line of this.#lines.values()) Object.assign(line, { trouble: null, again: false, tries: 0 })
    this.#work()
  }

  /** Resolves when everything is saved or stands still. */
  settle(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
      this.#work()
    })
  }

  isSaved(taskId: string): boolean {
    return countOf(this.#line(taskId)) === 0
  }

  #line(taskId: string): Line {
    const nothing: Line = {
      revision: 0,
      waiting: new Map(),
      sent: null,
      busy: false,
      tries: 0,
      trouble: null,
      again: false,
    }
    const line = this.#lines.get(taskId) ?? nothing
    this.#lines.set(taskId, line)
    return line
  }

  #work(): void {
    for (const [taskId, line] of this.#lines) {
      if (this.#running >= AT_ONCE) return
      if (!line.busy && line.trouble === null && countOf(line) > 0) void this.#send(taskId, line)
    }
    if (this.#running === 0) for (const resolve of this.#waiters.splice(0)) resolve()
  }

  async #send(taskId: string, line: Line): Promise<void> {
    line.busy = true
    this.#running += 1
    const sent = (line.sent ??= this.#made(line))
    try {
      const { revision } = await this.#host.server.save(taskId, sent.body)
      Object.assign(line, { revision, sent: null, tries: 0, trouble: null, again: false })
    } catch (error) {
      await this.#failed(taskId, line, error)
    }
    line.busy = false
    this.#running -= 1
    this.#tell(taskId)
    this.#work()
  }

  #made(line: Line): NonNullable<Line['sent']> {
    const changes = line.waiting
    line.waiting = new Map()
    const set = [...changes].flatMap(([id, { is }]) => (is === undefined ? [] : [[id, is] as const]))
    const removed = [...changes].flatMap(([id, { is }]) => (is === undefined ? [id] : []))
    const body: SaveBody = {
      changeId: this.#host.newId(),
      revision: line.revision,
      configurationRevision: this.#configurationRevision,
      created: [],
      updated: [],
      deleted: [],
      answers: { set: Object.fromEntries(set), removed },
    }
    return { body, changes }
  }

  async #failed(taskId: string, line: Line, error: unknown): Promise<void> {
    if (error instanceof ApiError && error.code === 'revision_conflict') return this.#rebase(taskId, line)
    line.trouble = error instanceof Error ? error.message : String(error)
    line.again = error instanceof NetworkError || (error instanceof ApiError && error.status >= 500)
    if (!line.again) return this.#giveBack(line)
    line.tries += 1
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (line.tries - 1), LAST_WAIT_MS)
    this.#host.after(wait, () => {
      line.trouble = null
      this.#work()
    })
  }

  /** What was refused waits for another try under another id. */
  #giveBack(line: Line): void {
    let waiting: Changes = line.sent?.changes ?? new Map()
    for (const change of line.waiting.values()) waiting = withWish(waiting, change)
    Object.assign(line, { waiting, sent: null })
  }

  /** Somebody saved meanwhile: what they left alone is sent anew, what they answered otherwise stays theirs. */
  async #rebase(taskId: string, line: Line): Promise<void> {
    try {
      const { revision, configurationRevision, answers } = await this.#host.server.load(taskId)
      this.#giveBack(line)
      const mine = [...line.waiting].filter(([id, { was }]) => sameAnswer(answers[id], was))
      const lost = [...line.waiting].filter(
        ([id, { was, is }]) => ![was, is].some((one) => sameAnswer(answers[id], one)),
      )
      line.revision = revision
      line.waiting = new Map(mine)
      this.#configurationRevision = configurationRevision
      if (lost.length > 0) this.#host.overtaken(taskId, answers)
    } catch (error) {
      line.trouble = error instanceof Error ? error.message : String(error)
      this.#giveBack(line)
    }
  }

  #tell(taskId: string): void {
    const line = this.#line(taskId)
    this.#host.status(taskId, { waiting: countOf(line), trouble: line.trouble, again: line.again })
  }
}

function countOf({ waiting, sent }: Line): number {
  return waiting.size + (sent?.changes.size ?? 0)
}

/** The first `was` and the last `is`; what comes back to what it was waits no more. */
function withWish(waiting: Changes, change: Change): Changes {
  const first = waiting.get(change.classId)
  const was = first === undefined ? change.was : first.was
  const next = new Map(waiting)
  if (sameAnswer(was, change.is)) next.delete(change.classId)
  else next.set(change.classId, { ...change, was })
  return next
}
