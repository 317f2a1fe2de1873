// Splits the segments that a line runs through from border to border: free-hand, or click by click until Enter.

import { boundsMeet, boundsOf, boundsOfPoints, splitAlong, type Ring } from '../geometry/index.ts'
import {
  regionOfGeometry,
  reshaping,
  type Annotation,
  type Drawable,
  type Event,
  type Outcome,
  type Reply,
  type Scene,
  type Tool,
} from '../core/index.ts'
import { tried } from './finish.ts'
import { splitNote, whyNoSegment } from './hole.ts'
import { IDLE, isLeft, pressedPoints, trace, type OutlineState } from './outline.ts'
import { isSegment } from './sharing.ts'

export const split: Tool<OutlineState> = {
  id: 'split',
  key: '/',
  name: 'Split by a line',
  icon: 'scissors',
  draws: [],
  settings: [],
  idle: IDLE,
  on,
  preview,
  cursor: () => 'crosshair',
  disabled: whyNoSegment,
}

function on(event: Event, state: OutlineState, scene: Scene): Reply<OutlineState> | null {
  const traced = trace(event, state, scene)
  if (traced === null) return isLeft(event, state) ? { state, next: 'select' } : null
  const { ring, ...reply } = traced
  return ring === undefined ? reply : { ...reply, ...splitBy(ring, scene) }
}

/** Of the selected segments where it runs through one of them, else of all that it runs through. */
function splitBy(line: Ring, scene: Scene): Outcome {
  if (line.length < 2) return { message: { code: 'cancelled', text: 'A line needs at least 2 points.' } }
  const crossed = crossedBy(line, scene)
  const selected = crossed.filter(([{ id }]) => scene.selection.has(id))
  const shapes = new Map((selected.length > 0 ? selected : crossed).map(([{ id }, parts]) => [id, parts]))
  if (shapes.size === 0) return { message: NOT_THROUGH }
  const edit = tried(reshaping(shapes, scene.newId))
  const { annotations } = scene.document
  const parts = [...edit(scene.document).annotations.keys()].filter(
    (id) => shapes.has(id) || !annotations.has(id),
  )
  return { edit: { name: 'Split', edit }, select: parts, message: splitNote(parts.length) }
}

const NOT_THROUGH = {
  code: 'not_through',
  text: 'Nothing was split: draw the line through a segment, from border to border.',
}

type Parts = ReturnType<typeof splitAlong>

function crossedBy(line: Ring, scene: Scene): readonly (readonly [Annotation, Parts])[] {
  const bounds = boundsOfPoints(line)
  const near = scene.index
    .search(bounds)
    .filter(
      (each) => isSegment(each) && scene.isReachable(each) && boundsMeet(boundsOf(each.geometry), bounds),
    )
  return near.flatMap((annotation) => {
    const parts = splitAlong(regionOfGeometry(annotation.geometry)!, line)
    return parts.length < 2 ? [] : [[annotation, parts] as const]
  })
}

function preview(state: OutlineState): readonly Drawable[] {
  if (state.type === 'idle') return []
  return [
    { type: 'path', role: 'box', points: [...state.points, state.to], closed: false, classId: null },
    { type: 'points', points: pressedPoints(state), closeable: false, classId: null },
  ]
}
