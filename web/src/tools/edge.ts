// An edge of the one selected annotation that is dragged: a side of what has its sides along the axes, or with Ctrl
// any edge. Both of its ends go along.

import {
  boundsOfPoints,
  distanceBetween,
  edgesOf,
  geometryOnGrid,
  nearestOnSegment,
  operations,
  shiftInside,
  type Edge,
  type XY,
} from '../geometry/index.ts'
import { onlySelected, type Annotation, type Cursor, type Modifiers, type Scene } from '../core/index.ts'
import { withGeometry } from './pick.ts'

interface HeldEdge {
  readonly annotation: Annotation
  readonly edge: Edge
}

/** Smaller ones are moved, not resized, wherever they are taken hold of. */
const ROOM = 5

export function edgeAt(at: XY, { ctrl }: Pick<Modifiers, 'ctrl'>, scene: Scene): HeldEdge | null {
  const annotation = onlySelected(scene)
  if (annotation === undefined || !scene.isChangeable(annotation)) return null
  const { upright, bounds } = operations(annotation.geometry.kind)
  const { w, h } = bounds(annotation.geometry)
  const isRoomy = upright && Math.min(w, h) > ROOM * scene.tolerance
  if (!isRoomy && !ctrl) return null
  let [found, least]: [Edge | null, number] = [null, scene.tolerance]
  for (const edge of edgesOf(operations(annotation.geometry.kind).outline(annotation.geometry))) {
    const distance = distanceBetween(nearestOnSegment(edge.a, edge.b, at), at)
    if (distance <= least) [found, least] = [edge, distance]
  }
  return found === null ? null : { annotation, edge: found }
}

/** Null when the edge is gone or does not move. */
export function edgeMoved(
  { annotation, edge }: HeldEdge,
  from: XY,
  to: XY,
  { picture, document }: Scene,
): Annotation | null {
  const now = document.annotations.get(annotation.id)
  if (now?.geometry !== annotation.geometry) return null
  const wanted = [to[0] - from[0], to[1] - from[1]] as const
  const [dx, dy] = shiftInside(boundsOfPoints([edge.a, edge.b]), ...wanted, picture)
  if (dx === 0 && dy === 0) return null
  const { moveEdge } = operations(now.geometry.kind)
  return withGeometry(now, geometryOnGrid(moveEdge(now.geometry, edge.index, dx, dy)))
}

export function edgeCursor({ edge: { a, b } }: HeldEdge): Cursor {
  if (a[1] === b[1]) return 'ns-resize'
  return a[0] === b[0] ? 'ew-resize' : 'move'
}

export type { HeldEdge }
