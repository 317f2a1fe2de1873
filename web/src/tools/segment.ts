// Draws segments by their outline.

import type { Drawable, Event, Reply, Scene, Tool } from '../core/index.ts'
import { finished, whyNoDrawing } from './finish.ts'
import { IDLE, isCloseable, isLeft, pressedPoints, trace, type OutlineState } from './outline.ts'
import { OVERLAP } from './sharing.ts'

const DRAWS = ['freehand'] as const

export const segment: Tool<OutlineState> = {
  id: 'segment',
  key: 's',
  name: 'Outline',
  icon: 'lasso',
  draws: DRAWS,
  settings: [OVERLAP],
  idle: IDLE,
  on,
  preview,
  cursor: () => 'crosshair',
  disabled: (scene) => whyNoDrawing(scene, DRAWS),
}

function on(event: Event, state: OutlineState, scene: Scene): Reply<OutlineState> | null {
  if (state.type === 'idle' && event.type === 'down' && event.button === 'primary') {
    const reason = whyNoDrawing(scene, DRAWS)
    if (reason !== null) return { state, message: { code: 'disabled', text: reason } }
  }
  const traced = trace(event, state, scene)
  if (traced === null) return isLeft(event, state) ? { state, next: 'select' } : null
  const { ring, ...reply } = traced
  return ring === undefined ? reply : { ...reply, ...finished(ring, scene) }
}

function preview(state: OutlineState, { activeClass }: Scene): readonly Drawable[] {
  if (state.type === 'idle' || activeClass === null) return []
  const classId = activeClass.id
  return [
    { type: 'path', role: 'outline', points: [...state.points, state.to], closed: true, classId },
    { type: 'points', points: pressedPoints(state), closeable: isCloseable(state), classId },
  ]
}
