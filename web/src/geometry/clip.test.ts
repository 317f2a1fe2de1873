import fc from 'fast-check'
import { expect, test } from 'vitest'
import { difference, overlap, piecesOf, regionOf, type Region } from './clip.ts'
import type { Ring, XY } from './operations.ts'
import { isInsideRing, ringArea } from './rings.ts'
import { simplified } from './simplify.ts'

const box = (x: number, y: number, w: number, h: number): Ring => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
]
const areas = (region: Region): number[] =>
  piecesOf(region).map(([outline, ...holes]) =>
    holes.reduce((left, hole) => left - ringArea(hole), ringArea(outline!)),
  )
const total = (region: Region): number => areas(region).reduce((sum, area) => sum + area, 0)

test('a partial overlap trims', () => {
  const left = difference(regionOf([box(0, 0, 10, 10)]), regionOf([box(6, -5, 10, 30)]))
  expect(areas(left)).toEqual([60])
})

test('an overlap inside pierces', () => {
  const [piece] = piecesOf(difference(regionOf([box(0, 0, 10, 10)]), regionOf([box(2, 2, 3, 3)])))
  expect(piece).toHaveLength(2)
  expect(piece!.map(ringArea)).toEqual([100, 9])
})

test('a bar through the middle splits, the larger piece first', () => {
  const left = difference(regionOf([box(0, 0, 10, 10)]), regionOf([box(2, -5, 1, 30)]))
  expect(areas(left)).toEqual([70, 20])
})

test('a full cover leaves nothing', () => {
  expect(piecesOf(difference(regionOf([box(0, 0, 10, 10)]), regionOf([box(-1, -1, 20, 20)])))).toEqual([])
})

test('a hole is no part of an area', () => {
  const ring = regionOf([box(0, 0, 10, 10), box(2, 2, 6, 6)])
  expect(total(ring)).toBe(64)
  expect(overlap(ring, regionOf([box(3, 3, 4, 4)]))).toBe(false)
  expect(overlap(ring, regionOf([box(1, 1, 4, 4)]))).toBe(true)
})

test('holes that overlap each other are cut out once', () => {
  expect(total(regionOf([box(0, 0, 10, 10), box(1, 1, 4, 4), box(3, 3, 4, 4)]))).toBe(100 - 16 - 16 + 4)
})

test('what stands in a hole is a piece of its own', () => {
  const target = difference(regionOf([box(0, 0, 20, 20), box(2, 2, 16, 16)]), regionOf([]))
  const both: Region = { paths: [...target.paths, ...regionOf([box(8, 8, 2, 2)]).paths] }
  expect(areas(both)).toEqual([144, 4])
})

test('a shared border is no overlap, nor is a strip left by rounding', () => {
  expect(overlap(regionOf([box(0, 0, 10, 10)]), regionOf([box(9.99, 0, 10, 10)]))).toBe(false)
  expect(overlap(regionOf([box(0, 0, 10, 10)]), regionOf([box(9.9, 0, 10, 10)]))).toBe(true)
})

test('an outline that crosses itself falls into pieces', () => {
  const bow: Ring = [
    [0, 0],
    [10, 10],
    [10, 0],
    [0, 10],
  ]
  expect(areas(regionOf([bow]))).toEqual([25, 25])
})

test('an outline that runs back on itself ends, and encloses what it encloses', () => {
  const spiked: Ring = [
    [70, 0],
    [90, 0],
    [0, 0],
    [0, 0],
    [0, 10],
    [0, 0],
    [30, 0],
  ]
  expect(areas(regionOf([spiked]))).toEqual([])
  const withTail: Ring = [
    [0, 10],
    [50, 0],
    [30, 50],
    [0, 10],
    [0, 10],
    [50, 10],
    [0, 10],
  ]
  expect(areas(regionOf([withTail]))).toEqual([1150])
})

