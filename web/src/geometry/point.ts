// A point: one place in the picture.

import { pointOnGrid } from './grid.ts'
import type { Operations, XY } from './operations.ts'
import { distanceBetween, isInRange, tableOfPoints } from './rings.ts'

export interface Point {
  readonly kind: 'point'
  readonly x: number
  readonly y: number
}

const at = (geometry: Point): XY => [geometry.x, geometry.y]
const pointAt = ([x, y]: XY): Point => ({ kind: 'point', x, y })

export const point: Operations<Point> = {
  kind: 'point',
  gesture: 'click',
  minimum: 1,
  closed: false,
  partition: null,
  upright: false,
  issues: (geometry) => (isInRange(at(geometry)) ? [] : ['out_of_range']),
  bounds: (geometry) => ({ x: geometry.x, y: geometry.y, w: 0, h: 0 }),
  area: () => null,
  contains: (geometry, place, tolerance) => distanceBetween(at(geometry), place) <= tolerance,
  distance: (geometry, place) => distanceBetween(at(geometry), place),
  vertices: (geometry) => [at(geometry)],
  handles: (geometry) => [{ index: 0, at: at(geometry), cursor: 'move', vertex: false }],
  moveHandle: (_geometry, _index, to) => pointAt(to),
  moveEdge: (geometry) => geometry,
  nearestEdge: () => null,
  insertVertex: (geometry) => geometry,
  removeVertex: () => null,
  translate: (geometry, dx, dy) => pointAt([geometry.x + dx, geometry.y + dy]),
  outline: (geometry) => [{ points: [at(geometry)], closed: false }],
  build: ([first]) => (first === undefined ? null : pointAt(pointOnGrid(first))),
  table: tableOfPoints(
    (geometry) => [at(geometry)],
    (_geometry, _index, to) => pointAt(to),
  ),
  written: ({ x, y }) => [{ x, y }],
  map: (geometry, change) => pointAt(change(at(geometry))),
}
