import { describe, expect, test } from 'vitest'
import numbers from '../../../schema/vectors/numbers.json'
import { insidePicture, onGrid, openRing } from './grid.ts'

describe('numbers', () => {
  test.each(numbers.cases)('$name', ({ number, text, grid }) => {
    expect(JSON.stringify(number)).toBe(text)
    expect(Object.is(onGrid(number), grid)).toBe(true)
  })
})

test('a place outside the picture comes to its border', () => {
  expect(insidePicture([-5, 50], { w: 40, h: 30 })).toEqual([0, 30])
  expect(insidePicture([12.5, 3], { w: 40, h: 30 })).toEqual([12.5, 3])
})

test('a ring keeps no point that repeats the one before it, nor the first at its end', () => {
  const points = [
    [1, 1],
    [1.001, 1],
    [5, 1],
    [5, 6],
    [1, 0.999],
  ] as const
  expect(openRing(points)).toEqual([
    [1, 1],
    [5, 1],
    [5, 6],
  ])
})
