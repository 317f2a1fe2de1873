// The registry of geometry kinds, and the operations dispatched on `kind`.
// A new kind is one file beside this one, one line in `KINDS` and one in `Geometry`.

import { onGrid, pointOnGrid } from './grid.ts'
import { image_segmentation, type ImageSegmentation } from './image_segmentation.ts'
import { line, type Line } from './line.ts'
import { meetingsOfRing, type Meeting } from './meetings.ts'
import type { Bounds, Handle, Operations, Ring, Size } from './operations.ts'
import { point, type Point } from './point.ts'
import { polygon, type Polygon } from './polygon.ts'
import { rectangle, type Rectangle } from './rectangle.ts'
import { remembered } from './remembered.ts'
import { boundsOfPoints } from './rings.ts'

export type Geometry = Point | Line | Polygon | Rectangle | ImageSegmentation
export type Kind = Geometry['kind']

type Registry = { readonly [K in Kind]: Operations<Extract<Geometry, { readonly kind: K }>> }

export const KINDS: Registry = { point, line, polygon, rectangle, image_segmentation }

export function isKind(type: string): type is Kind {
  return Object.hasOwn(KINDS, type)
}

/** The operations of a kind. The registry guarantees that they fit every geometry of that kind. */
export function operations(kind: Kind): Operations<Geometry> {
  return KINDS[kind] as unknown as Operations<Geometry>
}

export const boundsOf: (geometry: Geometry) => Bounds = remembered((geometry: Geometry) =>
  operations(geometry.kind).bounds(geometry),
)

export const handlesOf: (geometry: Geometry) => readonly Handle[] = remembered((geometry: Geometry) =>
  operations(geometry.kind).handles(geometry),
)

/** Some of the places where an outline meets itself; kinds that share the picture are parted there instead. */
export const meetingsOf: (geometry: Geometry) => readonly Meeting[] = remembered((geometry: Geometry) => {
  const { outline, partition } = operations(geometry.kind)
  if (partition !== null) return []
  return outline(geometry).flatMap(({ points, closed }) => (closed ? meetingsOfRing(points) : []))
})

export function geometryOnGrid(geometry: Geometry): Geometry {
  return operations(geometry.kind).map(geometry, pointOnGrid)
}

export function unitedBounds(all: readonly Bounds[]): Bounds {
  return boundsOfPoints(
    all.flatMap(({ x, y, w, h }): Ring => [
      [x, y],
      [x + w, y + h],
    ]),
  )
}

/** The part of a shift that keeps `bounds` in the picture; what is outside already may only come back. */
export function shiftInside(
  bounds: Bounds,
  dx: number,
  dy: number,
  picture: Size,
): readonly [dx: number, dy: number] {
  return [
    limited(dx, -bounds.x, picture.w - bounds.x - bounds.w),
    limited(dy, -bounds.y, picture.h - bounds.y - bounds.h),
  ]
}

function limited(shift: number, lowest: number, highest: number): number {
  return onGrid(Math.min(Math.max(shift, Math.min(lowest, 0)), Math.max(highest, 0)))
}

export function translated(geometry: Geometry, dx: number, dy: number): Geometry {
  return geometryOnGrid(operations(geometry.kind).translate(geometry, dx, dy))
}

export type {
  Bounds,
  EdgePlace,
  Gesture,
  Handle,
  IssueCode,
  Operations,
  Path,
  Ring,
  Size,
  Table,
  XY,
} from './operations.ts'
export { between, edgesOf, lengthOf, REACH, type Edge } from './border.ts'
export type { Meeting } from './meetings.ts'
export type { Region } from './clip.ts'
export {
  areaOfRegion,
  boundsOfRegion,
  bridged,
  difference,
  inflated,
  intersection,
  isEmpty,
  overlap,
  regionOf,
  regionOfBox,
  regionOfStroke,
  union,
} from './clip.ts'
export { insidePicture, onGrid, pointOnGrid } from './grid.ts'
export { placesOf } from './places.ts'
export { bordersOf, runsOf, type Run } from './raster.ts'
export { remembered } from './remembered.ts'
export {
  boundsMeet,
  boundsOfPoints,
  distanceBetween,
  isInsideRing,
  LIMIT_RING_POINTS,
  nearestOnSegment,
} from './rings.ts'
export { isOnSpan } from './sides.ts'
export { simplified } from './simplify.ts'
export { splitAlong } from './split.ts'
export type { ImageSegmentation, Line, Point, Polygon, Rectangle }
