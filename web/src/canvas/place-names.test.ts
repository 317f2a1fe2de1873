import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundsMeet } from '../geometry/index.ts'
import { placeNames, type Nameable } from './place-names.ts'

const screen = { w: 800, h: 600 }
const size = { w: 60, h: 18 }

function placesOf(items: readonly Nameable[]): (readonly [number, number])[] {
  return placeNames(items, screen).map(({ at }) => [at[0], at[1]])
}

test('a name stands above its shape', () => {
  expect(placesOf([{ bounds: { x: 100, y: 100, w: 200, h: 80 }, size }])).toEqual([[100, 79]])
})

test('a shape that begins above the screen is named where it is seen', () => {
  expect(placesOf([{ bounds: { x: -50, y: -900, w: 600, h: 1200 }, size }])).toEqual([[3, 3]])
})

test('what is not on screen is not named', () => {
  expect(placesOf([{ bounds: { x: 900, y: 100, w: 20, h: 20 }, size }])).toEqual([])
})

test('a name keeps clear of lines: on another side of the shape, or deeper within it', () => {
  const line = { x: 90, y: 97, w: 220, h: 6 }
  const bounds = { x: 100, y: 97, w: 200, h: 80 }
  const above = { x: 90, y: 70, w: 220, h: 20 }
  const others = [line, above, { x: 90, y: 174, w: 220, h: 6 }, { x: 297, y: 90, w: 6, h: 90 }]
  expect(placeNames([{ bounds, size }], screen, others).map(({ at }) => at)).toEqual([[112, 109]])
  const small = { x: 100, y: 97, w: 30, h: 20 }
  expect(placeNames([{ bounds: small, size }], screen, [line, above]).map(({ at }) => at)).toEqual([
    [100, 120],
  ])
})

test('names never meet, are on screen, and the first ones come first', () => {
  const item = fc
    .tuple(fc.integer({ min: -100, max: 850 }), fc.integer({ min: -100, max: 650 }), fc.nat(300), fc.nat(300))
    .map(([x, y, w, h]) => ({ bounds: { x, y, w, h }, size }))
  fc.assert(
    fc.property(fc.array(item, { maxLength: 60 }), (items) => {
      const placed = placeNames(items, screen)
      const boxes = placed.map(({ at }) => ({ x: at[0], y: at[1], ...size }))
      for (const [index, box] of boxes.entries()) {
        expect(box.x >= 0 && box.y >= 0 && box.x + box.w <= screen.w && box.y + box.h <= screen.h).toBe(true)
        expect(boxes.slice(0, index).some((other) => boundsMeet(other, box))).toBe(false)
      }
      const order = placed.map(({ item: each }) => items.indexOf(each))
      expect(order).toEqual([...order].sort((a, b) => a - b))
    }),
  )
})
