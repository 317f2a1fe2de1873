import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crossingsOfRing } from './crossings.ts'
import type { Ring, XY } from './operations.ts'

test('a bow crosses itself in its middle', () => {
  expect(
    crossingsOfRing([
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10],
    ]),
  ).toEqual([[5, 5]])
})

test('a star crosses itself five times', () => {
  const star: Ring = [
    [8, 0],
    [12.7, 15],
    [0.3, 5.7],
    [15.7, 5.7],
    [3.3, 15],
  ]
  expect(crossingsOfRing(star)).toHaveLength(5)
})

test('what turns one way everywhere and twice around crosses itself', () => {
  const twice = Array.from({ length: 14 }, (_, index): XY => {
    const angle = (4 * Math.PI * index) / 14.5
    return [100 + (40 + index) * Math.cos(angle), 100 + (40 + index) * Math.sin(angle)]
  })
  expect(crossingsOfRing(twice).length).toBeGreaterThan(0)
  expect(crossingsOfRing(twice.toReversed()).length).toBeGreaterThan(0)
})

test('a vertex on an edge that is passed through is a crossing, one that only touches is none', () => {
  const ring = (last: XY): Ring => [[0, 0], [20, 0], [20, 10], [10, 0], last, [0, 10]]
  expect(crossingsOfRing(ring([10, -5]))).toContainEqual([10, 0])
  expect(crossingsOfRing(ring([5, 5]))).toEqual([])
})

test('what turns around its middle never crosses itself, whichever way it runs', () => {
  const reach = fc.array(fc.integer({ min: 5, max: 50 }), { minLength: 3, maxLength: 40 })
  fc.assert(
    fc.property(reach, fc.boolean(), (reaches, isReversed) => {
      const ring = reaches.map((distance, index): XY => {
        const angle = (2 * Math.PI * index) / reaches.length
        return [100 + distance * Math.cos(angle), 100 + distance * Math.sin(angle)]
      })
      expect(crossingsOfRing(isReversed ? ring.toReversed() : ring)).toEqual([])
    }),
  )
})

test('of thousands of points it is told quickly, and not in thousands of places', () => {
  const wild = Array.from({ length: 5000 }, (_, index): XY => [
    (index * 7919) % 1000,
    (index * 104_729) % 997,
  ])
  expect(crossingsOfRing(wild)).toHaveLength(20)
})
