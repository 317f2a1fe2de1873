import type { TaskState } from '../../api/types.ts'
import { isTaskState } from './states.ts'

export const PAGE_SIZES = [100, 200, 500] as const

export interface TaskFilters {
  states: TaskState[]
  search: string
  labeler: string
  dataset: string
  limit: number
  cursor: string | null
  /** How many tasks stand before the shown page. */
  first: number
}

/** Read the filters from an address; what makes no sense is left out. */
export function readFilters(query: URLSearchParams): TaskFilters {
  const limit = Number(query.get('limit'))
  const cursor = query.get('cursor')
  const first = Number(query.get('first'))
  return {
    states: query.getAll('state').filter(isTaskState),
    search: query.get('search') ?? '',
    labeler: query.get('labeler') ?? '',
    dataset: query.get('dataset') ?? '',
    limit: PAGE_SIZES.some((size) => size === limit) ? limit : PAGE_SIZES[0],
    cursor,
    first: cursor && Number.isInteger(first) && first > 0 ? first : 0,
  }
}

/** The changes to the address that lead back to the first page. */
export const FIRST_PAGE = { cursor: null, first: null } as const
