/** The labels of one task: reading them with all that label mode needs, saving differences, completing. */

import type { Configuration } from '../core/configuration.ts'
import type { DifferenceJson } from '../core/difference.ts'
import type { DocumentJson } from '../core/document.ts'
import { get, post, request } from './client.ts'
import { PATIENCE_MS, type HandOut } from './tasks.ts'
import type { Medium, Task } from './types.ts'

export interface TaskDetail {
  readonly task: Task
  readonly project: { readonly id: string; readonly name: string; readonly reviewActivated: boolean }
  readonly dataset: { readonly id: string; readonly name: string }
  readonly medium: Medium
  readonly configuration: Configuration
  readonly document: DocumentJson
  /** 0 before the first save, one more with each. */
  readonly revision: number
  readonly editable: boolean
  readonly readOnlyReason: string | null
}

export interface SaveBody extends DifferenceJson {
  readonly changeId: string
  readonly revision: number
  readonly configurationRevision: number
}

export interface SaveAnswer {
  readonly revision: number
  readonly savedAt: number
}

/** One save of a task's labels, as the history tells it. */
export interface SavedChange {
  readonly revision: number
  readonly actor: { readonly id: string | null; readonly name: string }
  readonly source: string
  readonly at: number
  readonly created: number
  readonly updated: number
  readonly deleted: number
}

/** Newest first, a hundred at once; `before` pages back. */
export const listHistory = async (id: string, before: number | null): Promise<readonly SavedChange[]> =>
  (await get<{ items: readonly SavedChange[] }>(`/api/tasks/${id}/history`, { before })).items

/** Browsers refuse larger bodies of requests that may outlive their page. */
const KEEPALIVE_BYTES = 60_000
/** What a poor connection still carries: hours of work go out in one save, and must not be given up half way. */
const SLOWEST_BYTES_PER_MS = 10

export const getTask = (id: string, signal?: AbortSignal): Promise<TaskDetail> =>
  get(`/api/tasks/${id}`, undefined, signal)

/** Waits `patienceMs` for the answer, longer for a large body. */
export function saveLabels(id: string, body: SaveBody, patienceMs: number): Promise<SaveAnswer> {
  const size = JSON.stringify(body).length
  const signal = AbortSignal.timeout(patienceMs + size / SLOWEST_BYTES_PER_MS)
  return request('PATCH', `/api/tasks/${id}/labels`, { body, signal, keepalive: size < KEEPALIVE_BYTES })
}

export const completeTask = (id: string, configurationRevision: number): Promise<{ task: Task }> =>
  post(`/api/tasks/${id}/complete`, { configurationRevision })

/** Complete a task and take the next of its project, in one step. */
export const completeAndGoOn = (id: string, configurationRevision: number): Promise<{ next: HandOut }> =>
  post(`/api/tasks/${id}/complete`, { configurationRevision, takeNext: true }, PATIENCE_MS)
