/** Many pictures answered at once: one's own tasks in progress with the answers about their media. */

import type { ClassId, Configuration } from '../core/configuration.ts'
import type { Answers } from '../core/document.ts'
import { get, post } from './client.ts'

export interface GridItem {
  readonly taskId: string
  readonly mediumId: string
  readonly mediumName: string
  readonly thumbnailUrl: string
  readonly revision: number
  readonly annotationCount: number
  readonly answers: Answers
}

export interface GridPage {
  readonly items: readonly GridItem[]
  readonly nextCursor: string | null
  readonly total: number
  readonly configuration: Configuration
}

export interface GridQuery {
  readonly unanswered?: ClassId | null
  readonly cursor?: string | null
  readonly limit?: number
}

export const listAnswers = (project: string, query: GridQuery): Promise<GridPage> =>
  get(`/api/projects/${project}/answers`, { ...query })

export const takeTasks = (project: string, count: number): Promise<{ taken: number; held: number }> =>
  post(`/api/projects/${project}/take-tasks`, { count })
