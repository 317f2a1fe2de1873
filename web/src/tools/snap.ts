// Snapping: a point falls on a vertex or an edge of what is there, so that borders can be shared without a gap.
// An edge is met where the grid allows; `sewing.ts` then gives the neighbour the very same point.

import {
  distanceBetween,
  edgesOf,
  isOnSpan,
  nearestOnSegment,
  operations,
  pointOnGrid,
  type Edge,
  type Geometry,
  type Path,
  type Ring,
  type XY,
} from '../geometry/index.ts'
import {
  valueOf,
  type Annotation,
  type AnnotationId,
  type ChoiceSetting,
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

export function verticesOf(geometry: Geometry): readonly XY[] {
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

export function isSame(a: XY, b: XY): boolean {
  return a[0] === b[0] && a[1] === b[1]
}
