// What a click takes and what a drag of the selection makes of it, for every tool that works on the selection.

import { boundsOf, shiftInside, translated, unitedBounds, type Geometry, type XY } from '../geometry/index.ts'
import {
  selectedAnnotations,
  type Annotation,
  type AnnotationId,
  type Drawable,
  type Modifiers,
  type Scene,
} from '../core/index.ts'

export function hitsAt(at: XY, { index, tolerance, isReachable }: Scene): readonly Annotation[] {
  return index.at(at, tolerance).filter(isReachable)
}

/** The smallest at the place joins the selection or leaves it. */
export function toggled(at: XY, scene: Scene): readonly AnnotationId[] {
  const [hit] = hitsAt(at, scene)
  const others = [...scene.selection].filter((id) => id !== hit?.id)
  return hit === undefined || scene.selection.has(hit.id) ? others : [...others, hit.id]
}

/** What is selected after a click. */
export function clicked(at: XY, { shift, ctrl }: Modifiers, scene: Scene): readonly AnnotationId[] {
  if (shift || ctrl) return toggled(at, scene)
  return hitsAt(at, scene)
    .slice(0, 1)
    .map(({ id }) => id)
}

/** The selection moved by a drag, kept in the picture together; empty when nothing moves. */
export function movedBy(from: XY, to: XY, scene: Scene): readonly Annotation[] {
  const annotations = selectedAnnotations(scene)
  if (annotations.length === 0) return []
  const bounds = unitedBounds(annotations.map(({ geometry }) => boundsOf(geometry)))
  const [dx, dy] = shiftInside(bounds, to[0] - from[0], to[1] - from[1], scene.picture)
  if (dx === 0 && dy === 0) return []
  return annotations.map((annotation) => withGeometry(annotation, translated(annotation.geometry, dx, dy)))
}

export function withGeometry(annotation: Annotation, geometry: Geometry): Annotation {
  return { ...annotation, geometry }
}

/** An annotation as it would become, shown in place of what it is. */
export function replacing({ id, classId, geometry }: Annotation): Drawable {
  return { type: 'geometry', geometry, classId, replaces: id }
}
