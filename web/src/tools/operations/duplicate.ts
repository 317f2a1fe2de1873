// Copies the selection with its answers to the pointer, or beside itself. Nested annotations are copied only when
// they are selected themselves.

import { boundsOf, shiftInside, translated, unitedBounds, type Bounds } from '../../geometry/index.ts'
import {
  LIMIT_ANNOTATIONS,
  selectedAnnotations,
  timeOfId,
  type Annotation,
  type AnnotationId,
  type Operation,
  type Outcome,
  type Scene,
} from '../../core/index.ts'
import { copiesPlaced } from '../copies.ts'

const BESIDE = 10

export const duplicate: Operation = {
  id: 'duplicate',
  name: 'Duplicate',
  icon: 'duplicate',
  keys: ['Ctrl+d'],
  available: ({ selection }) => selection.size > 0,
  disabled: ({ document, selection }) =>
    document.annotations.size + selection.size > LIMIT_ANNOTATIONS
      ? `A medium holds at most ${LIMIT_ANNOTATIONS} annotations.`
      : null,
  run: duplicated,
}

function duplicated(scene: Scene): Outcome {
  const annotations = selectedAnnotations(scene)
  const bounds = unitedBounds(annotations.map(({ geometry }) => boundsOf(geometry)))
  const [dx, dy] = shiftInside(bounds, ...shiftFor(bounds, scene), scene.picture)
  const copies = copiesOf(annotations, dx, dy, scene)
  const { left, ...outcome } = copiesPlaced('Duplicate', copies, scene)
  if (left === copies.length) return outcome
  const text = `${left === 0 ? 'Nothing' : `${left} of ${copies.length}`} duplicated. Other segments keep the place.`
  const message = { code: 'covered', text }
  return left === 0 ? { message } : { ...outcome, message }
}

/** To the pointer when it lies outside of what is copied, else a little to the lower right. */
function shiftFor({ x, y, w, h }: Bounds, { pointer }: Scene): readonly [dx: number, dy: number] {
  if (pointer === null) return [BESIDE, BESIDE]
  const [dx, dy] = [pointer[0] - x - w / 2, pointer[1] - y - h / 2]
  return Math.abs(dx) <= w / 2 && Math.abs(dy) <= h / 2 ? [BESIDE, BESIDE] : [dx, dy]
}

/** A nested copy goes into the copy of its parent when that is copied as well. */
function copiesOf(
  annotations: readonly Annotation[],
  dx: number,
  dy: number,
  scene: Scene,
): readonly Annotation[] {
  const ids = new Map(annotations.map(({ id }) => [id, scene.newId()] as const))
  return annotations.map((annotation) => {
    const id = ids.get(annotation.id) as AnnotationId
    const now = timeOfId(id)
    return {
      ...annotation,
      id,
      parentId: annotation.parentId === null ? null : (ids.get(annotation.parentId) ?? annotation.parentId),
      geometry: translated(annotation.geometry, dx, dy),
      source: 'user',
      createdBy: null,
      createdAt: now,
      changedBy: null,
      changedAt: now,
    }
  })
}
