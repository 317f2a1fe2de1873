/** Everything that this browser keeps of one person because the server does not have it. */

import type { Draft, Unreadable } from '../../api/saves-drafts.ts'
import type { Left } from '../../api/saves-leftovers.ts'
import { joinTabs } from '../../api/saves-tabs.ts'
import { drafts, newId, sendKept } from './store.ts'

export interface KeptDraft {
  readonly draft: Draft
  /** Another window has the task open and looks after it. */
  readonly isOpen: boolean
  readonly reason: string | null
  readonly isGone: boolean
}

export interface Kept {
  readonly drafts: readonly KeptDraft[]
  readonly unreadable: readonly Unreadable[]
  /** False: this browser keeps nothing. */
  readonly lasting: boolean
}

/** Send what can be sent, then list the rest, the newest first. */
export async function sendAndList(userId: string): Promise<Kept> {
  const store = await drafts()
  const tabs = joinTabs(newId(), () => undefined)
  try {
    const left = new Map((await sendKept(userId, tabs, null)).map((each) => [each.draft.taskId, each]))
    const found = await store.list(userId)
    const listed = await Promise.all(
      found.map(async (draft) => listedDraft(draft, await tabs.isAlive(draft.tabId), left)),
    )
    return {
      drafts: listed.sort((a, b) => b.draft.at - a.draft.at),
      unreadable: await store.unreadable(userId),
      lasting: store.lasting,
    }
  } finally {
    tabs.close()
  }
}

function listedDraft(draft: Draft, isOpen: boolean, left: ReadonlyMap<string, Left>): KeptDraft {
  const known = isOpen ? undefined : left.get(draft.taskId)
  return { draft, isOpen, reason: known?.reason ?? draft.reason, isGone: known?.isGone ?? false }
}

/** Send what can be sent; the answer counts tasks, and of those that stay not the ones open in some window. */
export async function sendAndCount(
  userId: string,
): Promise<{ readonly sent: number; readonly left: number }> {
  const before = await tasksOf(userId)
  if (before.size === 0) return { sent: 0, left: 0 }
  const tabs = joinTabs(newId(), () => undefined)
  try {
    const left = (await sendKept(userId, tabs, null)).length
    return { sent: before.size - (await tasksOf(userId)).size, left }
  } finally {
    tabs.close()
  }
}

async function tasksOf(userId: string): Promise<ReadonlySet<string>> {
  return new Set((await (await drafts()).list(userId)).map(({ taskId }) => taskId))
}

/** The same count, of what is listed. */
export function tasksWaiting({ drafts: listed }: Kept): number {
  return new Set(listed.filter(({ isOpen }) => !isOpen).map(({ draft }) => draft.taskId)).size
}

export async function throwAway(key: readonly [taskId: string, tabId: string]): Promise<void> {
  await (await drafts()).remove(...key)
}
