/** The grid of one project: its pictures, what is chosen and answered, and what waits to be saved. */

import { SvelteMap } from 'svelte/reactivity'
import { listAnswers, takeTasks, type GridItem, type GridPage } from '../../api/grid.ts'
import { completeTask, getTask, saveLabels } from '../../api/labels.ts'
import { globalQuestions, idMaker, type Answer, type Question } from '../../core/index.ts'
import { answering, choosing, inverted, NOTHING, withChange, type Change, type Choice } from './grid.ts'
import { GridSaves, type GridHost, type GridStatus } from './grid-saves.ts'

const TIMEOUT_MS = 30_000
export const PAGE = 100

const newId = idMaker(
  () => Date.now(),
  (bytes) => crypto.getRandomValues(bytes),
)

interface Step {
  readonly name: string
  readonly changes: readonly Change[]
}

export class GridRoom {
  readonly projectId: string
  readonly #saves: GridSaves
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
  readonly hasPrevious = $derived(this.#cursors.length > 1)

  constructor(projectId: string) {
    this.projectId = projectId
    this.#saves = new GridSaves(this.#host())
  }

  async load(): Promise<void> {
    const unanswered = this.unansweredOnly ? (this.question?.id ?? null) : null
    const page = await listAnswers(this.projectId, {
      unanswered,
      cursor: this.#cursors.at(-1) ?? null,
      limit: PAGE,
    })
    this.page = page
    this.items = page.items.map((item) => this.#shown(item))
    for (const { taskId, revision } of page.items)
      this.#saves.knows(taskId, revision, page.configuration.revision)
    const first = page.items[0]?.taskId ?? null
    this.choice = { ...NOTHING, focus: first, anchor: first }
  }

  /** What waits to be saved is newer than what the server says. */
  #shown(item: GridItem): GridItem {
    const mine = this.items.find(({ taskId }) => taskId === item.taskId)
    return mine === undefined || this.#saves.isSaved(item.taskId) ? item : { ...item, answers: mine.answers }
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
    const { taken } = await takeTasks(this.projectId, (this.page?.total ?? 0) + PAGE)
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
        this.statuses.set(taskId, { waiting: 0, trouble, again: false })
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

  #host(): GridHost {
    return {
      server: {
        save: (taskId, body) => saveLabels(taskId, body, TIMEOUT_MS),
        load: async (taskId) => {
          const { revision, configuration, document } = await getTask(taskId, AbortSignal.timeout(TIMEOUT_MS))
          return { revision, configurationRevision: configuration.revision, answers: document.answers }
        },
      },
      newId,
      after: (ms, call) => void setTimeout(call, ms),
      status: (taskId, status) => void this.statuses.set(taskId, status),
      overtaken: (taskId, answers) => {
        this.items = this.items.map((item) => (item.taskId === taskId ? { ...item, answers } : item))
        this.said = 'Somebody else answered the same meanwhile; their answer is shown.'
      },
    }
  }
}
