import { describe, expect, it } from 'vitest'
import { freeKey, keyFrom } from './keys.ts'

describe('the key suggested for a name', () => {
  it.each([
    ['Traffic Light', 'traffic_light'],
    ['  two   blanks ', 'two_blanks'],
    ['Straße über Ø', 'strasse_uber_o'],
    ['a/b (c) & d', 'ab_c_d'],
    ['under__score', 'under_score'],
    ['x'.repeat(40), 'x'.repeat(30)],
    ['犬', ''],
  ])('“%s” is “%s”', (name, key) => expect(keyFrom(name)).toBe(key))

  it('is numbered when it is taken', () => {
    expect(freeKey('car', new Set(['car', 'car_2']))).toBe('car_3')
  })

  it('is numbered when it is a word of the export format', () => {
    expect(freeKey('line', new Set())).toBe('line_2')
  })
})
