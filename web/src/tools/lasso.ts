// Selects by an outline: what lies wholly in it. With Shift or Ctrl it joins what was selected.

import { boundsOfPoints, isInsideRing, operations, type Ring } from '../geometry/index.ts'
import type { Annotation, AnnotationId, Drawable, Event, Reply, Scene, Tool } from '../core/index.ts'
import { IDLE, isCloseable, isLeft, pressedPoints, trace, type OutlineState } from './outline.ts'

export const lasso: Tool<OutlineState> = {
  id: 'lasso',
  key: 'l',
  name: 'Select with a lasso',
  icon: 'lasso-select',
  draws: [],
  settings: [],
  idle: IDLE,
  looks: true,
  on,
  preview,
  cursor: () => 'crosshair',
  disabled: () => null,
}

function on(event: Event, state: OutlineState, scene: Scene): Reply<OutlineState> | null {
  const traced = trace(event, state, scene)
  if (traced === null) return isLeft(event, state) ? { state, next: 'select' } : null
  if (traced.ring === undefined) return { state: traced.state }
  const adds = 'modifiers' in event && (event.modifiers.shift || event.modifiers.ctrl)
  const kept = adds ? [...scene.selection] : []
  return { state: traced.state, select: [...kept, ...within(traced.ring, scene)], next: 'select' }
}

function within(ring: Ring, { index, isReachable }: Scene): readonly AnnotationId[] {
  const isWithin = ({ geometry }: Annotation): boolean =>
    operations(geometry.kind)
      .vertices(geometry)
      .every((at) => isInsideRing(ring, at))
  const found = ring.length < 3 ? [] : index.search(boundsOfPoints(ring))
  return found.filter((each) => isReachable(each) && isWithin(each)).map(({ id }) => id)
}

function preview(state: OutlineState): readonly Drawable[] {
  if (state.type === 'idle') return []
  return [
    { type: 'path', role: 'box', points: [...state.points, state.to], closed: true, classId: null },
    { type: 'points', points: pressedPoints(state), closeable: isCloseable(state), classId: null },
  ]
}
