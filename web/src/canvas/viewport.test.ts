import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CLOSEST,
  centred,
  deviceTransform,
  fit,
  fitBounds,
  fitWidth,
  magnification,
  onDevicePixels,
  oneToOne,
  panBy,
  pinch,
  pixelRatio,
  toPicture,
  toScreen,
  turnBy,
  visibleBounds,
  zoomBy,
  zoomStep,
  type Surface,
  type Viewport,
} from './viewport.ts'
import type { XY } from '../geometry/index.ts'
import { applied, combined, inverted } from './transform.ts'

const picture = { w: 1000, h: 600 }

/** A canvas of 801 x 533 CSS pixels as a browser would back it: whole device pixels. */
function surfaceAt(ratio: number): Surface {
  return { css: { w: 801, h: 533 }, px: { w: Math.round(801 * ratio), h: Math.round(533 * ratio) } }
}

function near(a: XY, b: XY, digits = 9) {
  expect(a[0]).toBeCloseTo(b[0], digits)
  expect(a[1]).toBeCloseTo(b[1], digits)
}

function device(view: Viewport, surface: Surface, at: XY): XY {
  return applied(deviceTransform(view, surface), at)
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

  test('a fitted picture is whole, with a place for the settings of tools above it', () => {
    const box = visibleBounds(start, surface)
    expect(box.x).toBeLessThanOrEqual(0)
    expect(box.y).toBeLessThanOrEqual(0)
    expect(box.x + box.w).toBeGreaterThanOrEqual(picture.w)
    expect(box.y + box.h).toBeGreaterThanOrEqual(picture.h)
    expect(box.x * 2 + box.w).toBeCloseTo(picture.w, 6)
    expect(toScreen(start, [0, 0])[1]).toBeGreaterThanOrEqual(58 - 1e-6)
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
    expect(Math.max(...seen)).toBeCloseTo(CLOSEST * pixelRatio(surface)[0], 6)
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
    const view = pinch(start, { before, after, isTurning: false }, picture, surface)
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

const RATIOS = [1, 1.25, 1.5, 2, 2.625]
const anyTurn = fc.oneof(
  fc.constantFrom(0, 90, 180, 270),
  fc.integer({ min: 0, max: 35_999 }).map((n) => n / 100),
)
const anyPlace = fc.tuple(
  fc.double({ min: -50, max: 1050, noNaN: true }),
  fc.double({ min: -50, max: 650, noNaN: true }),
)
const anyScreen = fc.tuple(
  fc.double({ min: 0, max: 801, noNaN: true }),
  fc.double({ min: 0, max: 533, noNaN: true }),
)

/** A view that somebody came to by turning, zooming and panning. */
const anyView = fc
  .record({
    ratio: fc.constantFrom(...RATIOS),
    turn: anyTurn,
    at: anyScreen,
    factor: fc.double({ min: 0.05, max: 200, noNaN: true }),
    way: fc.tuple(
      fc.double({ min: -900, max: 900, noNaN: true }),
      fc.double({ min: -900, max: 900, noNaN: true }),
    ),
  })
  .map(({ ratio, turn, at, factor, way }) => {
    const surface = surfaceAt(ratio)
    const zoomed = zoomBy(fit(picture, surface, turn), at, factor, picture, surface)
    return { surface, view: panBy(zoomed, ...way, picture, surface) }
  })

describe('in any view', () => {
  test('screen to picture to screen is where it began', () => {
    fc.assert(
      fc.property(anyView, anyScreen, ({ view }, at) => {
        near(toScreen(view, toPicture(view, at)), at, 6)
      }),
    )
  })

  test('picture to screen to picture is where it began', () => {
    fc.assert(
      fc.property(anyView, anyPlace, ({ view }, place) => {
        near(toPicture(view, toScreen(view, place)), place, 6)
      }),
    )
  })

  test('what is drawn lies where the pointer reads it, also on whole device pixels', () => {
    fc.assert(
      fc.property(anyView, anyScreen, ({ view, surface }, at) => {
        const shown = onDevicePixels(view, surface)
        const drawn = device(shown, surface, toPicture(shown, at))
        near(drawn, [(at[0] * surface.px.w) / surface.css.w, (at[1] * surface.px.h) / surface.css.h], 4)
        const [, , , , e, f] = deviceTransform(shown, surface)
        near([e, f], [Math.round(e), Math.round(f)], 4)
      }),
    )
  })

  test('some of the picture stays in view', () => {
    fc.assert(
      fc.property(anyView, ({ view, surface }) => {
        const steps = Array.from({ length: 41 }, (_, i) => i / 40)
        const isSeen = steps.some((px) =>
          steps.some((py) => {
            const [x, y] = toPicture(view, [px * surface.css.w, py * surface.css.h])
            return x >= 0 && y >= 0 && x <= picture.w && y <= picture.h
          }),
        )
        expect(isSeen).toBe(true)
      }),
    )
  })

  test('turning leaves what is under the pointer there, and turning back everything', () => {
    const inside = fc.tuple(
      fc.double({ min: 0, max: 1000, noNaN: true }),
      fc.double({ min: 0, max: 600, noNaN: true }),
    )
    // Near the middle nothing has to move to stay in view.
    const nearMiddle = fc.tuple(
      fc.double({ min: -70, max: 70, noNaN: true }),
      fc.double({ min: -70, max: 70, noNaN: true }),
    )
    fc.assert(
      fc.property(anyView, inside, nearMiddle, anyTurn, ({ view, surface }, place, [dx, dy], turn) => {
        const start = centred(view, place, picture, surface)
        const at: XY = [400.5 + dx, 266.5 + dy]
        const aimed = toPicture(start, at)
        const turned = turnBy(start, at, turn, picture, surface)
        near(toScreen(turned, aimed), at, 5)
        const back = turnBy(turned, at, -turn, picture, surface)
        expect(back.turn).toBeCloseTo(start.turn, 6)
        near(toScreen(back, aimed), at, 5)
      }),
    )
  })

  test('two fingers that turn keep what they hold', () => {
    const middleHalf = fc.tuple(
      fc.double({ min: 300, max: 500, noNaN: true }),
      fc.double({ min: 170, max: 360, noNaN: true }),
    )
    fc.assert(
      fc.property(anyView, fc.tuple(middleHalf, middleHalf, middleHalf), ({ view, surface }, [a, b, c]) => {
        const isApart = Math.hypot(a[0] - b[0], a[1] - b[1]) > 40 && Math.hypot(a[0] - c[0], a[1] - c[1]) > 40
        fc.pre(isApart)
        const held = [toPicture(view, a), toPicture(view, b)] as const
        fc.pre(held.every(([x, y]) => x >= 0 && y >= 0 && x <= picture.w && y <= picture.h))
        const next = pinch(view, { before: [a, b], after: [a, c], isTurning: true }, picture, surface)
        const wished =
          (view.scale * Math.hypot(a[0] - c[0], a[1] - c[1])) / Math.hypot(a[0] - b[0], a[1] - b[1])
        fc.pre(Math.abs(next.scale - wished) < 1e-9)
        // Degrees are kept in hundredths.
        const off = Math.hypot(toScreen(next, held[0])[0] - a[0], toScreen(next, held[0])[1] - a[1])
        expect(off).toBeLessThan(0.05)
      }),
    )
  })

  test('a fitted picture is whole and as large as it can be, centred where it leaves the place above it free', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RATIOS), anyTurn, (ratio, turn) => {
        const surface = surfaceAt(ratio)
        const view = fit(picture, surface, turn)
        const corners = [
          [0, 0],
          [1000, 0],
          [1000, 600],
          [0, 600],
        ] as const
        const shown = corners.map((corner) => toScreen(view, corner))
        const [xs, ys] = [shown.map(([x]) => x), shown.map(([, y]) => y)]
        const [side, above, below] = [Math.min(...xs), Math.min(...ys), 533 - Math.max(...ys)]
        expect(side).toBeCloseTo(801 - Math.max(...xs), 6)
        expect(above).toBeCloseTo(Math.max(58, (above + below) / 2), 6)
        expect(Math.min(side, below)).toBeGreaterThanOrEqual(24 - 1e-6)
        expect(Math.min(side - 24, above + below - 82)).toBeCloseTo(0, 6)
      }),
    )
  })
})

