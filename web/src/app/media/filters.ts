import type { MediumSource, MediumState } from '../../api/types.ts'

export const PAGE_SIZES = [100, 200, 500] as const

export interface MediaFilters {
  search: string
  state: MediumState | ''
  source: MediumSource | ''
  limit: number
  cursor: string | null
  first: number
}

export const STATES: readonly { value: MediumState | ''; label: string }[] = [
  { value: '', label: 'Every state' },
  { value: 'ready', label: 'Ready' },
  { value: 'pending', label: 'Being fetched' },
  { value: 'preparing', label: 'Being prepared' },
  { value: 'broken', label: 'Broken' },
]

export const SOURCES: readonly { value: MediumSource | ''; label: string }[] = [
  { value: '', label: 'Every source' },
  { value: 'LOCAL', label: 'Uploaded' },
  { value: 'SHAREABLE_LINK', label: 'Public link' },
]

function oneOf<Value extends string>(text: string | null, choices: readonly { value: Value }[]): Value | '' {
  return choices.find((choice) => choice.value === text)?.value ?? ''
}

/** Read the filters from an address; what makes no sense is left out. */
export function readFilters(query: URLSearchParams): MediaFilters {
  const limit = Number(query.get('limit'))
  const cursor = query.get('cursor')
  const first = Number(query.get('first'))
  return {
    search: query.get('search') ?? '',
    state: oneOf(query.get('state'), STATES),
    source: oneOf(query.get('source'), SOURCES),
    limit: PAGE_SIZES.some((size) => size === limit) ? limit : PAGE_SIZES[0],
    cursor,
    first: cursor && Number.isInteger(first) && first > 0 ? first : 0,
  }
}
