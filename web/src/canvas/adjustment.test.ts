import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adjustPixels, histogramOf, isPlain, PLAIN, tonesOf, type Adjustment } from './adjustment.ts'

function adjusted(pixels: readonly number[], change: Partial<Adjustment>): number[] {
  const from = Uint8ClampedArray.from(pixels)
  const to = new Uint8ClampedArray(from.length)
  const adjustment = { ...PLAIN, ...change }
  adjustPixels(from, to, adjustment, histogramOf(from, adjustment.channel))
  return [...to]
}

const RED = [200, 40, 10, 255]

test('nothing changes when nothing is asked for', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), (pixel) => {
      expect(adjusted(pixel, {})).toEqual(pixel)
    }),
  )
  expect(isPlain({ ...PLAIN })).toBe(true)
})

test('inverting twice gives the picture back', () => {
  expect(adjusted(RED, { invert: true })).toEqual([55, 215, 245, 255])
  expect(adjusted(adjusted(RED, { invert: true }), { invert: true })).toEqual(RED)
})

test('each channel is shown alone, in grey', () => {
  expect(adjusted(RED, { channel: 'red' })).toEqual([200, 200, 200, 255])
  expect(adjusted(RED, { channel: 'green' })).toEqual([40, 40, 40, 255])
  expect(adjusted(RED, { channel: 'blue' })).toEqual([10, 10, 10, 255])
  const grey = (54 * 200 + 183 * 40 + 19 * 10) >> 8
  expect(adjusted(RED, { channel: 'luminance' })).toEqual([grey, grey, grey, 255])
})

test('without saturation colours are grey, with more they are further from it', () => {
  const [red, green, blue] = adjusted(RED, { saturation: 0 })
  expect([red, green]).toEqual([green, blue])
  expect(adjusted(RED, { saturation: 120 })[0]).toBeGreaterThan(200)
})

test('brightness scales, contrast turns on the middle grey, gamma leaves black and white', () => {
  const tones = (change: Partial<Adjustment>): Uint8ClampedArray => tonesOf({ ...PLAIN, ...change }, null)
  expect(tones({ brightness: 50 })[200]).toBe(100)
  expect(tones({ brightness: 200 })[200]).toBe(255)
  expect([tones({ contrast: 200 })[0], tones({ contrast: 200 })[255]]).toEqual([0, 255])
  expect(tones({ contrast: 0 })[10]).toBe(128)
  const bent = tones({ gamma: 220 })
  expect([bent[0], bent[255]]).toEqual([0, 255])
  expect(bent[64]).toBeGreaterThan(64)
})

describe('equalised', () => {
  test('few close tones are spread over all', () => {
    const picture = [100, 101, 102, 103].flatMap((tone) => [tone, tone, tone, 255])
    const shown = adjusted(picture, { equalise: true }).filter((_, i) => i % 4 === 0)
    expect(shown).toEqual([0, 85, 170, 255])
  })

  test('a picture of one tone stays as it is', () => {
    expect(adjusted([90, 90, 90, 255, 90, 90, 90, 255], { equalise: true })).toEqual([
      90, 90, 90, 255, 90, 90, 90, 255,
    ])
  })
})

test('opacity stays', () => {
  expect(adjusted([200, 40, 10, 70], { invert: true, channel: 'red' })[3]).toBe(70)
})
