import { expect, test } from 'vitest'
import { idMaker, timeOfId } from './ids.ts'

const zeros = (): void => undefined
const ones = (bytes: Uint8Array): unknown => bytes.fill(255)

test('an id carries its time, the version and the variant', () => {
  const id = idMaker(() => 1_700_000_000_123, ones)()
  expect(id).toBe('018bcfe5-687b-7000-bfff-ffffffffffff')
  expect(timeOfId(id)).toBe(1_700_000_000_123)
})

test('ids of one millisecond grow, more of them than the counter holds', () => {
  const make = idMaker(() => 5000, ones)
  const ids = Array.from({ length: 10_000 }, make)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('ids grow when the clock goes back', () => {
  const times = [9000, 8000, 9001]
  const make = idMaker(() => times.shift()!, zeros)
  const ids = [make(), make(), make()]
  expect(ids.toSorted()).toEqual(ids)
  expect(ids.map(timeOfId)).toEqual([9000, 9000, 9001])
})
