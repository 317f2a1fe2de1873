// Erases an outlined area from all segments: trims, pierces, splits or deletes them.

import { boundsOfPoints, operations, regionOf, type Ring } from '../geometry/index.ts'
import {
  countsByClass,
  erasing,
  geometryClasses,
  type Drawable,
  type Event,
  type Outcome,
  type Reply,
  type Scene,
  type Tool,
} from '../core/index.ts'
import { IDLE, isCloseable, isLeft, pressedPoints, trace, type OutlineState } from './outline.ts'

export const eraser: Tool<OutlineState> = {
  id: 'eraser',
  key: 'e',
  name: 'Eraser',
  icon: 'eraser',
  draws: [],
  settings: [],
  idle: IDLE,
  on,
  preview,
  cursor: () => 'crosshair',
  disabled: whyNothingToErase,
}

function whyNothingToErase({ document, configuration }: Scene): string | null {
  const counts = countsByClass(document)
  const isThere = geometryClasses(configuration).some(
    ({ id, type }) => operations(type).partition !== null && counts.has(id),
  )
  return isThere ? null : 'There is no segment to erase from.'
}

function on(event: Event, state: OutlineState, scene: Scene): Reply<OutlineState> | null {
  const traced = trace(event, state, scene)
  if (traced === null) return isLeft(event, state) ? { state, next: 'select' } : null
  const { ring, ...reply } = traced
  return ring === undefined ? reply : { ...reply, ...erased(ring, scene) }
}

function erased(ring: Ring, { newId }: Scene): Outcome {
  if (ring.length < 3)
    return { message: { code: 'cancelled', text: 'Erasing cancelled: an area needs at least 3 points.' } }
  return { edit: { name: 'Erase', edit: erasing(regionOf([ring]), boundsOfPoints(ring), newId) } }
}

function preview(state: OutlineState): readonly Drawable[] {
  if (state.type === 'idle') return []
  return [
    { type: 'path', role: 'erase', points: [...state.points, state.to], closed: true, classId: null },
    { type: 'points', points: pressedPoints(state), closeable: isCloseable(state), classId: null },
  ]
}
