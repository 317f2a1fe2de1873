// Cuts a hole into the segment under the pointer: an outline, free-hand or click by click, as segments are drawn.

import { regionOf, type Ring, type XY } from '../geometry/index.ts'
import {
  erasing,
  overChunks,
  type Annotation,
  type AnnotationId,
  type Drawable,
  type Event,
  type Outcome,
  type Reply,
  type Scene,
  type Tool,
} from '../core/index.ts'
import { tried } from './finish.ts'
import { IDLE, isCloseable, isLeft, pressedPoints, trace, type OutlineState } from './outline.ts'
import { isSegment } from './sharing.ts'

interface State {
  readonly outline: OutlineState
  /** The segment that the hole is cut into. */
  readonly into: AnnotationId | null
}

const NOTHING: State = { outline: IDLE, into: null }

export const hole: Tool<State> = {
  id: 'hole',
  key: 'o',
  name: 'Cut a hole',
  icon: 'hole',
  draws: [],
  settings: [],
  idle: NOTHING,
  on,
  preview,
  cursor: () => 'crosshair',
  disabled: whyNoSegment,
}

const hasSegments = overChunks((annotations) => annotations.some(isSegment))

export function whyNoSegment({ document }: Scene): string | null {
  return hasSegments(document).includes(true) ? null : 'There is no segment yet.'
}

function on(event: Event, state: State, scene: Scene): Reply<State> | null {
  if (isLeft(event, state.outline)) return { state: NOTHING, next: 'select' }
  const into = state.outline.type === 'idle' ? begunIn(event, scene) : state.into
  if (event.type === 'down' && event.button === 'primary' && into === null)
    return { state, message: { code: 'no_segment', text: 'Begin the hole inside a segment.' } }
  const traced = trace(event, state.outline, scene)
  if (traced === null) return null
  const { ring, state: outline, ...note } = traced
  if (ring === undefined || into === null)
    return { ...note, state: outline.type === 'idle' ? NOTHING : { outline, into } }
  return { ...note, state: NOTHING, ...cutOut(ring, into, scene) }
}

function begunIn(event: Event, scene: Scene): AnnotationId | null {
  return event.type === 'down' ? (segmentAt(event.at, scene)?.id ?? null) : null
}

/** What is selected comes first, then the smallest. */
function segmentAt(at: XY, { index, isReachable, selection }: Scene): Annotation | undefined {
  const found = index.at(at, 0).filter((each) => isSegment(each) && isReachable(each))
  return found.find(({ id }) => selection.has(id)) ?? found[0]
}

function cutOut(ring: Ring, into: AnnotationId, scene: Scene): Outcome {
  const { document, newId } = scene
  if (ring.length < 3)
    return { message: { code: 'cancelled', text: 'No hole was cut: it needs at least 3 points.' } }
  const edit = tried(erasing(regionOf([ring]), newId, ({ id }) => id === into))
  const after = edit(document).annotations
  if (!after.has(into))
    return {
      message: { code: 'cancelled', text: 'The hole would take the whole segment: delete it instead.' },
    }
  const parts = [...after.keys()].filter((id) => id === into || !document.annotations.has(id))
  const select = { edit: { name: 'Cut a hole', edit }, select: parts }
  return parts.length === 1 ? select : { ...select, message: splitNote(parts.length) }
}

export function splitNote(parts: number): { readonly code: string; readonly text: string } {
  return { code: 'split', text: `The segment is ${parts} segments now.` }
}

function preview({ outline }: State, scene: Scene): readonly Drawable[] {
  if (outline.type !== 'idle')
    return [
      { type: 'path', role: 'erase', points: [...outline.points, outline.to], closed: true, classId: null },
      { type: 'points', points: pressedPoints(outline), closeable: isCloseable(outline), classId: null },
    ]
  const under = scene.pointer === null ? undefined : segmentAt(scene.pointer, scene)
  return under === undefined ? [] : [{ type: 'hover', annotationId: under.id }]
}
