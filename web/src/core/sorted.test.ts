import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SortedMap, unshared } from './sorted.ts'

type Changes = readonly (readonly [string, number | undefined])[]
const key = fc.integer({ min: 0, max: 600 }).map((number) => number.toString().padStart(4, '0'))
const changes: fc.Arbitrary<Changes> = fc.array(fc.tuple(key, fc.option(fc.nat(), { nil: undefined })), {
  maxLength: 400,
})

function plainWith(map: ReadonlyMap<string, number>, all: Changes): Map<string, number> {
  const next = new Map<string, number | undefined>([...map, ...all])
  return new Map([...next].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))
}
const inKeyOrder = (map: ReadonlyMap<string, number>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

test('it holds what a map holds, in the order of the keys, after any changes', () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 6 }), (steps) => {
      let sorted = SortedMap.of<string, number>([])
      let plain = new Map<string, number>()
      for (const step of steps) {
        sorted = sorted.with(step)
        plain = plainWith(plain, step)
        expect([...sorted]).toEqual(inKeyOrder(plain))
        expect([...sorted.keys()]).toEqual([...sorted].map(([name]) => name))
        expect([...sorted.values()]).toEqual([...sorted].map(([, value]) => value))
        expect(sorted.size).toBe(plain.size)
        for (const [name] of step)
          expect([sorted.get(name), sorted.has(name)]).toEqual([plain.get(name), plain.has(name)])
      }
    }),
  )
})

test('the map that was changed stays as it was', () => {
  const before = SortedMap.of<string, number>([
    ['b', 1],
    ['a', 2],
  ])
  before.with([
    ['a', undefined],
    ['c', 3],
  ])
  expect([...before]).toEqual([
    ['a', 2],
    ['b', 1],
  ])
  expect(before.with([])).toBe(before)
})

test('what two maps do not share tells how they differ', () => {
  fc.assert(
    fc.property(changes, changes, (first, second) => {
      const was = SortedMap.of<string, number>([]).with(first)
      const is = was.with(second)
      const [before, after] = unshared(was, is)
      const differing = [...new Set([...was.keys(), ...is.keys()])].filter(
        (name) => was.get(name) !== is.get(name),
      )
      for (const name of differing)
        expect([before.get(name), after.get(name)]).toEqual([was.get(name), is.get(name)])
      for (const name of was.keys())
        expect(before.has(name) === after.has(name) || was.has(name) !== is.has(name)).toBe(true)
    }),
  )
})

test('a change in a large map shares almost all of it', () => {
  const large = SortedMap.of(
    Array.from({ length: 20_000 }, (_, index) => [index.toString().padStart(6, '0'), index] as const),
  )
  const [before, after] = unshared(large, large.with([['010000', -1]]))
  expect(before.size).toBeLessThan(200)
  expect(after.get('010000')).toBe(-1)
})

test('it is visited like a map', () => {
  const seen: unknown[] = []
  const map = SortedMap.of<string, number>([
    ['b', 1],
    ['a', 2],
  ])
  map.forEach((value, name, whole) => seen.push([name, value, whole === map]))
  expect(seen).toEqual([
    ['a', 2, true],
    ['b', 1, true],
  ])
})
