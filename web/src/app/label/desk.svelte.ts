/** One task being labelled: the editor, its save queue, and what the panels show of both. */

import { getMedium } from '../../api/datasets.ts'
import type { TaskDetail } from '../../api/labels.ts'
import type { Draft, DraftStore } from '../../api/saves-drafts.ts'
import type { Left } from '../../api/saves-leftovers.ts'
import { openTask, type Opened } from '../../api/saves-open.ts'
import type { Conflict } from '../../api/saves-rebase.ts'
import type { Side } from '../../api/saves-resolve.ts'
import { joinTabs, type Tabs } from '../../api/saves-tabs.ts'
import { SaveQueue, type SaveHost, type SaveServer, type SaveStatus } from '../../api/saves.ts'
import type { Medium, Task } from '../../api/types.ts'
import {
  createEditor,
  isEmpty,
  NO_DIFFERENCE,
  type Configuration,
  type Difference,
  type Editor,
  type EditorState,
  type Step,
  type Update,
} from '../../core/index.ts'
import { drafts, newId, sendKept, serverFor } from '../drafts/store.ts'
import { settleField } from './fields.ts'
import { takePrepared } from './prepared.ts'
import { readToolSettings, writeToolSettings } from './tool-settings.ts'
import { OPERATIONS, TOOLS } from '../../tools/index.ts'

/** What a disagreement is about. */
export type Subject = Pick<TaskDetail, 'configuration' | 'medium'>

/** Asks the person where two people changed the same. */
export type Decide = (conflicts: readonly Conflict[], subject: Subject) => Promise<readonly Side[]>

/** Desks that are being left: their drafts are still theirs. */
const leaving = new Set<Promise<void>>()

/** Raises ApiError and NetworkError. */
export async function openDesk(taskId: string, userId: string, decide: Decide): Promise<Desk> {
  await Promise.all(leaving)
  const kept = await drafts()
  const tabId = newId()
  let desk: Desk | undefined
  let announced = 0
  const tabs = joinTabs(tabId, (task, revision) => {
    if (task !== taskId) return
    announced = Math.max(announced, revision)
    desk?.otherTabSaved(revision)
  })
  const server = serverFor(taskId)
  let ready = takePrepared(taskId)
  try {
    const opened = await openTask({
      taskId,
      tabId,
      userId,
      drafts: kept,
      nowMs: () => Date.now(),
      isAlive: (id) => tabs.isAlive(id),
      load: async () => ready ?? (await server.load()),
      save: (body) => {
        // What was loaded before this save is out of date.
        ready = null
        return server.save(body)
      },
      newId,
      decide: async (conflicts, { configuration, medium }) =>
        decide(conflicts, { configuration, medium: await preparedMedium(medium) }),
    })
    desk = new Desk(opened, { server, drafts: kept, tabs, decide })
    // Somebody may have saved after the labels were loaded.
    desk.otherTabSaved(announced)
    return desk
  } catch (error) {
    tabs.close()
    throw error
  }
}

/** A very large picture may have got its tiles since the task was opened. */
async function preparedMedium(medium: Medium): Promise<Medium> {
  if (medium.state === 'ready') return medium
  try {
    return await getMedium(medium.id)
  } catch {
    return medium
  }
}

interface Parts {
  readonly server: SaveServer
  readonly drafts: DraftStore
  readonly tabs: Tabs
  readonly decide: Decide
}

export class Desk {
  readonly detail: TaskDetail
  readonly editor: Editor
  readonly #queue: SaveQueue
  readonly #parts: Parts
  readonly #ends = new AbortController()
  readonly #userId: string
  #closing: Promise<void> | null = null

  task: Task = $state.raw()!
  document: EditorState['document'] = $state.raw()!
  configuration: Configuration = $state.raw()!
  rules: EditorState['rules'] = $state.raw()!
  selection: EditorState['selection'] = $state.raw()!
  hiddenClasses: EditorState['hiddenClasses'] = $state.raw()!
  hiddenAnnotations: EditorState['hiddenAnnotations'] = $state.raw()!
  lockedClasses: EditorState['lockedClasses'] = $state.raw()!
  lockedAnnotations: EditorState['lockedAnnotations'] = $state.raw()!
  isolated: EditorState['isolated'] = $state.raw(null)
  offered: EditorState['offered'] = $state.raw(null)
  activeClass: EditorState['activeClass'] = $state.raw(null)
  tool = $state('')
  toolSettings: EditorState['toolSettings'] = $state.raw({})
  message: EditorState['message'] = $state.raw(null)
  readOnly: string | null = $state(null)
  history: EditorState['history'] = $state.raw()!
  /** The last step that is on the server; null: none since it was opened, undefined: not known. */
  savedStep: Step | null | undefined = $state.raw(null)
  undoName: string | null = $state(null)
  redoName: string | null = $state(null)
  pointer: EditorState['pointer'] = $state.raw(null)
  /** Counts changes of what an unfinished gesture shows. */
  gesture: unknown = $state.raw(null)
  save: SaveStatus = $state.raw({
    state: 'saved',
    unsaved: 0,
    kept: true,
    keepTrouble: null,
    savedAt: null,
    trouble: null,
  })
  /** What the label configuration has no place for any more. */
  aside: Difference = $state.raw()!

