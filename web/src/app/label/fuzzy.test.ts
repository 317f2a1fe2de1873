import { expect, test } from 'vitest'
import { found, scoreOf } from './fuzzy.ts'

const names = (query: string, ...all: string[]) =>
  found(
    all.map((name) => ({ name })),
    query,
  ).map(({ name }) => name)

test('letters are found in order, wherever they stand', () => {
  expect(scoreOf('dpl', 'Duplicate')).not.toBeNull()
  expect(scoreOf('lpd', 'Duplicate')).toBeNull()
  expect(scoreOf('', 'Duplicate')).toBe(0)
})

test('the beginnings of words come first, then what stands together', () => {
  expect(names('zi', 'Resize it', 'Zoom in')).toEqual(['Zoom in', 'Resize it'])
  expect(names('del', 'Draw eel', 'Delete')).toEqual(['Delete', 'Draw eel'])
})

test('words may come in any order', () => {
  expect(names('truck change', 'Change class: Truck', 'Change class: Bus')).toEqual(['Change class: Truck'])
})

test('without a query all stay in their order', () => {
  expect(names(' ', 'b', 'a')).toEqual(['b', 'a'])
})
