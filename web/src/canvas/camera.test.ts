import { beforeEach, describe, expect, test } from 'vitest'
import { arrowOnPicture, Camera } from './camera.ts'
import { fit, fitWidth, toScreen, type Surface } from './viewport.ts'

const picture = { w: 1000, h: 600 }
const small: Surface = { css: { w: 800, h: 500 }, px: { w: 800, h: 500 } }
const large: Surface = { css: { w: 1200, h: 900 }, px: { w: 1200, h: 900 } }

let moves = 0
function opened(): Camera {
  const camera = new Camera(picture, () => (moves += 1))
  camera.resize(small)
  return camera
}

beforeEach(() => (moves = 0))

test('nothing moves before the size is known', () => {
  const camera = new Camera(picture, () => (moves += 1))
  camera.zoom(1)
  camera.turnBy(90)
  expect([camera.shown, moves]).toEqual([null, 0])
})

describe('a fitted view', () => {
  test('stays fitted when the canvas changes or the view is turned', () => {
    const camera = opened()
    camera.resize(large)
    expect(camera.shown!.scale).toBe(fit(picture, large).scale)
    camera.turnBy(90)
    expect(camera.shown!.scale).toBe(fit(picture, large, 90).scale)
    camera.fitWidth()
    camera.resize(small)
    expect(camera.shown!.scale).toBe(fitWidth(picture, small, 90).scale)
  })

  test('has nothing to come back to', () => {
    expect(opened().outlook).toBeNull()
  })

  test('is fitted no more once it was moved', () => {
    const camera = opened()
    camera.panBy(40, 0)
    const { scale } = camera.shown!
    camera.resize(large)
    expect(camera.shown!.scale).toBe(scale)
  })
})

test('an outlook is the same place at the same size on the next picture', () => {
  const camera = opened()
  camera.turnBy(30)
  camera.zoomBy([200, 200], 5)
  const { outlook } = camera
  const next = new Camera(picture, () => undefined)
  next.startWith(0, outlook)
  next.resize(small)
  expect(next.shown!.turn).toBe(30)
  expect(next.shown!.scale).toBe(camera.shown!.scale)
  const [x, y] = toScreen(next.shown!, [300, 200])
  const [wishedX, wishedY] = toScreen(camera.shown!, [300, 200])
  expect(Math.hypot(x - wishedX, y - wishedY)).toBeLessThan(2)
})

test('fingers that let go nearly upright leave it upright', () => {
  const camera = opened()
  camera.turnBy(93)
  camera.straighten()
  expect(camera.shown!.turn).toBe(90)
  camera.turnBy(-94)
  camera.straighten()
  expect(camera.shown!.turn).toBe(0)
  camera.turnBy(40)
  camera.straighten()
  expect(camera.shown!.turn).toBe(40)
})

test('arrows go where they point on the screen', () => {
  expect(arrowOnPicture('ArrowRight', 0)).toBe('ArrowRight')
  expect(arrowOnPicture('ArrowDown', 90)).toBe('ArrowRight')
  expect(arrowOnPicture('ArrowRight', 180)).toBe('ArrowLeft')
  expect(arrowOnPicture('ArrowUp', 270)).toBe('ArrowRight')
  expect(arrowOnPicture('ArrowUp', 350)).toBe('ArrowUp')
  expect(arrowOnPicture('Delete', 90)).toBe('Delete')
})