test('a hole that touches its outline in several places stays a hole', () => {
  const outline: Ring = [
    [8.23, 82.93],
    [0, 90],
    [0, 70],
    [3.33, 63.33],
  ]
  const taken: Ring = [
    [6, 74],
    [0, 90],
    [5, 70],
  ]
  const left = difference(regionOf([outline]), regionOf([taken]))
  expect(total(left)).toBeCloseTo(ringArea(outline) - ringArea(taken), 0)
  expect(overlap(regionOf(piecesOf(left)[0]!), regionOf([taken]))).toBe(false)
})

// Many on a coarse grid, so that edges meet, repeat and lie on each other.
const coordinate = fc.oneof(
  fc.integer({ min: 0, max: 6 }).map((steps) => steps * 10),
  fc.integer({ min: 0, max: 6000 }).map((steps) => steps / 100),
)
const ring = fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 12 })

test('a cut takes the common area away and nothing else', () => {
  fc.assert(
    fc.property(
      ring,
      ring,
      fc.array(fc.tuple(coordinate, coordinate), { minLength: 20, maxLength: 20 }),
      (a, b, probes) => {
        const left = piecesOf(difference(regionOf([a]), regionOf([b])))
        const isLeft = (at: XY): boolean =>
          left.some(
            ([outline, ...holes]) =>
              isInsideRing(outline!, at) && !holes.some((hole) => isInsideRing(hole, at)),
          )
        for (const at of probes.filter((place) => isFarFrom(place, a) && isFarFrom(place, b))) {
          expect(isLeft(at)).toBe(isInsideRing(a, at) && !isInsideRing(b, at))
        }
      },
    ),
    { numRuns: 300 },
  )
})

/** Cut places are rounded to the grid; probes keep away from borders. */
function isFarFrom([x, y]: XY, points: Ring): boolean {
  return [...points.keys()].every((index) => {
    const [a, b] = [points[index]!, points[(index + 1) % points.length]!]
    const length = Math.hypot(b[0] - a[0], b[1] - a[1])
    const across = Math.abs((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]))
    return length === 0 || across / length > 0.05
  })
}

test('cutting the same area out twice changes nothing the second time', () => {
  fc.assert(
    fc.property(ring, ring, (a, b) => {
      for (const outline of piecesOf(difference(regionOf([a]), regionOf([b])))) {
        expect(overlap(regionOf(outline), regionOf([b]))).toBe(false)
      }
    }),
    { numRuns: 300 },
  )
})

test('every piece lies on the grid', () => {
  fc.assert(
    fc.property(ring, ring, (a, b) => {
      for (const value of piecesOf(difference(regionOf([a]), regionOf([b]))).flat(3)) {
        expect(Math.round(value * 100) / 100).toBe(value)
      }
    }),
  )
})

test('simplifying keeps the ends and what stands out', () => {
  const line: Ring = [
    [0, 0],
    [1, 0.1],
    [2, -0.1],
    [3, 5],
    [4, 0.1],
    [5, 0],
  ]
  expect(simplified(line, 0.5)).toEqual([
    [0, 0],
    [2, -0.1],
    [3, 5],
    [4, 0.1],
    [5, 0],
  ])
})

test('what simplifying leaves out lies near what stays', () => {
  fc.assert(
    fc.property(ring, (points) => {
      const kept = simplified(points, 2)
      for (const [x, y] of points) {
        const near = [...kept.keys()]
          .slice(1)
          .some((index) => distanceToSegment(kept[index - 1]!, kept[index]!, [x, y]) <= 2 + 1e-9)
        expect(near || kept.length < 2).toBe(true)
      }
    }),
  )
})

function distanceToSegment(a: XY, b: XY, at: XY): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const squared = dx * dx + dy * dy
  const along =
    squared === 0 ? 0 : Math.min(Math.max(((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / squared, 0), 1)
  return Math.hypot(at[0] - a[0] - along * dx, at[1] - a[1] - along * dy)
}