  constructor({ detail, document, start }: Opened, parts: Parts) {
    const { width, height } = detail.medium
    this.detail = detail
    this.task = detail.task
    this.#parts = parts
    this.#userId = start.userId
    this.editor = createEditor({
      document,
      configuration: detail.configuration,
      picture: { w: width ?? 1, h: height ?? 1 },
      readOnly: detail.readOnlyReason,
      toolSettings: readToolSettings(start.userId, TOOLS),
      tools: TOOLS,
      operations: OPERATIONS,
      newId,
    })
    this.#show(this.editor.state)
    this.editor.subscribe((update) => this.#follow(update))
    this.aside = start.aside
    this.#queue = new SaveQueue(start, {
      server: parts.server,
      drafts: parts.drafts,
      host: this.#host(),
      timing: TIMING,
      newId,
    })
    this.#listen()
  }

  /** Send what waits; resolves to whether the server has everything. */
  flush(): Promise<boolean> {
    return this.#queue.flush()
  }

  retry(): void {
    this.#queue.retry()
  }

  otherTabSaved(revision: number): void {
    this.#queue.refresh(revision)
  }

  async discardUnsaved(): Promise<void> {
    await this.#queue.discard()
    this.aside = NO_DIFFERENCE
  }

  /** Send what this computer keeps of other tasks; what stays is told. */
  sendLeftovers(): Promise<readonly Left[]> {
    return sendKept(this.#userId, this.#parts.tabs, this.detail.task.id)
  }

  /** What is on this computer alone, as a file. */
  draft(): Draft | null {
    return this.#queue.draft()
  }

  /** Resolves when everything is kept and another desk may open the task. */
  close(): Promise<void> {
    this.#closing ??= this.#leave()
    return this.#closing
  }

  async #leave(): Promise<void> {
    const closing = this.#close()
    leaving.add(closing)
    await closing
    leaving.delete(closing)
  }

  async #close(): Promise<void> {
    this.#ends.abort()
    await this.#queue.close()
    this.#parts.tabs.close()
  }

  #host(): SaveHost {
    return {
      document: () => this.editor.state.document,
      receive: (document) => this.editor.receive(() => document),
      decide: async (conflicts) => {
        const { configuration, detail } = this
        return this.#parts.decide(conflicts, { configuration, medium: await preparedMedium(detail.medium) })
      },
      reconfigure: (detail, aside) => {
        this.aside = aside
        this.editor.setConfiguration(detail.configuration)
        const text = 'The label configuration was changed by an admin. What you see follows the new one.'
        this.editor.say({ code: 'configuration_changed', text })
      },
      status: (status) => this.#report(status),
      saved: (revision) => this.#parts.tabs.announce(this.detail.task.id, revision),
    }
  }

  #report(status: SaveStatus): void {
    this.save = status
    if (status.state === 'saved') this.savedStep = this.editor.state.history.done.at(-1) ?? null
    if (status.trouble?.kind === 'refused' && this.readOnly === null) {
      this.editor.setReadOnly(status.trouble.message)
    }
  }

  #listen(): void {
    const { signal } = this.#ends
    addEventListener('online', () => this.#queue.retry(), { signal })
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.visibilityState !== 'hidden') return
        settleField()
        void this.#queue.flush()
      },
      { signal },
    )
    addEventListener('beforeunload', (event) => void (this.#keepsAll() || event.preventDefault()), { signal })
    // Phones leave pages without asking.
    addEventListener('pagehide', () => this.#keepsAll(), { signal })
  }

  #keepsAll(): boolean {
    return this.save.unsaved === 0 || this.#queue.keepAtOnce()
  }

  #follow({ state, previous, difference, origin }: Update): void {
    this.#show(state)
    if (state.toolSettings !== previous.toolSettings) writeToolSettings(this.#userId, state.toolSettings)
    if (difference !== null && origin !== 'receive' && !isEmpty(difference)) this.#queue.add(difference)
  }

  #show(state: EditorState): void {
    this.document = state.document
    this.configuration = state.configuration
    this.rules = state.rules
    this.selection = state.selection
    this.hiddenClasses = state.hiddenClasses
    this.hiddenAnnotations = state.hiddenAnnotations
    this.lockedClasses = state.lockedClasses
    this.lockedAnnotations = state.lockedAnnotations
    this.isolated = state.isolated
    this.offered = state.offered
    this.activeClass = state.activeClass
    this.tool = state.tool
    this.toolSettings = state.toolSettings
    this.message = state.message
    this.readOnly = state.readOnly
    this.pointer = state.pointer
    this.gesture = state.toolState
    this.history = state.history
    this.undoName = state.history.done.at(-1)?.name ?? null
    this.redoName = state.history.undone.at(-1)?.name ?? null
  }
}

const TIMING = {
  nowMs: () => Date.now(),
  after: (ms: number, call: () => void): (() => void) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
