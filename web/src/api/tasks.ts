import { get, post } from './client.ts'
import type { Page, Task, TaskAction, TaskState } from './types.ts'

export interface TaskQuery {
  state?: readonly TaskState[]
  search?: string | undefined
  labeler?: string | undefined
  dataset?: string | undefined
  cursor?: string | null | undefined
  limit?: number | undefined
}

export const listTasks = (project: string, query: TaskQuery): Promise<Page<Task>> =>
  get(`/api/projects/${project}/tasks`, { ...query })

export interface TaskMove {
  direction: 'WAITING' | 'BACKLOG'
  taskIds?: string[]
  datasetId?: string
}

export const moveTasks = (project: string, move: TaskMove): Promise<{ moved: number; unchanged: number }> =>
  post(`/api/projects/${project}/tasks/move`, move)

/** What was handed out, and what it is the latest of. */
export interface HandOut {
  readonly taskId: string | null
  readonly task: Task | null
  readonly configurationRevision: number | null
}

/** For so long people wait for their next picture. */
export const PATIENCE_MS = 30_000

export const takeNextTask = (project: string): Promise<HandOut> =>
  post(`/api/projects/${project}/next-task`, undefined, PATIENCE_MS)

/** Skip a task and take the next of its project, in one step. */
export const skipAndGoOn = (id: string): Promise<{ next: HandOut }> =>
  post(`/api/tasks/${id}/skip`, { takeNext: true }, PATIENCE_MS)

const PATHS = {
  release: 'release',
  withdraw: 'withdraw',
  reopen: 'reopen',
  reset_labeler: 'reset-labeler',
  skip: 'skip',
} as const satisfies Partial<Record<TaskAction, string>>

export type TaskMoveAction = keyof typeof PATHS

export const actOnTask = (id: string, action: TaskMoveAction): Promise<{ task: Task }> =>
  post(`/api/tasks/${id}/${PATHS[action]}`)
