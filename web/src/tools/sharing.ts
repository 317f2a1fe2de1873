// How what is drawn, moved or reshaped shares the picture with the segments it comes to lie on.

import { operations } from '../geometry/index.ts'
import {
  placing,
  selectedAnnotations,
  valueOf,
  type Annotation,
  type ChoiceSetting,
  type Edit,
  type Overlap,
  type Scene,
  type Sharing,
} from '../core/index.ts'

export const OVERLAP: ChoiceSetting<Overlap> = {
  kind: 'choice',
  id: 'overlap',
  name: 'On other segments',
  initial: 'cut_others',
  options: [
    { id: 'cut_others', name: 'Cut the others' },
    { id: 'cut_mine', name: 'Cut mine' },
    { id: 'overlap', name: 'Overlap' },
  ],
  keys: ['k'],
  applies: (scene) => isSegmentClass(scene) || hasSegment(scene),
}

function isSegmentClass({ activeClass }: Scene): boolean {
  return activeClass !== null && operations(activeClass.type).partition !== null
}

/** Whether a selected annotation is of a kind that shares the picture. */
export function hasSegment(scene: Scene): boolean {
  return selectedAnnotations(scene).some(isSegment)
}

export function isSegment({ geometry }: Annotation): boolean {
  return operations(geometry.kind).partition !== null
}

/** What is locked keeps its place whatever is chosen. */
export function sharingOf({ toolSettings, isLocked }: Scene): Sharing {
  return { overlap: valueOf(OVERLAP, toolSettings), isFixed: isLocked }
}

export function placed(annotations: readonly Annotation[], scene: Scene): Edit {
  return placing(annotations, scene.newId, sharingOf(scene))
}
