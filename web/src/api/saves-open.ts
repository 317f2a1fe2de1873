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
import { remembering, returned } from './saves-aside.ts'
import type { Draft, DraftStore } from './saves-drafts.ts'
import { withParents } from './saves-parents.ts'
import { rebase, type Conflict } from './saves-rebase.ts'
import { resolved, type Side } from './saves-resolve.ts'
import { sift } from './saves-sift.ts'

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
  newId(): string
  decide(conflicts: readonly Conflict[], detail: TaskDetail): Promise<readonly Side[]>
}

/** Raises ApiError and NetworkError when the task cannot be loaded; drafts then stay where they are. */
export async function openTask(opening: Opening): Promise<Opened> {
  const left = await leftBehind(opening)
  const settled: Draft[] = []
  for (const draft of left) settled.push(await settleSent(draft, opening))
  const detail = await opening.load()
  const document = readDocument(detail.document)
  if (settled.length === 0) return { detail, document, start: startOf(opening, detail, noWork(detail)) }
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
  const { revision, configurations } = draft
  const configurationRevision = configurations[0]?.revision ?? 0
  try {
    await save({ ...writeDifference(difference), changeId, revision, configurationRevision })
    return { ...draft, sent: null }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500 || error.status === 401) throw error
    return { ...draft, sent: null, waiting: composed(difference, draft.waiting) }
  }
}

type Work = Pick<Draft, 'waiting' | 'aside' | 'parents' | 'configurations' | 'edits'>

const noWork = ({ configuration }: TaskDetail): Work => ({
  waiting: NO_DIFFERENCE,
  aside: NO_DIFFERENCE,
  parents: [],
  configurations: [configuration],
  edits: 0,
})

async function combined(drafts: readonly Draft[], detail: TaskDetail, opening: Opening): Promise<Work> {
  let work = noWork(detail)
  for (const draft of drafts) work = await withDraft(work, draft, detail, opening)
  return work
}

async function withDraft(work: Work, draft: Draft, detail: TaskDetail, opening: Opening): Promise<Work> {
  const { configuration } = detail
  const sifted = sift(draft.waiting, configuration)
  const shown = applying(work.waiting)(readDocument(detail.document))
  const mine = detail.editable
    ? await carriedOver(sifted.sendable, shown, draft.parents, detail, opening)
    : sifted.sendable
  const waiting = composed(work.waiting, mine)
  const all = composed(work.aside, composed(draft.aside, sifted.aside))
  const known = [...work.configurations, ...draft.configurations]
  const { back, aside } = returned(all, known, configuration, applying(mine)(shown))
  return {
    waiting: composed(waiting, back),
    aside,
    parents: [...work.parents, ...draft.parents],
    configurations: remembering(configuration, known, !isEmpty(aside)),
    edits: work.edits + draft.edits,
  }
}

async function carriedOver(
  mine: Difference,
  theirs: Document,
  parents: Draft['parents'],
  detail: TaskDetail,
  { decide, newId }: Opening,
): Promise<Difference> {
  const rebased = rebase(mine, theirs)
  if (rebased.conflicts.length === 0) return rebased.mine
  const sides = await decide(rebased.conflicts, detail)
  const { configuration } = detail
  const shown = withParents(applying(mine)(theirs), parents)
  return resolved(rebased, sides, { theirs, shown, configuration, newId })
}

function startOf({ taskId, tabId, userId }: Opening, detail: TaskDetail, work: Work): Opened['start'] {
  return {
    taskId,
    tabId,
    userId,
    title: detail.medium.mediaName,
    mediumId: detail.medium.id,
    project: { id: detail.project.id, name: detail.project.name },
    revision: detail.revision,
    reason: detail.readOnlyReason,
    ...work,
  }
}
