import fc from 'fast-check'
import { expect, test } from 'vitest'
import { meetingsOfRing } from './meetings.ts'
import type { Ring, XY } from './operations.ts'

test('a bow crosses itself in its middle', () => {
  expect(
    meetingsOfRing([
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10],
    ]),
  ).toEqual([{ at: [5, 5], crosses: true }])
})

test('a star crosses itself five times', () => {
  const star: Ring = [
    [8, 0],
    [12.7, 15],
    [0.3, 5.7],
    [15.7, 5.7],
    [3.3, 15],
  ]
  expect(meetingsOfRing(star)).toHaveLength(5)
})

test('what turns one way everywhere and twice around crosses itself', () => {
  const twice = Array.from({ length: 14 }, (_, index): XY => {
    const angle = (4 * Math.PI * index) / 14.5
    return [100 + (40 + index) * Math.cos(angle), 100 + (40 + index) * Math.sin(angle)]
  })
  expect(meetingsOfRing(twice).length).toBeGreaterThan(0)
  expect(meetingsOfRing(twice.toReversed()).length).toBeGreaterThan(0)
})

test('a vertex on an edge crosses it or only touches it', () => {
  const ring = (last: XY): Ring => [[0, 0], [20, 0], [20, 10], [10, 0], last, [0, 10]]
  expect(meetingsOfRing(ring([10, -5]))).toContainEqual({ at: [10, 0], crosses: true })
  expect(meetingsOfRing(ring([5, 5]))).toEqual([{ at: [10, 0], crosses: false }])
})

test('a vertex on a vertex crosses there or only touches', () => {
  const touching: Ring = [
    [0, 0],
    [10, 10],
    [20, 0],
    [20, 20],
    [10, 10],
    [0, 20],
  ]
  const crossing: Ring = [
    [0, 0],
    [10, 10],
    [20, 20],
    [20, 0],
    [10, 10],
    [0, 20],
  ]
  expect(meetingsOfRing(touching)).toEqual([{ at: [10, 10], crosses: false }])
  expect(meetingsOfRing(crossing)).toEqual([{ at: [10, 10], crosses: true }])
})

test('an edge that runs back on the one before it, and one along another, are told', () => {
  expect(
    meetingsOfRing([
      [0, 0],
      [10, 0],
      [4, 0],
      [4, 8],
    ]),
  ).toContainEqual({ at: [10, 0], crosses: false })
  const along: Ring = [
    [0, 0],
    [20, 0],
    [20, 10],
    [15, 0],
    [5, 0],
    [0, 10],
  ]
  expect(meetingsOfRing(along).map(({ at }) => at)).toEqual(
    expect.arrayContaining([
      [15, 0],
      [5, 0],
    ]),
  )
})

test('a vertex that is repeated at once is nothing', () => {
  expect(
    meetingsOfRing([
      [0, 0],
      [0, 0],
      [20, 0],
      [20, 0],
      [9, 20],
      [0, 0],
    ]),
  ).toEqual([])
})

test('rounding decides nothing: a third of an edge on the grid lies on it, a bit beside it does not', () => {
  const ring = (at: XY): Ring => [[0.1, 0.1], [0.7, 1.9], [5, 1.9], at, [5, 0.1]]
  expect(meetingsOfRing(ring([0.3, 0.7]))).toEqual([{ at: [0.3, 0.7], crosses: false }])
  expect(meetingsOfRing(ring([0.3 + Number.EPSILON, 0.7]))).toEqual([])
  expect(meetingsOfRing(ring([0.3 - Number.EPSILON, 0.7])).filter(({ crosses }) => crosses)).toHaveLength(2)
})

const whole = fc.integer({ min: 0, max: 6 })
const wholeRing = fc
  .array(fc.tuple(whole, whole), { minLength: 3, maxLength: 8 })
  .map((ring) => ring.filter(([x, y], index) => x !== ring.at(index - 1)![0] || y !== ring.at(index - 1)![1]))

type Side = readonly [XY, XY]

/** By whole numbers alone: every pair of edges, every place in common. */
function isSimple(ring: Ring): boolean {
  const edges = ring.map((a, index) => [a, ring[(index + 1) % ring.length]!] as Side)
  const turn = ([ax, ay]: XY, [bx, by]: XY, [cx, cy]: XY): number =>
    Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
  const isOn = ([a, b]: Side, c: XY): boolean =>
    turn(a, b, c) === 0 && [0, 1].every((axis) => (c[axis]! - a[axis]!) * (c[axis]! - b[axis]!) <= 0)
  const isApart = (one: Side, other: Side): boolean => {
    if ([...other].some((at) => isOn(one, at)) || [...one].some((at) => isOn(other, at))) return false
    const [a, b] = one.map((at) => turn(...other, at))
    const [c, d] = other.map((at) => turn(...one, at))
    return a === b || c === d
  }
  return edges.every((one, i) =>
    edges.every((other, j) => {
      if (i === j || (j + 1) % edges.length === i) return true
      const isNext = (i + 1) % edges.length === j
      return isNext ? !isOn(one, other[1]) && !isOn(other, one[0]) : isApart(one, other)
    }),
  )
}

test('exactly the rings that are not simple meet themselves', () => {
  fc.assert(
    fc.property(wholeRing, (ring) => {
      fc.pre(ring.length >= 3)
      expect(meetingsOfRing(ring).length === 0).toBe(isSimple(ring))
    }),
    { numRuns: 2000 },
  )
})

test('finer places, another start, the other way round and a mirror say the same', () => {
  fc.assert(
    fc.property(wholeRing, fc.nat(7), (ring, start) => {
      fc.pre(ring.length >= 3)
      const crosses = (points: Ring): boolean => meetingsOfRing(points).some((each) => each.crosses)
      expect(crosses(ring.map(([x, y]) => [(7 * x + 3) / 100, (11 * y + 1) / 100]))).toBe(crosses(ring))
      expect(crosses([...ring.slice(start), ...ring.slice(0, start)])).toBe(crosses(ring))
      expect(crosses(ring.toReversed())).toBe(crosses(ring))
      expect(crosses(ring.map(([x, y]) => [y, x]))).toBe(crosses(ring))
    }),
    { numRuns: 1000 },
  )
})

test('what turns around its middle never crosses itself, whichever way it runs', () => {
  const reach = fc.array(fc.integer({ min: 5, max: 50 }), { minLength: 3, maxLength: 40 })
  fc.assert(
    fc.property(reach, fc.boolean(), (reaches, isReversed) => {
      const ring = reaches.map((distance, index): XY => {
        const angle = (2 * Math.PI * index) / reaches.length
        return [100 + distance * Math.cos(angle), 100 + distance * Math.sin(angle)]
      })
      expect(meetingsOfRing(isReversed ? ring.toReversed() : ring)).toEqual([])
    }),
  )
})

test('of thousands of points it is told quickly, and not in thousands of places', () => {
  const wild = Array.from({ length: 5000 }, (_, index): XY => [
    (index * 7919) % 1000,
    (index * 104_729) % 997,
  ])
  expect(meetingsOfRing(wild)).toHaveLength(20)
})
