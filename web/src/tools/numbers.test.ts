import { describe, expect, test } from 'vitest'
import { operations } from '../geometry/index.ts'
import { ALL_KINDS, makeAnnotation, makeGeometry } from '../core/builders.ts'
import { PICTURE } from './builders.ts'
import { withNumber } from './numbers.ts'

describe.each(ALL_KINDS)('%s', (kind) => {
  const { table } = operations(kind)
  const annotation = makeAnnotation('a', { geometry: makeGeometry(kind, [20, 20], 20) })

  test('each number can be typed and is all that changes', () => {
    const rows = table.rows(annotation.geometry)
    for (const [row, numbers] of rows.entries()) {
      for (const column of numbers.keys()) {
        const value = numbers[column]! + 1.25
        const changed = withNumber(
          annotation,
          { row, column },
          ` ${String(value).replace('.', ',')} `,
          PICTURE,
        )
        if (typeof changed === 'string') throw new Error(changed)
        expect(table.rows(changed.geometry)).toEqual(rows.with(row, numbers.with(column, value)))
      }
    }
  })

  test.each([
    ['', 'x needs a number; “” is none.'],
    ['4e', 'x needs a number; “4e” is none.'],
    ['201', 'x = 201 leaves the picture, which is 200 x 100 pixels.'],
    ['-1', 'x = -1 leaves the picture, which is 200 x 100 pixels.'],
  ])('“%s” is refused with the reason', (text, reason) => {
    expect(withNumber(annotation, { row: 0, column: 0 }, text, PICTURE)).toBe(reason)
  })
})

test('a number that breaks a rule is refused with the rule', () => {
  const flat = makeAnnotation('a', { geometry: makeGeometry('rectangle', [20, 20], 20) })
  expect(withNumber(flat, { row: 0, column: 2 }, '0', PICTURE)).toMatch(/no width/)
  expect(withNumber(flat, { row: 0, column: 3 }, '90', PICTURE)).toMatch(/h = 90 leaves the picture/)
})
