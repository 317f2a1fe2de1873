// Makes one segment of the selected ones that touch. One outline and its holes is all that a segment can be, so what
// touches none of the others stays a segment of its own, and that is said.

import {
  merging,
  selectedAnnotations,
  type Annotation,
  type Operation,
  type Outcome,
  type Scene,
} from '../../core/index.ts'
import { tried } from '../finish.ts'
import { hasSegment, isSegment } from '../sharing.ts'

export const merge: Operation = {
  id: 'merge',
  name: 'Merge',
  icon: 'merge',
  keys: ['m'],
  available: hasSegment,
  disabled: (scene) => {
    const segments = selectedSegments(scene)
    if (segments.length < 2) return 'Select two or more segments.'
    return new Set(segments.map(({ classId }) => classId)).size > 1
      ? 'The segments are of several classes.'
      : null
  },
  run: merged,
}

function selectedSegments(scene: Scene): readonly Annotation[] {
  return selectedAnnotations(scene).filter(isSegment)
}

const APART =
  'Nothing was merged: the segments do not touch one another, or have too many points for one outline.'

function merged(scene: Scene): Outcome {
  const ids = selectedSegments(scene).map(({ id }) => id)
  const edit = tried(merging(ids))
  const left = ids.filter((id) => edit(scene.document).annotations.has(id))
  if (left.length === ids.length) return { message: { code: 'apart', text: APART } }
  const outcome = { edit: { name: 'Merge', edit }, select: left }
  if (left.length === 1) return outcome
  const text = `${ids.length} segments are ${left.length} now: what does not touch the others stays apart.`
  return { ...outcome, message: { code: 'apart', text } }
}
