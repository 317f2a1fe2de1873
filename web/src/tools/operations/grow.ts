// Makes the selected segments larger or smaller by so many pixels on all sides.

import { inflated, intersection, isEmpty, regionOfBox, type Region } from '../../geometry/index.ts'
import {
  inOrder,
  painting,
  regionOfGeometry,
  reshaping,
  selectedAnnotations,
  valueOf,
  type Annotation,
  type Edit,
  type NumberSetting,
  type Operation,
  type Outcome,
  type Scene,
} from '../../core/index.ts'
import { tried } from '../finish.ts'
import { hasSegment, isSegment, sharingOf } from '../sharing.ts'

export const GROW_BY: NumberSetting = {
  kind: 'number',
  id: 'grow-by',
  name: 'Grow and shrink by',
  initial: 1,
  minimum: 0.5,
  maximum: 100,
  step: 0.5,
  growth: 0.2,
  unit: 'px',
  keys: [[], []],
  wheel: true,
  applies: hasSegment,
}

export const grow: Operation = {
  id: 'grow',
  name: 'Grow',
  icon: 'grow',
  keys: ['>'],
  available: hasSegment,
  disabled: () => null,
  run: grown,
}

export const shrink: Operation = {
  id: 'shrink',
  name: 'Shrink',
  icon: 'shrink',
  keys: ['<'],
  available: hasSegment,
  disabled: () => null,
  run: shrunk,
}

function segmentsOf(scene: Scene): readonly (readonly [Annotation, Region])[] {
  return selectedAnnotations(scene)
    .filter(isSegment)
    .map((annotation) => [annotation, regionOfGeometry(annotation.geometry)!])
}

function amountIn({ toolSettings }: Scene): number {
  return valueOf(GROW_BY, toolSettings)
}

/** The selected ones keep their places from one another, also where they grow towards each other. */
function grown(scene: Scene): Outcome {
  const { newId, picture, selection } = scene
  const sharing = sharingOf(scene)
  const box = regionOfBox({ x: 0, y: 0, ...picture })
  const edits = segmentsOf(scene).map(([annotation, region]): Edit => {
    const isFixed = (other: Annotation): boolean => selection.has(other.id) || sharing.isFixed(other)
    const area = intersection(inflated(region, amountIn(scene)), box)
    const paint = { into: annotation.id, fresh: { ...annotation, id: newId() } }
    return painting(area, paint, newId, { ...sharing, isFixed })
  })
  const edit = tried(inOrder(edits))
  if (edit(scene.document) === scene.document) return { message: NO_ROOM }
  return { edit: { name: 'Grow', edit } }
}

function shrunk(scene: Scene): Outcome {
  const shapes = segmentsOf(scene).map(
    ([{ id }, region]) => [id, inflated(region, -amountIn(scene))] as const,
  )
  const left = shapes.filter(([, region]) => !isEmpty(region))
  if (left.length === 0) return { message: VANISHING }
  const parts = left.map(([id, region]) => [id, [region]] as const)
  const outcome = { edit: { name: 'Shrink', edit: reshaping(new Map(parts), scene.newId) } }
  return left.length === shapes.length ? outcome : { ...outcome, message: VANISHING }
}

const NO_ROOM = { code: 'covered', text: 'There is no room to grow: other segments keep their places.' }
const VANISHING = {
  code: 'vanishing',
  text: 'What is too small to shrink this much stays as it is.',
}
