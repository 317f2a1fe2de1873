/** Opening a task: what tabs that are gone left behind is taken over and put on top of what the server has. */

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
import type { Draft, DraftStore } from './saves-drafts.ts'
import { insisting, rebase, type Conflict } from './saves-rebase.ts'
import { sift } from './saves-sift.ts'
import type { Side } from './saves.ts'

export interface Opened {
  readonly detail: TaskDetail
  /** What to show: the server's document with the work that was left behind on top. */
  readonly document: Document
  /** How the save queue of this tab starts. */
  readonly start: Omit<Draft, 'sent' | 'at'>
}

export interface Opening {
  readonly taskId: string
  readonly tabId: string
  readonly userId: string
  readonly drafts: DraftStore
  readonly nowMs: () => number
  isAlive(tabId: string): Promise<boolean>
  load(): Promise<TaskDetail>
  save(body: SaveBody): Promise<SaveAnswer>
  decide(conflicts: readonly Conflict[], detail: TaskDetail): Promise<Side>
}

/** Raises ApiError and NetworkError when the task cannot be loaded; drafts then stay where they are. */
export async function openTask(opening: Opening): Promise<Opened> {
  const left = await leftBehind(opening)
  const settled: Draft[] = []
  for (const draft of left) settled.push(await settleSent(draft, opening))
  const detail = await opening.load()
  const document = readDocument(detail.document)
  if (settled.length === 0) return { detail, document, start: startOf(opening, detail, NO_WORK) }
  const work = await combined(settled, detail, opening)
  const start = startOf(opening, detail, work)
  const tabs = left.map(({ tabId }) => tabId)
  const isDone = isEmpty(work.waiting) && isEmpty(work.aside)
  if (isDone) await Promise.all(tabs.map((tabId) => opening.drafts.remove(opening.taskId, tabId)))
  else await opening.drafts.put({ ...start, sent: null, at: opening.nowMs() }, tabs)
  return { detail, document: detail.editable ? applying(work.waiting)(document) : document, start }
}

/** The drafts of this person for this task that no living tab looks after, the oldest first. */
async function leftBehind({ drafts, taskId, userId, isAlive }: Opening): Promise<readonly Draft[]> {
  const all = (await drafts.list(userId)).filter((draft) => draft.taskId === taskId)
  const alive = await Promise.all(all.map(({ tabId }) => isAlive(tabId)))
  return all.filter((_, index) => !alive[index]).sort((a, b) => a.at - b.at)
}

/** Send once more what may have arrived: the server applies a change of the same id once. */
async function settleSent(draft: Draft, { save }: Opening): Promise<Draft> {
  if (draft.sent === null) return draft
  const { changeId, difference } = draft.sent
  const { revision, configurationRevision } = draft
  try {
    await save({ ...writeDifference(difference), changeId, revision, configurationRevision })
    return { ...draft, sent: null }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500 || error.status === 401) throw error
    return { ...draft, sent: null, waiting: composed(difference, draft.waiting) }
  }
}

interface Work {
  readonly waiting: Difference
  readonly aside: Difference
  readonly edits: number
}

const NO_WORK: Work = { waiting: NO_DIFFERENCE, aside: NO_DIFFERENCE, edits: 0 }

async function combined(drafts: readonly Draft[], detail: TaskDetail, opening: Opening): Promise<Work> {
  const theirs = readDocument(detail.document)
  let work = NO_WORK
  for (const draft of drafts) {
    const { sendable, aside } = sift(draft.waiting, detail.configuration)
    const shown = applying(work.waiting)(theirs)
    const mine = detail.editable ? await carriedOver(sendable, shown, detail, opening) : sendable
    work = {
      waiting: composed(work.waiting, mine),
      aside: composed(work.aside, composed(draft.aside, aside)),
      edits: work.edits + draft.edits,
    }
  }
  return work
}

async function carriedOver(
  mine: Difference,
  shown: Document,
  detail: TaskDetail,
  { decide }: Opening,
): Promise<Difference> {
  const { mine: agreed, conflicts } = rebase(mine, shown)
  if (conflicts.length === 0 || (await decide(conflicts, detail)) === 'theirs') return agreed
  return composed(agreed, insisting(conflicts, shown, applying(mine)(shown)))
}

function startOf({ taskId, tabId, userId }: Opening, detail: TaskDetail, work: Work): Opened['start'] {
  return {
    taskId,
    tabId,
    userId,
    title: detail.medium.mediaName,
    revision: detail.revision,
    configurationRevision: detail.configuration.revision,
    ...work,
  }
}
