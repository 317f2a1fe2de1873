// A polygon: one ring of three points or more; the first point is not repeated.

import { withinLimit } from './fewer.ts'
import { openRing } from './grid.ts'
import type { Operations, Ring, XY } from './operations.ts'
import {
  boundsOfPoints,
  distanceToPoints,
  edgeMovedAt,
  insertedAt,
  isInsideRing,
  issuesOfPoints,
  nearestEdgeOf,
  removedAt,
  replacedAt,
  ringArea,
  shifted,
  tableOfPoints,
  vertexHandles,
  writtenRing,
} from './rings.ts'

export interface Polygon {
  readonly kind: 'polygon'
  readonly points: Ring
}

const MINIMUM = 3
const around = (points: Ring): Polygon => ({ kind: 'polygon', points })
const aroundEnough = (points: Ring): Polygon | null => (points.length < MINIMUM ? null : around(points))
const moved = ({ points }: Polygon, index: number, to: XY): Polygon => around(replacedAt(points, index, to))

export const polygon: Operations<Polygon> = {
  kind: 'polygon',
  gesture: 'clicks',
  minimum: MINIMUM,
  closed: true,
  partition: null,
  upright: false,
  issues: ({ points }) => issuesOfPoints(points, MINIMUM, true),
  bounds: ({ points }) => boundsOfPoints(points),
  area: ({ points }) => ringArea(points),
  contains: ({ points }, at, tolerance) =>
    isInsideRing(points, at) || distanceToPoints(points, true, at) <= tolerance,
  distance: ({ points }, at) => distanceToPoints(points, true, at),
  vertices: ({ points }) => points,
  handles: ({ points }) => vertexHandles(points),
  moveHandle: moved,
  moveEdge: ({ points }, edge, dx, dy) => around(edgeMovedAt(points, edge, dx, dy)),
  nearestEdge: ({ points }, at) => nearestEdgeOf(points, true, at),
  insertVertex: ({ points }, edge, at) => around(insertedAt(points, edge + 1, at)),
  removeVertex: ({ points }, index) => aroundEnough(removedAt(points, index)),
  translate: ({ points }, dx, dy) => around(points.map(shifted(dx, dy))),
  outline: ({ points }) => [{ points, closed: true }],
  build: (points) => aroundEnough(withinLimit(openRing(points), true)),
  table: tableOfPoints(({ points }) => points, moved),
  written: ({ points }) => writtenRing(points),
  map: ({ points }, change) => around(points.map(change)),
}