test('quarter turns keep pixels square and on whole device pixels at 1:1', () => {
  for (const turn of [0, 90, 180, 270]) {
    const surface = surfaceAt(1)
    const view = onDevicePixels(oneToOne(fit(picture, surface, turn), picture, surface), surface)
    expect(deviceTransform(view, surface).every(Number.isInteger)).toBe(true)
  }
})

test('the width is fitted with the upper end of a high picture in view', () => {
  const surface = surfaceAt(1)
  const high = { w: 500, h: 5000 }
  const view = fitWidth(high, surface, 0)
  near(toScreen(view, [0, 0]), [24, 58], 6)
  near(toScreen(view, [500, 0]), [777, 58], 6)
  const across = fitWidth(high, surface, 90)
  near(toScreen(across, [0, 5000]), [24, toScreen(across, [0, 0])[1]], 6)
})

test('bounds are fitted with room around them, however the view is turned', () => {
  const surface = surfaceAt(1)
  const bounds = { x: 200, y: 100, w: 80, h: 40 }
  for (const turn of [0, 90, 33]) {
    const view = fitBounds(fit(picture, surface, turn), bounds, picture, surface)
    near(toScreen(view, [240, 120]), [400.5, 266.5], 6)
    const corner = toScreen(view, [200, 100])
    expect(corner[0] > 0 && corner[0] < 801 && corner[1] > 0 && corner[1] < 533).toBe(true)
    expect(view.scale).toBeGreaterThan(3)
  }
})

test('maps are undone by their inverse', () => {
  fc.assert(
    fc.property(anyView, anyPlace, ({ view, surface }, place) => {
      const map = deviceTransform(view, surface)
      near(applied(combined(inverted(map), map), place), place, 4)
    }),
  )
})
