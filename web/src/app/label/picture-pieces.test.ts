import { expect, test } from 'vitest'
import { piecesOf } from './picture-pieces.ts'

const view = { x: 1000, y: 2000, w: 400, h: 200 }

test('a usual picture is shown whole', () => {
  const medium = { id: 'm', state: 'ready' as const, width: 4000, height: 3000, tiles: null }
  expect(piecesOf(medium, view, 340)).toEqual([{ url: '/api/media/m/display', x: 0, y: 0, w: 4000, h: 3000 }])
})

test('of a very large picture only the tiles around the place are asked for, no finer than can be seen', () => {
  const tiles = { size: 512, levels: 6, format: 'jpeg' as const }
  const medium = { id: 'm', state: 'ready' as const, width: 16_000, height: 12_000, tiles }
  const near = piecesOf(medium, view, 400)
  expect(near.map(({ url }) => url).sort()).toEqual([
    '/api/media/m/tiles/0/1_3',
    '/api/media/m/tiles/0/1_4',
    '/api/media/m/tiles/0/2_3',
    '/api/media/m/tiles/0/2_4',
  ])
  const far = piecesOf(medium, { x: 0, y: 0, w: 16_000, h: 9000 }, 400)
  expect(far.map(({ url }) => url)).toEqual(['/api/media/m/tiles/5/0_0'])
  expect(far[0]).toMatchObject({ x: 0, y: 0, w: 16_000, h: 12_000 })
})

test('while its tiles are being made nothing of a very large picture is asked for', () => {
  const medium = { id: 'm', state: 'preparing' as const, width: 16_000, height: 12_000, tiles: null }
  expect(piecesOf(medium, view, 400)).toEqual([])
})
