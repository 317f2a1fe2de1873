// Erases from segments what a round brush or an outline covers: trims, pierces, splits or deletes them.

import { operations, regionOf as regionOfRings, type Region, type Ring } from '../geometry/index.ts'
import {
  countsByClass,
  erasing,
  geometryClasses,
  valueOf,
  type Annotation,
  type ChoiceSetting,
  type Drawable,
  type Event,
  type Outcome,
  type Reply,
  type Scene,
  type Tool,
} from '../core/index.ts'
import { isCloseable, pressedPoints, trace, type Outlining, type OutlineState } from './outline.ts'
import { isSegment } from './sharing.ts'
import { BRUSH_SIZE, IDLE, isLeft, paint, reachOf, regionOf, tip, type StrokeState } from './stroke.ts'

type State = StrokeState | Outlining

export const SHAPE: ChoiceSetting<'round' | 'outline'> = {
  kind: 'choice',
  id: 'eraser-shape',
  name: 'Shape',
  initial: 'round',
  options: [
    { id: 'round', name: 'Round' },
    { id: 'outline', name: 'Outline' },
  ],
  keys: [],
}

export const FROM: ChoiceSetting<'all' | 'selected'> = {
  kind: 'choice',
  id: 'eraser-from',
  name: 'Erase from',
  initial: 'all',
  options: [
    { id: 'all', name: 'All segments' },
    { id: 'selected', name: 'Selected segments' },
  ],
  keys: [],
}

export const eraser: Tool<State> = {
  id: 'eraser',
  key: 'e',
  name: 'Eraser',
  icon: 'eraser',
  draws: [],
  settings: [SHAPE, BRUSH_SIZE, FROM],
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

function on(event: Event, state: State, scene: Scene): Reply<State> | null {
  if (isLeft(event, state)) return { state: IDLE, next: 'select' }
  if (state.type === 'painting') return painted(event, state, scene)
  const isOutline = state.type === 'outlining' || valueOf(SHAPE, scene.toolSettings) === 'outline'
  return isOutline ? outlined(event, state, scene) : painted(event, state, scene)
}

function painted(event: Event, state: StrokeState, scene: Scene): Reply<State> | null {
  const reply = paint(event, state, scene)
  if (reply?.stroke === undefined) return reply
  return { state: reply.state, ...erased(regionOf(reply.stroke, scene), scene) }
}

function outlined(event: Event, state: OutlineState, scene: Scene): Reply<State> | null {
  const traced = trace(event, state, scene)
  if (traced === null) return null
  const { ring, ...reply } = traced
  return ring === undefined ? reply : { ...reply, ...erasedInside(ring, scene) }
}

function erasedInside(ring: Ring, scene: Scene): Outcome {
  if (ring.length >= 3) return erased(regionOfRings([ring]), scene)
  return { message: { code: 'cancelled', text: 'Erasing cancelled: an area needs at least 3 points.' } }
}

function erased(region: Region, scene: Scene): Outcome {
  return { edit: { name: 'Erase', edit: erasing(region, scene.newId, isErased(scene)) } }
}

/** What is hidden or locked keeps its place. */
function isErased({ selection, toolSettings, isReachable }: Scene): (annotation: Annotation) => boolean {
  const isAny = valueOf(FROM, toolSettings) === 'all'
  return (annotation) => isReachable(annotation) && (isAny || selection.has(annotation.id))
}

function preview(state: State, scene: Scene): readonly Drawable[] {
  if (state.type === 'painting') {
    const { points, radius } = state
    const touched = scene.index.search(reachOf(state)).filter(isSegment).filter(isErased(scene))
    const from = touched.map(({ id }) => id)
    return [{ type: 'stroke', role: 'erase', points, radius, classId: null, from }, ...tip('erase', scene)]
  }
  if (state.type === 'idle') return valueOf(SHAPE, scene.toolSettings) === 'round' ? tip('erase', scene) : []
  return [
    { type: 'path', role: 'erase', points: [...state.points, state.to], closed: true, classId: null },
    { type: 'points', points: pressedPoints(state), closeable: isCloseable(state), classId: null },
  ]
}
