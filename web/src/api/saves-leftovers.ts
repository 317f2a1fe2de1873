/** Work of this person on other tasks that this computer still keeps: sent without being asked, where nobody has to decide. */

import { isEmpty, NO_DIFFERENCE, writeDifference } from '../core/difference.ts'
import { ApiError } from './client.ts'
import type { Draft, DraftStore } from './saves-drafts.ts'
import { openTask } from './saves-open.ts'
import type { SaveServer } from './saves.ts'

export interface LeftoverParts {
  readonly drafts: DraftStore
  readonly userId: string
  /** The task that is open here looks after itself. */
  readonly except: string | null
  readonly nowMs: () => number
  isAlive(tabId: string): Promise<boolean>
  newId(): string
  serverFor(taskId: string): SaveServer
}

/** Work that stays on this computer. */
export interface Left {
  readonly draft: Draft
  readonly reason: string
  /** There is no such task for this person any more. */
  readonly isGone: boolean
}

/** Somebody has to look at it: it stays where it is. */
class Undecided extends Error {
  constructor() {
    super('Somebody changed the same meanwhile. Open the task to decide.')
  }
}

const NO_PLACE = 'The label configuration has no place for it any more.'

/** Send what can be sent; the answer is what stays, the newest of each task. */
export async function sendLeftovers(parts: LeftoverParts): Promise<readonly Left[]> {
  const others = (await parts.drafts.list(parts.userId)).filter(({ taskId }) => taskId !== parts.except)
  const dead = await Promise.all(
    others.map(async (draft) => ((await parts.isAlive(draft.tabId)) ? [] : [draft])),
  )
  const byTask = new Map(dead.flat().map((draft) => [draft.taskId, draft]))
  const left: Left[] = []
  for (const draft of byTask.values()) left.push(...(await sent(draft, parts)))
  return left
}

/** What could not be sent of it. */
async function sent(draft: Draft, parts: LeftoverParts): Promise<readonly Left[]> {
  try {
    return (await isSent(draft, parts)) ? [] : [{ draft, reason: NO_PLACE, isGone: false }]
  } catch (error) {
    const isGone = error instanceof ApiError && error.status === 404
    return [{ draft, reason: error instanceof Error ? error.message : String(error), isGone }]
  }
}

async function isSent({ taskId }: Draft, parts: LeftoverParts): Promise<boolean> {
  const server = parts.serverFor(taskId)
  const decide = (): never => {
    throw new Undecided()
  }
  const { start } = await openTask({
    ...parts,
    taskId,
    tabId: parts.newId(),
    load: () => server.load(),
    save: (body) => server.save(body),
    decide,
  })
  const { waiting, revision, configurations } = start
  if (!isEmpty(waiting)) {
    const changeId = parts.newId()
    const configurationRevision = configurations[0]?.revision ?? 0
    await server.save({ ...writeDifference(waiting), changeId, revision, configurationRevision })
  }
  if (isEmpty(start.aside)) await parts.drafts.remove(taskId, start.tabId)
  else await parts.drafts.put({ ...start, waiting: NO_DIFFERENCE, sent: null, at: parts.nowMs() })
  return isEmpty(start.aside)
}
