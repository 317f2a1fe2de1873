/** The grid of one project: its pictures, what is chosen and answered, and what waits to be saved. */

import { SvelteMap } from 'svelte/reactivity'
import { listAnswers, takeTasks, type GridItem, type GridPage } from '../../api/grid.ts'
import { completeTask } from '../../api/labels.ts'
import type { DraftStore } from '../../api/saves-drafts.ts'
import { joinTabs, type Tabs } from '../../api/saves-tabs.ts'
import type { Timing } from '../../api/saves.ts'
import type { Project } from '../../api/types.ts'
import { globalQuestions, isAnswered, type Answer, type Answers, type Question } from '../../core/index.ts'
import { drafts, newId, serverFor } from '../drafts/store.ts'
import { waiting } from '../drafts/waiting.svelte.ts'
import { answering, choosing, inverted, NOTHING, withChange, type Change, type Choice } from './grid.ts'
import { GridSaves, type GridStatus, type Known } from './grid-saves.ts'

export const PAGE = 100

const TIMING: Timing = {
  nowMs: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

/** With the drafts of this browser, of which nothing is sent anew here that another tab looks after. */
export async function openGrid(project: Pick<Project, 'id' | 'name'>, userId: string): Promise<GridRoom> {
  return new GridRoom(project, userId, await drafts())
}

interface Step {
  readonly name: string
  readonly changes: readonly Change[]
}

export class GridRoom {
  readonly #project: Pick<Project, 'id' | 'name'>
  readonly #userId: string
  readonly #saves: GridSaves
  readonly #tabs: Tabs
  page: GridPage | null = $state.raw(null)
  items: readonly GridItem[] = $state.raw([])
  choice: Choice = $state.raw(NOTHING)
  at = $state(0)
  unansweredOnly = $state(false)
  readonly statuses = new SvelteMap<string, GridStatus>()
  steps: readonly Step[] = $state.raw([])
  said = $state('')
  busy = $state(false)
  #cursors: (string | null)[] = $state.raw([null])

  readonly ids = $derived(this.items.map(({ taskId }) => taskId))
  readonly questions: readonly Question[] = $derived(
    this.page === null ? [] : globalQuestions(this.page.configuration),
  )
  readonly question = $derived(this.questions[this.at])
  /** What is answered together: the chosen ones, else the one with the focus. */
  readonly targets = $derived(
    this.items.filter(({ taskId }) =>
      this.choice.chosen.size > 0 ? this.choice.chosen.has(taskId) : taskId === this.choice.focus,
    ),
  )
  readonly unsaved = $derived([...this.statuses.values()].filter(({ waiting }) => waiting > 0).length)
  readonly failed = $derived([...this.statuses.values()].filter(({ trouble }) => trouble !== null).length)
  /** Whether the browser keeps all that is not saved. */
  readonly kept = $derived(
    [...this.statuses.values()].every(({ waiting: count, kept }) => count === 0 || kept),
  )
  readonly total = $derived(this.page?.total ?? 0)
  readonly hasNext = $derived((this.page?.nextCursor ?? null) !== null)
  readonly hasPrevious = $derived(this.#cursors.length > 1)

  constructor(project: Pick<Project, 'id' | 'name'>, userId: string, store: DraftStore) {
    this.#project = project
    this.#userId = userId
    const tabId = newId()
    this.#tabs = joinTabs(tabId, (taskId, revision) => this.#saves.refresh(taskId, revision))
    this.#saves = new GridSaves({
      tabId,
      userId,
      drafts: store,
      timing: TIMING,
      newId,
      serverFor,
      status: (taskId, status) => void this.statuses.set(taskId, status),
      show: (taskId, answers) => this.#show(taskId, answers),
      overtaken: () => (this.said = 'Somebody else answered the same meanwhile; their answer is shown.'),
      reconfigured: () => this.#reconfigured(),
      saved: (taskId, revision) => this.#tabs.announce(taskId, revision),
    })
  }

  /** What is here, then again with what tabs that are gone left behind on this computer. */
  async open(): Promise<void> {
    await this.load()
    if (await waiting.look(this.#userId)) await this.load()
  }

  /** The page may end now; the answer is whether nothing is lost then. */
  keepAtOnce(): boolean {
    return this.unsaved === 0 || this.#saves.keepAtOnce()
  }

  /** Resolves when everything is kept and another tab may go on with it. */
  async close(): Promise<void> {
    await this.#saves.close()
    this.#tabs.close()
  }

  #show(taskId: string, answers: Answers): void {
    this.items = this.items.map((item) => (item.taskId === taskId ? { ...item, answers } : item))
  }

  #reconfigured(): void {
    this.said = 'The label configuration was changed by an admin. What you see follows the new one.'
    void this.load()
  }

  async load(): Promise<void> {
    const unanswered = this.unansweredOnly ? (this.question?.id ?? null) : null
    const page = await listAnswers(this.#project.id, {
      unanswered,
      cursor: this.#cursors.at(-1) ?? null,
      limit: PAGE,
    })
    this.page = page
    const shown = page.items.map((item) => ({
      ...item,
      answers: this.#saves.knows(this.#knownOf(item, page)),
    }))
    // What is answered here and on its way is no longer asked for.
    this.items = shown.filter(({ answers }) => unanswered === null || !isAnswered(answers[unanswered]))
    const first = this.items[0]?.taskId ?? null
    this.choice = { ...NOTHING, focus: first, anchor: first }
  }

  #knownOf({ taskId, mediumId, mediumName: title, revision, answers }: GridItem, page: GridPage): Known {
    const { id, name } = this.#project
    const configurations = [page.configuration]
    return { taskId, mediumId, title, project: { id, name }, revision, configurations, answers }
  }

  async next(): Promise<void> {
    const cursor = this.page?.nextCursor
    if (!cursor) return
    this.#cursors = [...this.#cursors, cursor]
    await this.load()
  }

  async previous(): Promise<void> {
    this.#cursors = this.#cursors.length > 1 ? this.#cursors.slice(0, -1) : [null]
    await this.load()
  }

  async restart(): Promise<void> {
    this.#cursors = [null]
    await this.load()
  }

  async take(): Promise<void> {
    const { taken } = await takeTasks(this.#project.id, this.total + PAGE)
    this.said = taken === 0 ? 'No further task is waiting.' : `${taken} taken.`
    await this.restart()
  }

  show(at: number): void {
    if (this.questions.length === 0) return
    this.at = (at + this.questions.length) % this.questions.length
    if (this.unansweredOnly) void this.restart()
  }

  chooseOption(key: string): void {
    if (this.question) this.#apply(this.question, choosing(this.targets, this.question, key))
  }

  answer(answer: Answer | undefined): void {
    if (this.question) this.#apply(this.question, answering(this.targets, this.question, answer))
  }

  undo(): void {
    const step = this.steps.at(-1)
    if (step === undefined) return
    this.steps = this.steps.slice(0, -1)
    this.#put(inverted(step.changes))
    this.said = `Taken back: ${step.name}.`
  }

  #apply(question: Question, changes: readonly Change[]): void {
    if (changes.length === 0) return
    const name = `${question.name} of ${changes.length} ${changes.length === 1 ? 'picture' : 'pictures'}`
    this.steps = [...this.steps, { name, changes }]
    this.#put(changes)
    this.said = `Answered: ${name}.`
  }

  #put(changes: readonly Change[]): void {
    const byTask = new Map(changes.map((change) => [change.taskId, change]))
    this.items = this.items.map((item) => {
      const own = byTask.get(item.taskId)
      return own === undefined ? item : { ...item, answers: withChange(item.answers, own) }
    })
    this.#saves.add(changes)
  }

  retry(): void {
    this.#saves.retry()
  }

  /** Send what waits; resolves to whether the server has everything. */
  async flush(): Promise<boolean> {
    await this.#saves.settle()
    return this.unsaved === 0
  }

  /** Completes the targets; what cannot be completed stays and says why. */
  async complete(): Promise<void> {
    const revision = this.page?.configuration.revision ?? 0
    const { targets } = this
    this.busy = true
    await this.#saves.settle()
    const wanted = targets.filter(({ taskId }) => this.#saves.isSaved(taskId))
    const done = new Set<string>()
    for (const { taskId } of wanted) {
      try {
        await completeTask(taskId, revision)
        done.add(taskId)
      } catch (error) {
        const trouble = error instanceof Error ? error.message : String(error)
        this.statuses.set(taskId, { waiting: 0, kept: true, trouble, again: false })
      }
    }
    this.busy = false
    this.#leave(done)
    const left = targets.length - done.size
    this.said = `${done.size} completed.${left > 0 ? ` ${left} not; each says why.` : ''}`
    if (this.items.length === 0) await this.restart()
  }

  #leave(done: ReadonlySet<string>): void {
    const at = this.ids.indexOf(this.choice.focus ?? '')
    for (const taskId of done) this.#saves.forget(taskId)
    this.items = this.items.filter(({ taskId }) => !done.has(taskId))
    this.steps = this.steps.map((step) => ({
      ...step,
      changes: step.changes.filter(({ taskId }) => !done.has(taskId)),
    }))
    this.steps = this.steps.filter(({ changes }) => changes.length > 0)
    if (this.page) this.page = { ...this.page, total: this.page.total - done.size }
    const focus = this.ids[Math.min(at, this.ids.length - 1)] ?? null
    this.choice = { ...NOTHING, focus, anchor: focus }
  }
}
