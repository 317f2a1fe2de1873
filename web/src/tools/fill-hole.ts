// Fills the hole of a segment that is clicked. What other segments have of the hole stays theirs.

import { boundsOfPoints, isInsideRing, operations, regionOf, type Ring, type XY } from '../geometry/index.ts'
import {
  painting,
  reacting,
  valueOf,
  type Annotation,
  type Drawable,
  type Outcome,
  type Reply,
  type Scene,
  type Tool,
} from '../core/index.ts'
import { tried } from './finish.ts'
import { whyNoSegment } from './hole.ts'
import { isSegment, OVERLAP, sharingOf } from './sharing.ts'

/** Where the press began. */
type State = XY | null

export const fillHole: Tool<State> = {
  id: 'fill-hole',
  key: 'g',
  name: 'Fill a hole',
  icon: 'fill-hole',
  draws: [],
  settings: [],
  idle: null,
  on: reacting<State, Scene, Reply<State>>({
    down: ({ at, button }) => (button === 'primary' ? { state: at } : null),
    up: (_event, state, scene) => (state === null ? null : { state: null, ...filled(state, scene) }),
    cancel: (_event, state) => (state === null ? null : { state: null }),
    undo: (_event, state) => (state === null ? null : { state: null }),
    key: ({ key }, state) => {
      if (key !== 'Escape') return null
      return state === null ? { state, next: 'select' } : { state: null }
    },
  }),
  preview,
  cursor: (_state, scene) =>
    scene.pointer !== null && holeAt(scene.pointer, scene) !== null ? 'pointer' : 'not-allowed',
  disabled: whyNoSegment,
}

interface Hole {
  readonly annotation: Annotation
  readonly ring: Ring
}

/** The smallest hole at the place; one of what is selected comes first. */
function holeAt(at: XY, { index, selection, isReachable }: Scene): Hole | null {
  const around = index
    .search({ x: at[0], y: at[1], w: 0, h: 0 })
    .filter((each) => isSegment(each) && isReachable(each))
  const holes = around.flatMap((annotation) =>
    operations(annotation.geometry.kind)
      .outline(annotation.geometry)
      .slice(1)
      .filter(({ points }) => isInsideRing(points, at))
      .map(({ points }) => ({ annotation, ring: points })),
  )
  const isSelected = ({ annotation }: Hole): boolean => selection.has(annotation.id)
  const nearest = holes.filter(isSelected)
  return (nearest.length > 0 ? nearest : holes).toSorted((a, b) => sizeOf(a) - sizeOf(b))[0] ?? null
}

function sizeOf({ ring }: Hole): number {
  const { w, h } = boundsOfPoints(ring)
  return w * h
}

function filled(at: XY, scene: Scene): Outcome {
  const found = holeAt(at, scene)
  if (found === null) return { message: { code: 'no_hole', text: 'There is no hole here to fill.' } }
  const { annotation, ring } = found
  const overlap = valueOf(OVERLAP, scene.toolSettings) === 'overlap' ? 'overlap' : 'cut_mine'
  const paint = { into: annotation.id, fresh: { ...annotation, id: scene.newId() } }
  const edit = tried(painting(regionOf([ring]), paint, scene.newId, { ...sharingOf(scene), overlap }))
  if (edit(scene.document) === scene.document)
    return { message: { code: 'covered', text: 'Other segments fill this hole already.' } }
  return { edit: { name: 'Fill a hole', edit }, select: [annotation.id] }
}

function preview(_state: State, scene: Scene): readonly Drawable[] {
  const found = scene.pointer === null ? null : holeAt(scene.pointer, scene)
  if (found === null) return []
  return [
    {
      type: 'path',
      role: 'outline',
      points: found.ring,
      closed: true,
      classId: found.annotation.classId,
    },
  ]
}
