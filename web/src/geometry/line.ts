// A line: two points or more, joined in order.

import { withinLimit } from './fewer.ts'
import { distinctOnGrid } from './grid.ts'
import type { Operations, Ring, XY } from './operations.ts'
import {
  boundsOfPoints,
  distanceToPoints,
  edgeMovedAt,
  insertedAt,
  issuesOfPoints,
  nearestEdgeOf,
  removedAt,
  replacedAt,
  shifted,
  tableOfPoints,
  vertexHandles,
  writtenRing,
} from './rings.ts'

export interface Line {
  readonly kind: 'line'
  readonly points: Ring
}

const MINIMUM = 2
const through = (points: Ring): Line => ({ kind: 'line', points })
const throughEnough = (points: Ring): Line | null => (points.length < MINIMUM ? null : through(points))
const moved = ({ points }: Line, index: number, to: XY): Line => through(replacedAt(points, index, to))

export const line: Operations<Line> = {
  kind: 'line',
  gesture: 'clicks',
  minimum: MINIMUM,
  closed: false,
  partition: null,
  upright: false,
  issues: ({ points }) => issuesOfPoints(points, MINIMUM, false),
  bounds: ({ points }) => boundsOfPoints(points),
  area: () => null,
  contains: ({ points }, at, tolerance) => distanceToPoints(points, false, at) <= tolerance,
  distance: ({ points }, at) => distanceToPoints(points, false, at),
  vertices: ({ points }) => points,
  handles: ({ points }) => vertexHandles(points),
  moveHandle: moved,
  moveEdge: ({ points }, edge, dx, dy) => through(edgeMovedAt(points, edge, dx, dy)),
  nearestEdge: ({ points }, at) => nearestEdgeOf(points, false, at),
  insertVertex: ({ points }, edge, at) => through(insertedAt(points, edge + 1, at)),
  removeVertex: ({ points }, index) => throughEnough(removedAt(points, index)),
  translate: ({ points }, dx, dy) => through(points.map(shifted(dx, dy))),
  outline: ({ points }) => [{ points, closed: false }],
  build: (points) => throughEnough(withinLimit(distinctOnGrid(points), false)),
  table: tableOfPoints(({ points }) => points, moved),
  written: ({ points }) => writtenRing(points),
  map: ({ points }, change) => through(points.map(change)),
}
