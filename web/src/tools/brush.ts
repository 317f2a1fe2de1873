// Paints segments with a round brush: the selected one grows by what is painted, or every stroke makes a new one.

import type { Region } from '../geometry/index.ts'
import {
  onlySelected,
  valueOf,
  type AnnotationId,
  type Drawable,
  type Event,
  type Reply,
  type Scene,
  type ToggleSetting,
  type Tool,
} from '../core/index.ts'
import { painted, whyNoDrawing } from './finish.ts'
import { OVERLAP } from './sharing.ts'
import { BRUSH_SIZE, IDLE, isLeft, paint, regionOf, tip, type StrokeState } from './stroke.ts'

const DRAWS = ['freehand'] as const

export const EXTEND: ToggleSetting = {
  kind: 'toggle',
  id: 'brush-extends',
  name: 'Add to the selected segment',
  initial: true,
  keys: ['j'],
}

export const brush: Tool<StrokeState> = {
  id: 'brush',
  key: 'b',
  name: 'Brush',
  icon: 'brush',
  draws: DRAWS,
  settings: [BRUSH_SIZE, EXTEND, OVERLAP],
  idle: IDLE,
  on,
  preview,
  cursor: () => 'crosshair',
  disabled: (scene) => whyNoDrawing(scene, DRAWS),
}

function on(event: Event, state: StrokeState, scene: Scene): Reply<StrokeState> | null {
  if (state.type === 'idle' && event.type === 'down' && event.button === 'primary') {
    const reason = whyNoDrawing(scene, DRAWS)
    if (reason !== null) return { state, message: { code: 'disabled', text: reason } }
  }
  const reply = paint(event, state, scene)
  if (reply === null) return isLeft(event, state) ? { state: IDLE, next: 'select' } : null
  if (reply.stroke === undefined) return { state: reply.state }
  const region: Region = regionOf(reply.stroke, scene)
  return { state: reply.state, ...painted(region, extended(scene), scene) }
}

/** The one selected segment of the class that is painted. */
function extended(scene: Scene): AnnotationId | null {
  const selected = onlySelected(scene)
  if (!valueOf(EXTEND, scene.toolSettings) || selected === undefined) return null
  return selected.classId === scene.activeClass?.id && scene.isReachable(selected) ? selected.id : null
}

function preview(state: StrokeState, scene: Scene): readonly Drawable[] {
  const { activeClass } = scene
  if (activeClass === null) return []
  if (state.type === 'idle') return tip('paint', scene)
  const { points, radius } = state
  return [
    { type: 'stroke', role: 'paint', points, radius, classId: activeClass.id, from: [] },
    ...tip('paint', scene),
  ]
}
