/** What the server sends. Ids are UUIDs, times are milliseconds since 1970. */

import type { LabelClass, QuestionType } from '../core/configuration.ts'
import type { Kind } from '../geometry/index.ts'

export type Role = 'admin' | 'labeler'
export type ClassType = Kind | QuestionType

export interface Organisation {
  id: string
  name: string
  role: Role
}

export interface SessionInfo {
  user: { id: string; email: string; name: string; isOperator: boolean }
  organisations: Organisation[]
}

export interface Member {
  id: string
  name: string
  email?: string
  role: Role
}

export type TokenScope = 'read' | 'import' | 'label' | 'admin'

export interface Token {
  id: string
  name: string
  organisation: string
  scope: TokenScope
  prefix: string
  createdAt: number
  lastUsedAt: number | null
  revokedAt: number | null
}

export const TASK_STATES = [
  'BACKLOG',
  'WAITING',
  'IN_PROGRESS',
  'WAITING_CHANGED',
  'SKIPPED',
  'COMPLETED',
  'REVIEWED',
  'REVIEWED_SKIP',
] as const

export type TaskState = (typeof TASK_STATES)[number]
export type TaskAction = 'release' | 'withdraw' | 'reopen' | 'reset_labeler' | 'complete' | 'skip' | 'label'

export interface Dataset {
  id: string
  name: string
  shortDescription: string | null
  timestamp: number
  deleted: boolean
  deleteTime: number | null
  owner: string
  mediaCount: number
  brokenCount: number
  projectCount: number
  mediaType: 'IMAGE'
  projects?: { id: string; name: string }[]
}

export interface Project {
  id: string
  name: string
  shortDescription: string
  description: string | null
  pinned: boolean
  timestamp: number
  deleted: boolean
  deleteTime: number | null
  datasets: Dataset[]
  owner: string
  orgData: { sub: string; name: string }
  exportable: boolean
  reviewActivated: boolean
  mediaType: 'IMAGE'
  role: Role
  taskCounts: Record<TaskState, number>
  openTasks: number
  hasConfiguration: boolean
  mediaCount: number
}

/** Pending: a link that is being fetched. Preparing: a very large picture whose tiles are being made. */
export type MediumState = 'ready' | 'pending' | 'preparing' | 'broken'
export type MediumSource = 'LOCAL' | 'SHAREABLE_LINK'

export interface Medium {
  id: string
  datasetId: string
  mediaName: string
  mediaSourceType: MediumSource
  timestamp: number
  valid: boolean
  reason: string | null
  reasonText: string | null
  url: string | null
  width: number | null
  height: number | null
  size: number | null
  sha256: string | null
  contentType: string | null
  state: MediumState
  orientation: number | null
  /** How a very large picture is cut up; null for one that is shown whole. */
  tiles: { size: number; levels: number; format: 'jpeg' | 'png' } | null
  /** Per cent of the tiles that are made, while they are. */
  progress: number | null
}

export interface Task {
  id: string
  projectId: string
  state: TaskState
  mediumId: string
  mediumName: string
  datasetId: string
  labeler: { id: string; name: string } | null
  hasImport: boolean
  reviewComment: string | null
  revision: number
  annotationCount: number
  timestamp: number
  thumbnailUrl: string | null
  actions: TaskAction[]
}

export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
  total: number
}

export interface Configuration {
  id: string
  projectId: string
  revision: number
  timestamp: number
  classes: readonly LabelClass[]
}

/** A class as it is sent: the id is null when the class is new. */
export interface ClassInput {
  id: string | null
  key: string
  name: string
  type: ClassType
  color: string | null
  shortcut: string | null
  required: boolean
  options: { key: string; name: string }[]
  maxLength: number | null
  /** Of a geometry class; null for the next free one when the class is new. */
  number?: number | null
  children: ClassInput[]
}

export interface ConfigurationEffects {
  finishedTasks: number
  removedClasses: {
    id: string
    key: string
    name: string
    annotations: number
    answers: number
    tasks: number
  }[]
  removedOptions: { classId: string; classKey: string; optionKey: string; answers: number }[]
  reopens: boolean
  needsConfirmation: boolean
}

export type LinkStatus = 'added' | 'duplicate' | 'unsupported' | 'refused'

export interface LinkResult {
  url: string
  status: LinkStatus
  medium: Medium | null
  message: string | null
}

export interface ExportSummary {
  tasks: number
  byState: Partial<Record<TaskState, number>>
  exportable: boolean
  reason: string | null
}

export interface ImportResult {
  tasks: number
  annotations: number
  answers: number
  ignored: number
  /** Of the tasks, those that had exactly these labels already. */
  unchanged: number
  warnings: { code: string; message: string; count: number }[]
}
