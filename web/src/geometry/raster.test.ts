// The pixels of exports, by the vectors that Python reads as well, and of the set operations that make segments.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import vectors from '../../../schema/vectors/raster.json'
import {
  areaOfRegion,
  difference,
  inflated,
  piecesOf,
  regionOf,
  regionOfStroke,
  union,
  type Region,
} from './clip.ts'
import type { Ring, Size, XY } from './operations.ts'
import { bordersOf, maskOf, runsOf } from './raster.ts'
import { isInsideRing } from './rings.ts'
import { splitAlong } from './split.ts'

interface Vector {
  readonly name: string
  readonly size: readonly [number, number]
  readonly segments: readonly (readonly Ring[])[]
  readonly rows: readonly string[]
}

const PICTURE: Size = { w: 60, h: 60 }
const square: Ring = [
  [10, 10],
  [40, 10],
  [40, 40],
  [10, 40],
]
const hole: Ring = [
  [20, 20],
  [30, 20],
  [30, 30],
  [20, 30],
]
const countOf = (mask: Uint8Array): number => mask.reduce((sum, pixel) => sum + pixel, 0)
const maskOfRegion = (region: Region): Uint8Array => maskOf(piecesOf(region), PICTURE)

test.each(vectors.cases as unknown as Vector[])('follows the vector: $name', ({ size, segments, rows }) => {
  const [w, h] = size
  const mask = maskOf(segments, { w, h })
  const found = Array.from({ length: h }, (_, row) =>
    [...mask.subarray(row * w, (row + 1) * w)].map((pixel) => (pixel === 1 ? '#' : '.')).join(''),
  )
  expect(found).toEqual(rows)
})

test('a square covers 900 pixels and 800 with a hole', () => {
  expect(countOf(maskOf([[square]], PICTURE))).toBe(900)
  expect(countOf(maskOf([[square, hole]], PICTURE))).toBe(800)
})

test('some rows of a segment are those rows of the whole', () => {
  const all = runsOf([square, hole], PICTURE)
  const some = runsOf([square, hole], PICTURE, { first: 15, stop: 25 })
  expect(some).toEqual(all.filter(({ row }) => row >= 15 && row < 25))
})

test('borders run between pixels inside and pixels outside', () => {
  const borders = bordersOf(runsOf([square, hole], PICTURE))
  const length = borders.reduce((sum, [[x0, y0], [x1, y1]]) => sum + x1 - x0 + y1 - y0, 0)
  expect(length).toBe(4 * 30 + 4 * 10)
})

const coordinate = fc.oneof(
  fc.integer({ min: 0, max: 6 }).map((steps) => steps * 10),
  fc.integer({ min: 0, max: 6000 }).map((steps) => steps / 100),
)
const place: fc.Arbitrary<XY> = fc.tuple(coordinate, coordinate)
const ring = fc.array(place, { minLength: 3, maxLength: 10 })

/** Pixels whose centre is too near to a border for rounding to leave it on its side. */
function isNearBorder([x, y]: XY, rings: readonly Ring[]): boolean {
  return rings.some((points) =>
    points.some((a, index) => {
      const b = points[(index + 1) % points.length]!
      const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
      const along = Math.min(Math.max(((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy || 1), 0), 1)
      return Math.hypot(x - a[0] - along * dx, y - a[1] - along * dy) < 0.05
    }),
  )
}

function expectPixels(region: Region, rings: readonly Ring[], isInside: (at: XY) => boolean): void {
  const mask = maskOfRegion(region)
  for (let row = 0; row < PICTURE.h; row += 1) {
    for (let column = 0; column < PICTURE.w; column += 1) {
      const centre: XY = [column + 0.5, row + 0.5]
      if ((mask[row * PICTURE.w + column] === 1) !== isInside(centre) && !isNearBorder(centre, rings))
        throw new Error(`The pixel ${column}, ${row} is wrong.`)
    }
  }
}

describe('pixels of set operations', () => {
  test('a union is what lies in one or the other, a difference what lies in the first alone', () => {
    fc.assert(
      fc.property(ring, ring, (a, b) => {
        const [first, second] = [regionOf([a]), regionOf([b])]
        expectPixels(union(first, second), [a, b], (at) => isInsideRing(a, at) || isInsideRing(b, at))
        expectPixels(difference(first, second), [a, b], (at) => isInsideRing(a, at) && !isInsideRing(b, at))
      }),
      { numRuns: 60 },
    )
  })

  test('a stroke covers what lies within its radius of the line', () => {
    fc.assert(
      fc.property(place, place, fc.integer({ min: 1, max: 24 }), (from, to, size) => {
        const radius = size / 2
        const isInside = (at: XY): boolean => distanceToLine(at, from, to) < radius
        const mask = maskOfRegion(regionOfStroke([from, to], radius))
        for (let pixel = 0; pixel < mask.length; pixel += 1) {
          const at: XY = [(pixel % PICTURE.w) + 0.5, Math.floor(pixel / PICTURE.w) + 0.5]
          const isNear = Math.abs(distanceToLine(at, from, to) - radius) < 0.06
          if (!isNear) expect(mask[pixel] === 1).toBe(isInside(at))
        }
      }),
      { numRuns: 40 },
    )
  })

  test('splitting loses no pixel and gives none twice', () => {
    fc.assert(
      fc.property(ring, place, place, (a, from, to) => {
        const whole = regionOf([a])
        const [before] = piecesOf(whole)
        if (before === undefined) return
        const area = regionOf(before)
        const parts = splitAlong(area, [from, to])
        const masks = parts.map(maskOfRegion)
        const all = maskOfRegion(area)
        for (let pixel = 0; pixel < all.length; pixel += 1) {
          const at: XY = [(pixel % PICTURE.w) + 0.5, Math.floor(pixel / PICTURE.w) + 0.5]
          const count = masks.reduce((sum, mask) => sum + mask[pixel]!, 0)
          if (count !== all[pixel]! && !isNearBorder(at, before)) throw new Error(`${at.join()}: ${count}`)
        }
      }),
      { numRuns: 100 },
    )
  })
})

function distanceToLine([x, y]: XY, a: XY, b: XY): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const along = Math.min(Math.max(((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy || 1), 0), 1)
  return Math.hypot(x - a[0] - along * dx, y - a[1] - along * dy)
}

describe('areas of strokes', () => {
  const areaOf = (region: Region): number => countOf(maskOf(piecesOf(region), { w: 2000, h: 2000 }))

  test('a stadium, within four thousandths', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 1700 }),
        fc.integer({ min: 300, max: 1700 }),
        fc.integer({ min: 20, max: 500 }),
        (x, y, size) => {
          const radius = size / 2
          const from: XY = [900, 900]
          const expected = Math.PI * radius ** 2 + size * Math.hypot(x - from[0], y - from[1])
          const region = regionOfStroke([from, [x, y]], radius)
          expect(Math.abs(areaOfRegion(region) - expected) / expected).toBeLessThan(0.004)
          // Of the pixels along the border some more or fewer may lie inside.
          const border = 2 * Math.hypot(x - from[0], y - from[1]) + 2 * Math.PI * radius
          expect(Math.abs(areaOf(region) - expected)).toBeLessThan(0.004 * expected + 0.25 * border)
        },
      ),
      { numRuns: 15 },
    )
  })

  test('growing a square adds its sides and a disc, shrinking takes its border', () => {
    expect(
      Math.abs(areaOf(inflated(regionOf([square]), 8)) - (900 + 4 * 30 * 8 + Math.PI * 64)),
    ).toBeLessThan(8)
    expect(areaOf(inflated(regionOf([square]), -5))).toBe(400)
  })
})
