// Snapping: a point falls on a vertex or an edge of what is there, so that borders can be shared without a gap.
// An edge is met where the grid allows; `sewing` then gives the neighbour the very same point.

import {
  boundsOfPoints,
  distanceBetween,
  edgesOf,
  geometryOnGrid,
  isOnSpan,
  nearestOnSegment,
  operations,
  pointOnGrid,
  REACH,
  type Bounds,
  type Edge,
  type Geometry,
  type Path,
  type Ring,
  type XY,
} from '../geometry/index.ts'
import {
  changing,
  inOrder,
  valueOf,
  type Annotation,
  type AnnotationId,
  type ChoiceSetting,
  type Edit,
  type GeometryClass,
  type Modifiers,
  type NumberSetting,
  type Scene,
  type ToggleSetting,
} from '../core/index.ts'

export const SNAP: ToggleSetting = {
  kind: 'toggle',
  id: 'snap',
  name: 'Snap',
  initial: false,
  keys: ['n'],
}

export const FOLLOW: ChoiceSetting<'no' | 'shorter' | 'longer'> = {
  kind: 'choice',
  id: 'follow',
  name: 'Follow borders',
  initial: 'no',
  options: [
    { id: 'no', name: 'no' },
    { id: 'shorter', name: 'the shorter way' },
    { id: 'longer', name: 'the longer way' },
  ],
  keys: ['q'],
  applies: ({ activeClass }) => activeClass !== null && isMadeOfPoints(activeClass),
}

function isMadeOfPoints({ type }: GeometryClass): boolean {
  const { gesture } = operations(type)
  return gesture === 'clicks' || gesture === 'freehand'
}

export const SNAP_DISTANCE: NumberSetting = {
  kind: 'number',
  id: 'snap-distance',
  name: 'Within',
  initial: 10,
  minimum: 2,
  maximum: 60,
  step: 1,
  unit: 'px',
  keys: [[], []],
  wheel: false,
  applies: (scene) => valueOf(SNAP, scene.toolSettings) || isFollowing(scene),
}

export interface Snap {
  readonly at: XY
  readonly on: 'vertex' | 'edge'
}

/** CSS pixels that `tolerance` stands for with a mouse; with a finger it is more, and so is all that is near. */
const NEAR_PX = 6

export function screenPixels(count: number, { tolerance }: Pick<Scene, 'tolerance'>): number {
  return (count * tolerance) / NEAR_PX
}

export function snapDistance(scene: Scene): number {
  return screenPixels(valueOf(SNAP_DISTANCE, scene.toolSettings), scene)
}

/** Alt turns it the other way round. Who follows borders begins on one. */
export function isSnapping({ alt }: Modifiers, scene: Scene): boolean {
  return (valueOf(SNAP, scene.toolSettings) || isFollowing(scene)) !== alt
}

function isFollowing({ toolSettings, activeClass }: Scene): boolean {
  return valueOf(FOLLOW, toolSettings) !== 'no' && activeClass !== null && isMadeOfPoints(activeClass)
}

/** Which way along a border the next point goes: Ctrl follows one, or not where the setting does; Shift the other way. */
export function wayAlong({ ctrl, shift }: Modifiers, scene: Scene): 'shorter' | 'longer' | null {
  if (isFollowing(scene) === ctrl) return null
  return (valueOf(FOLLOW, scene.toolSettings) === 'longer') === shift ? 'shorter' : 'longer'
}

/** The vertex nearest to a place, else the nearest place on an edge. `own`: the points of what is being drawn. */
export function snapped(at: XY, own: Ring, scene: Scene, except: AnnotationId | null = null): Snap | null {
  const distance = snapDistance(scene)
  const others = annotationsNear(at, distance, scene).filter(
    (each) => each.id !== except && scene.isVisible(each),
  )
  const vertices = [...others.flatMap(({ geometry }) => verticesOf(geometry)), ...own.slice(0, -1)]
  const vertex = nearest(vertices, at, distance)
  if (vertex !== null) return { at: pointOnGrid(vertex), on: 'vertex' }
  const ownPath: Path = { points: own.slice(0, -1), closed: false }
  const places = [
    ...others.flatMap((each) => edgePlaces(each, at, scene)),
    ...placesOn(edgesOf([ownPath]), at),
  ]
  const place = nearest(places, at, distance)
  return place === null ? null : { at: pointOnGrid(place), on: 'edge' }
}

export function annotationsNear(at: XY, distance: number, { index }: Scene): readonly Annotation[] {
  const [x, y] = at
  return index.search({ x: x - distance, y: y - distance, w: 2 * distance, h: 2 * distance })
}

function verticesOf(geometry: Geometry): readonly XY[] {
  return operations(geometry.kind).vertices(geometry)
}

export function outlineOf(geometry: Geometry): readonly Path[] {
  return operations(geometry.kind).outline(geometry)
}

/** What is locked gets no vertex, so it is met only where the grid meets it by itself. */
function edgePlaces(annotation: Annotation, at: XY, { isLocked }: Scene): readonly XY[] {
  const edges = edgesOf(outlineOf(annotation.geometry))
  if (!isLocked(annotation)) return placesOn(edges, at)
  return edges.flatMap((edge) => placesOn([edge], at).filter((place) => isOnSpan(edge, pointOnGrid(place))))
}

function placesOn(edges: readonly Edge[], at: XY): readonly XY[] {
  return edges.map(({ a, b }) => nearestOnSegment(a, b, at))
}

export function nearest(places: readonly XY[], at: XY, within: number): XY | null {
  let [found, least]: [XY | null, number] = [null, within]
  for (const place of places) {
    const distance = distanceBetween(place, at)
    if (distance <= least) [found, least] = [place, distance]
  }
  return found
}

/** Gives everything else whose outline passes through these places a vertex in each of them. */
export function sewing(places: Ring, own: AnnotationId, scene: Scene): Edit {
  if (places.length === 0) return (document) => document
  const near = scene.index.search(grown(boundsOfPoints(places), REACH))
  const ids = near.filter((each) => each.id !== own && !scene.isLocked(each)).map(({ id }) => id)
  return inOrder(
    places.map((at) =>
      changing(ids, (annotation) => {
        const geometry = sewn(annotation.geometry, at)
        return geometry === annotation.geometry ? annotation : { ...annotation, geometry }
      }),
    ),
  )
}

/** The vertices of others that an outline runs through, but for rounding, between places on the borders of others. */
export function passedVertices(geometry: Geometry, seams: Ring, scene: Scene): Ring {
  const isSeam = new Set(seams.map(String))
  const edges = edgesOf(outlineOf(geometry)).filter(
    ({ a, b }) => distanceBetween(a, b) > SHORT && isSeam.has(String(a)) && isSeam.has(String(b)),
  )
  return edges.flatMap((edge) => {
    const near = grown(boundsOfPoints([edge.a, edge.b]), REACH)
    return scene.index
      .search(near)
      .filter(scene.isVisible)
      .flatMap((each) => verticesOf(each.geometry))
      .map(pointOnGrid)
      .filter((at) => isWithin(at, near) && passesBy(edge, at))
  })
}

/** A shorter edge leaves no gap that could be seen. */
const SHORT = 1

function grown({ x, y, w, h }: Bounds, by: number): Bounds {
  return { x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by }
}

function isWithin([px, py]: XY, { x, y, w, h }: Bounds): boolean {
  return px >= x && px <= x + w && py >= y && py <= y + h
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

export function isSame(a: XY, b: XY): boolean {
  return a[0] === b[0] && a[1] === b[1]
}
