/** One task that is loaded before it is anybody's: its labels here, its decoded picture with the early answers. */

import { askEarly, forgetEarlyPictures } from '../../api/early.ts'
import { getTask, type TaskDetail } from '../../api/labels.ts'
import type { HandOut } from '../../api/tasks.ts'

let prepared: TaskDetail | null = null
let handedOut: TaskDetail | null = null

/** Raises ApiError and NetworkError. */
export async function prepare(taskId: string): Promise<void> {
  if (prepared?.task.id === taskId) return
  prepared = null
  askEarly(taskId)
  prepared = await getTask(taskId)
}

/** The server gave a task to this person: what was loaded of it is taken if nothing of it changed since. */
export function handOver({ task, configurationRevision }: HandOut): void {
  const detail = prepared
  prepared = null
  const isLatest =
    task !== null &&
    detail?.task.id === task.id &&
    detail.revision === task.revision &&
    detail.configuration.revision === configurationRevision
  handedOut = isLatest ? { ...detail, task, editable: true, readOnlyReason: null } : null
}

/** Whether a task opens without another answer of the server. */
export function isHandedOut(taskId: string): boolean {
  return handedOut?.task.id === taskId
}

export function takePrepared(taskId: string): TaskDetail | null {
  const detail = handedOut
  handedOut = null
  return detail?.task.id === taskId ? detail : null
}

export function forgetPrepared(): void {
  prepared = handedOut = null
  forgetEarlyPictures()
}
