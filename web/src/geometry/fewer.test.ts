import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withinLimit, withSamePixels } from './fewer.ts'
import { pointOnGrid } from './grid.ts'
import { meetingsOfRing } from './meetings.ts'
import type { Ring, XY } from './operations.ts'
import { runsOf } from './raster.ts'

const PICTURE = { w: 120, h: 120 }

/** What turns around its middle, near and far. */
const ring = fc
  .array(fc.double({ min: 3, max: 58, noNaN: true }), { minLength: 4, maxLength: 200 })
  .map((reaches) =>
    reaches.map((reach, index): XY => {
      const angle = (2 * Math.PI * index) / reaches.length
      return pointOnGrid([60 + reach * Math.cos(angle), 60 + reach * Math.sin(angle)])
    }),
  )

test('points go, pixels stay, and the ring does not come to meet itself', () => {
  let [before, after] = [0, 0]
  fc.assert(
    fc.property(ring, (points) => {
      const fewer = withSamePixels(points, [points], 3)
      expect(runsOf([fewer], PICTURE)).toEqual(runsOf([points], PICTURE))
      if (meetingsOfRing(points).length === 0) expect(meetingsOfRing(fewer)).toEqual([])
      before += points.length
      after += fewer.length
    }),
    { numRuns: 300 },
  )
  expect(after).toBeLessThan(before)
})

test('points go by the least area, and no more than enough', () => {
  const smooth = Array.from({ length: 1000 }, (_, index): XY => {
    const angle = (2 * Math.PI * index) / 1000
    return [60 + 50 * Math.cos(angle), 60 + 50 * Math.sin(angle)]
  })
  const fewer = withSamePixels(smooth, [smooth], 600)
  expect(fewer).toHaveLength(600)
  expect(runsOf([fewer], PICTURE)).toEqual(runsOf([smooth], PICTURE))
})

test('other rings are not run over', () => {
  const outline: Ring = [
    [0, 0],
    [50, 0.2],
    [100, 0],
    [100, 50],
    [0, 50],
  ]
  expect(withSamePixels(outline, [outline], 3)).not.toContainEqual([50, 0.2])
  const tip: Ring = [
    [50, 0.15],
    [60, 20],
    [40, 20],
  ]
  expect(withSamePixels(outline, [outline, tip], 3)).toContainEqual([50, 0.2])
})

test('a path that is short enough is left as it is', () => {
  const path: Ring = [
    [0, 0],
    [1, 1],
  ]
  expect(withinLimit(path, false)).toBe(path)
})
