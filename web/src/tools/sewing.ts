// Sewing: outlines that pass through the same place get the very same vertex there, so that nothing lies between them.

import {
  boundsOfPoints,
  distanceBetween,
  edgesOf,
  geometryOnGrid,
  isOnSpan,
  nearestOnSegment,
  operations,
  placesOf,
  pointOnGrid,
  REACH,
  type Bounds,
  type Edge,
  type Geometry,
  type Ring,
  type XY,
} from '../geometry/index.ts'
import { changing, type AnnotationId, type Edit, type Scene } from '../core/index.ts'
import { isSame, outlineOf, verticesOf } from './snap.ts'

/** Gives everything else whose outline passes through these places a vertex in each of them. */
export function sewing(places: Ring, own: AnnotationId, scene: Scene): Edit {
  if (places.length === 0) return (document) => document
  const near = scene.index.search(grown(boundsOfPoints(places), REACH))
  const ids = near.filter((each) => each.id !== own && !scene.isLocked(each)).map(({ id }) => id)
  return changing(ids, (annotation) => {
    const geometry = sewnAt(annotation.geometry, places)
    return geometry === annotation.geometry ? annotation : { ...annotation, geometry }
  })
}

/** The geometry with all these places exactly on its outline, where that passes through them but for rounding. */
export function sewnAt(geometry: Geometry, places: Ring): Geometry {
  let next = geometry
  // An edge that is bent to one place may come off another one that it lay on.
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = next
    next = looseOn(next, places).reduce(sewn, next)
    if (next === before) break
  }
  return next
}

const ROUNDS = 4

/** The places that an outline passes through, but not exactly. */
function looseOn(geometry: Geometry, places: Ring): Ring {
  const [first] = places
  const { nearestEdge, distance } = operations(geometry.kind)
  if (first === undefined) return []
  if (nearestEdge(geometry, first) === null) return places.filter((at) => distance(geometry, at) <= REACH)
  const known = placesOf(places)
  const loose = edgesOf(outlineOf(geometry)).flatMap((edge) =>
    [...known.inside(boxOf(edge))].filter((at) => passesBy(edge, at)),
  )
  return [...new Set(loose)]
}

/** The vertices of others that an outline runs through, but for rounding, between places on the borders of others. */
export function passedVertices(geometry: Geometry, seams: Ring, scene: Scene): Ring {
  if (seams.length === 0) return []
  const isSeam = new Set(seams.map(String))
  const edges = edgesOf(outlineOf(geometry)).filter(
    ({ a, b }) => distanceBetween(a, b) > SHORT && isSeam.has(String(a)) && isSeam.has(String(b)),
  )
  const near = scene.index.search(grown(boundsOfPoints(seams), REACH)).filter(scene.isVisible)
  const vertices = placesOf(near.flatMap(({ geometry: other }) => verticesOf(other)).map(pointOnGrid))
  const passed = edges.flatMap((edge) => [...vertices.inside(boxOf(edge))].filter((at) => passesBy(edge, at)))
  return [...new Map(passed.map((at) => [String(at), at])).values()]
}

/** A shorter edge leaves no gap that could be seen. */
const SHORT = 1

function boxOf({ a, b }: Edge): Bounds {
  return grown(boundsOfPoints([a, b]), REACH)
}

function grown({ x, y, w, h }: Bounds, by: number): Bounds {
  return { x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by }
}

/** The geometry with `at` exactly on its outline, when that passes through it but for rounding. */
export function sewn(geometry: Geometry, at: XY): Geometry {
  const { distance, issues } = operations(geometry.kind)
  if (distance(geometry, at) > REACH) return geometry
  const next = withPlace(geometry, at)
  return issues(next).length === 0 ? next : geometry
}

/** Vertices nearby move there, and edges that pass by are bent there: an outline may pass twice. */
function withPlace(geometry: Geometry, at: XY): Geometry {
  const { moveHandle, nearestEdge, insertVertex } = operations(geometry.kind)
  // A kind that takes no vertices has its sides along the grid.
  if (nearestEdge(geometry, at) === null) return onExactly(geometry, at) ? geometry : geometryOnGrid(geometry)
  let next = geometry
  for (const [index, vertex] of verticesOf(geometry).entries())
    if (!isSame(vertex, at) && distanceBetween(vertex, at) <= REACH) next = moveHandle(next, index, at)
  for (;;) {
    const passing = edgesOf(outlineOf(next)).find((edge) => passesBy(edge, at))
    if (passing === undefined) return next
    next = insertVertex(next, passing.index, at)
  }
}

function onExactly(geometry: Geometry, at: XY): boolean {
  if (verticesOf(geometry).some((vertex) => isSame(vertex, at))) return true
  return edgesOf(outlineOf(geometry)).some((edge) => isOnSpan(edge, at))
}

function passesBy(edge: Edge, at: XY): boolean {
  if (isSame(edge.a, at) || isSame(edge.b, at)) return false
  return isNear(edge, at) && !isLevel(edge, at)
}

/** Along an axis every place of the grid lies on the edge, whatever is put into it; elsewhere a vertex would bend it. */
function isLevel({ a, b }: Edge, at: XY): boolean {
  return [0, 1].some((axis) => a[axis] === b[axis] && a[axis] === at[axis])
}

function isNear({ a, b }: Edge, at: XY): boolean {
  return distanceBetween(nearestOnSegment(a, b, at), at) <= REACH
}
