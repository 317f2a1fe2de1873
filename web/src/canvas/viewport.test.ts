import { describe, expect, test } from 'vitest'
import {
  CLOSEST,
  deviceTransform,
  fit,
  magnification,
  onDevicePixels,
  oneToOne,
  panBy,
  pinch,
  toPicture,
  toScreen,
  visibleBounds,
  zoomBy,
  zoomStep,
  type Surface,
  type Viewport,
} from './viewport.ts'
import type { XY } from '../geometry/index.ts'

const picture = { w: 1000, h: 600 }

/** A canvas of 801 x 533 CSS pixels as a browser would back it: whole device pixels. */
function surfaceAt(ratio: number): Surface {
  return { css: { w: 801, h: 533 }, px: { w: Math.round(801 * ratio), h: Math.round(533 * ratio) } }
}

function near(a: XY, b: XY, digits = 9) {
  expect(a[0]).toBeCloseTo(b[0], digits)
  expect(a[1]).toBeCloseTo(b[1], digits)
}

function device(view: Viewport, surface: Surface, [x, y]: XY): XY {
  const [a, , , d, e, f] = deviceTransform(view, surface)
  return [a * x + e, d * y + f]
}

describe.each([1, 1.25, 1.5, 2])('at %f device pixels per CSS pixel', (ratio) => {
  const surface = surfaceAt(ratio)
  const start = fit(picture, surface)

  test('a screen position goes to the picture and back', () => {
    let view = zoomBy(start, [123.25, 77.5], 13.3, picture, surface)
    view = panBy(view, 31.5, -12.25, picture, surface)
    for (let i = 0; i < 100; i++) {
      const at: XY = [i * 8.01, i * 5.33]
      near(toScreen(view, toPicture(view, at)), at)
    }
  })

  test('what is drawn lies where the pointer reads it', () => {
    const view = onDevicePixels(zoomBy(start, [400, 300], 13.3, picture, surface), surface)
    const at: XY = [250.125, 99.75]
    const drawn = device(view, surface, toPicture(view, at))
    near(drawn, [(at[0] * surface.px.w) / surface.css.w, (at[1] * surface.px.h) / surface.css.h], 6)
  })

  test('the drawn offset falls on whole device pixels', () => {
    const view = onDevicePixels(panBy(start, 0.37, 0.61, picture, surface), surface)
    const [, , , , e, f] = deviceTransform(view, surface)
    expect(Math.abs(e - Math.round(e))).toBeLessThan(1e-6)
    expect(Math.abs(f - Math.round(f))).toBeLessThan(1e-6)
  })

  test('forty turns of the wheel leave the aimed point under the pointer', () => {
    const at: XY = [611.3, 207.9]
    const aimed = toPicture(start, at)
    let view = start
    for (let i = 0; i < 40; i++) view = zoomBy(view, at, 1.1, picture, surface)
    near(toScreen(view, aimed), at, 6)
    for (let i = 0; i < 40; i++) view = zoomBy(view, at, 1 / 1.1, picture, surface)
    near(toScreen(view, aimed), at, 6)
  })

  test('a fitted picture is whole and centred', () => {
    const box = visibleBounds(start, surface)
    expect(box.x).toBeLessThanOrEqual(0)
    expect(box.y).toBeLessThanOrEqual(0)
    expect(box.x + box.w).toBeGreaterThanOrEqual(picture.w)
    expect(box.y + box.h).toBeGreaterThanOrEqual(picture.h)
    near([box.x * 2 + box.w, box.y * 2 + box.h], [picture.w, picture.h], 6)
  })

  test('one to one shows each picture pixel on one device pixel', () => {
    const view = onDevicePixels(oneToOne(start, picture, surface), surface)
    expect(magnification(view, surface)).toBeCloseTo(1, 9)
    expect(device(view, surface, [10, 10])[0] - device(view, surface, [9, 10])[0]).toBeCloseTo(1, 9)
  })

  test('zoom keys pass through one to one', () => {
    let view = zoomBy(start, [400, 266], 1e-9, picture, surface)
    const seen: number[] = []
    for (let i = 0; i < 40; i++) {
      view = zoomStep(view, 1, picture, surface)
      seen.push(magnification(view, surface))
    }
    expect(seen.some((m) => Math.abs(m - 1) < 1e-9)).toBe(true)
    expect(Math.max(...seen)).toBeCloseTo(CLOSEST, 6)
  })

  test('two fingers keep what they hold', () => {
    const before: [XY, XY] = [
      [200, 200],
      [400, 300],
    ]
    const after: [XY, XY] = [
      [150, 180],
      [450, 330],
    ]
    const view = pinch(start, before, after, picture, surface)
    near(toScreen(view, toPicture(start, [200, 200])), [150, 180], 6)
    near(toScreen(view, toPicture(start, [400, 300])), [450, 330], 6)
  })

  test('panning never loses the picture', () => {
    const view = panBy(start, 1e6, -1e6, picture, surface)
    const box = visibleBounds(view, surface)
    expect(box.x).toBeLessThan(picture.w)
    expect(box.x + box.w).toBeGreaterThan(0)
    expect(box.y).toBeLessThan(picture.h)
    expect(box.y + box.h).toBeGreaterThan(0)
  })
})

test('a picture of one pixel can be fitted and zoomed', () => {
  const surface = surfaceAt(1)
  const view = fit({ w: 1, h: 1 }, surface)
  expect(view.scale).toBe(8)
  expect(zoomBy(view, [400, 266], 1e9, { w: 1, h: 1 }, surface).scale).toBe(CLOSEST)
})
