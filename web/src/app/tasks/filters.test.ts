import { describe, expect, it } from 'vitest'
import { readFilters } from './filters.ts'

const read = (query: string) => readFilters(new URLSearchParams(query))

describe('the filters of an address', () => {
  it('are empty without a query', () => {
    expect(read('')).toEqual({
      states: [],
      search: '',
      labeler: '',
      dataset: '',
      limit: 100,
      cursor: null,
      first: 0,
    })
  })

  it('keep several states and the place in the list', () => {
    const filters = read('state=WAITING&state=SKIPPED&limit=500&cursor=abc&first=1000')
    expect(filters.states).toEqual(['WAITING', 'SKIPPED'])
    expect([filters.limit, filters.cursor, filters.first]).toEqual([500, 'abc', 1000])
  })

  it('leave out what is no state, no page size and no place', () => {
    const filters = read('state=NOWHERE&limit=7&first=50')
    expect([filters.states, filters.limit, filters.first]).toEqual([[], 100, 0])
  })
})
