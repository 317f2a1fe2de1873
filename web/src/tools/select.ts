// Selects and edits: a click selects what lies under the pointer, the smallest first, a further click at the same
// place the next; a drag moves what was selected before the press, or a handle of it or of the frame that stands a
// little away around it, and otherwise spans a box.

import {
  boundsOf,
  boundsOfPoints,
  distanceBetween,
  handlesOf,
  operations,
  pointOnGrid,
  type Bounds,
  type Handle,
  type XY,
} from '../geometry/index.ts'
import {
  inOrder,
  onlySelected,
  reacting,
  type Annotation,
  type AnnotationId,
  type Cursor,
  type Drawable,
  type Modifiers,
  type Reply,
  type Scene,
  type Tool,
} from '../core/index.ts'
import { framed, frameCursor, pullFrom, pulling } from './beside.ts'
import { placeInside } from './border.ts'
import { edgeAt, edgeCursor, edgeMoved, type HeldEdge } from './edge.ts'
import { PULL_NAMES, pullCursor, pulled, type Pull } from './framing.ts'
import { GROW_BY } from './operations/grow.ts'
import { hitsAt, movedBy, replacing, toggled, withGeometry } from './pick.ts'
import { OVERLAP, placed } from './sharing.ts'
import { sewing } from './sewing.ts'
import { isSnapping, snapped, type Snap } from './snap.ts'

/** Where the last clicks fell, for cycling and for double clicks. */
interface Clicks {
  readonly at: XY
  readonly count: number
}

type Idle = { readonly type: 'idle'; readonly last: Clicks | null }
type Pressing = {
  readonly type: 'pressing'
  readonly from: XY
  readonly modifiers: Modifiers
  readonly last: Clicks | null
}
type Boxing = { readonly type: 'boxing'; readonly from: XY; readonly to: XY; readonly adds: boolean }
type Moving = { readonly type: 'moving'; readonly from: XY; readonly to: XY }
type Shaping = {
  readonly type: 'shaping'
  readonly id: AnnotationId
  readonly handle: number
  readonly to: XY
}

type Edging = { readonly type: 'edging'; readonly held: HeldEdge; readonly from: XY; readonly to: XY }

type State = Idle | Pressing | Boxing | Moving | Shaping | Edging | Pull
type Answer = Reply<State> | null

const IDLE: State = { type: 'idle', last: null }

export const select: Tool<State> = {
  id: 'select',
  key: 'v',
  name: 'Select',
  icon: 'cursor',
  draws: [],
  settings: [GROW_BY, OVERLAP],
  idle: IDLE,
  looks: true,
  on: reacting<State, Scene, Reply<State>>({
    down: ({ at, button, modifiers }, state) => (button === 'primary' ? press(at, modifiers, state) : null),
    move: ({ at }, state, scene) => drag(at, state, scene),
    up: ({ at }, state, scene) => release(at, state, scene),
    doubleClick: ({ at }, state, scene) => doubleClick(at, state, scene),
    cancel: (_event, state) => givenUp(state),
    undo: (_event, state) => givenUp(state),
    key: (event, state, scene) => (event.key === 'Escape' ? escape(state, scene) : null),
  }),
  preview,
  cursor,
  disabled: () => null,
}

function givenUp(state: State): Answer {
  return state.type === 'idle' ? null : { state: IDLE }
}

function escape(state: State, { selection }: Scene): Answer {
  if (state.type !== 'idle') return { state: IDLE }
  return state === IDLE && selection.size === 0 ? null : { state: IDLE, select: [] }
}

function press(from: XY, modifiers: Modifiers, state: State): Answer {
  return { state: { type: 'pressing', from, modifiers, last: state.type === 'idle' ? state.last : null } }
}

function drag(at: XY, state: State, scene: Scene): Answer {
  if (state.type === 'idle') return null
  if (state.type !== 'pressing') return { state: { ...state, to: at } }
  return distanceBetween(state.from, at) > scene.tolerance / 2 ? { state: dragFrom(state, at, scene) } : null
}

/** Whether a drag of it moves the selection. */
function isHeld(annotation: Annotation, { selection, isChangeable }: Scene): boolean {
  return selection.has(annotation.id) && isChangeable(annotation)
}

/** What a drag does is decided by where it began. */
function dragFrom({ from, modifiers }: Pressing, to: XY, scene: Scene): State {
  const adds = modifiers.shift || modifiers.ctrl
  const held = adds ? null : handleAt(from, scene)
  if (held !== null) return { type: 'shaping', id: held.annotation.id, handle: held.handle.index, to }
  const pull = modifiers.ctrl ? null : pullFrom(from, to, scene)
  if (pull !== null) return pull
  const edge = modifiers.shift ? null : edgeAt(from, modifiers, scene)
  if (edge !== null) return { type: 'edging', held: edge, from, to }
  const isOnSelected = hitsAt(from, scene).some((each) => isHeld(each, scene))
  return isOnSelected ? { type: 'moving', from, to } : { type: 'boxing', from, to, adds }
}

function release(at: XY, state: State, scene: Scene): Answer {
  switch (state.type) {
    case 'idle':
      return null
    case 'pressing':
      return click(state, scene)
    case 'boxing':
      return { state: IDLE, select: boxed({ ...state, to: at }, scene) }
    case 'moving':
      return { state: IDLE, ...edited('Move', movedBy(state.from, at, scene), scene) }
    case 'edging':
      return { state: IDLE, ...edited('Move an edge', edged({ ...state, to: at }, scene), scene) }
    case 'shaping':
      return { state: IDLE, ...reshaped({ ...state, to: at }, scene) }
    default:
      return { state: IDLE, ...pulledBy({ ...state, to: at }, scene) }
  }
}

function pulledBy(pull: Pull, scene: Scene): Pick<Reply<State>, 'edit' | 'message'> {
  const changed = pulled(pull, scene)
  if (typeof changed === 'string') return { message: { code: 'no_room', text: changed } }
  return edited(PULL_NAMES[pull.type], changed, scene)
}

function edged({ held, from, to }: Edging, scene: Scene): readonly Annotation[] {
  const annotation = edgeMoved(held, from, to, scene)
  return annotation === null ? [] : [annotation]
}

function reshaped(state: Shaping, scene: Scene): Pick<Reply<State>, 'edit'> {
  const { edit } = edited('Reshape', shaped(state, scene), scene)
  const snap = snapOf(state, scene)
  if (edit === undefined || snap === null) return edit === undefined ? {} : { edit }
  return { edit: { ...edit, edit: inOrder([edit.edit, sewing([snap.at], state.id, scene)]) } }
}

/** Geometries that share the picture are cut out of the others where they come to lie on them. */
function edited(name: string, annotations: readonly Annotation[], scene: Scene): Pick<Reply<State>, 'edit'> {
  return annotations.length === 0 ? {} : { edit: { name, edit: placed(annotations, scene) } }
}

function shaped({ id, handle, to }: Shaping, scene: Scene): readonly Annotation[] {
  const annotation = scene.document.annotations.get(id)
  if (annotation === undefined) return []
  const { geometry } = annotation
  const at = snapOf({ id, to }, scene)?.at ?? placeInside(to, scene)
  return [withGeometry(annotation, operations(geometry.kind).moveHandle(geometry, handle, at))]
}

/** A handle that is dragged snaps to everything else. */
function snapOf({ id, to }: Pick<Shaping, 'id' | 'to'>, scene: Scene): Snap | null {
  return isSnapping(scene.modifiers, scene) ? snapped(placeInside(to, scene), [], scene, id) : null
}

/** What lies wholly in the box; with a modifier it joins what was selected. */
function boxed({ from, to, adds }: Boxing, scene: Scene): readonly AnnotationId[] {
  const box = boundsOfPoints([from, to])
  const inside = scene.index
    .search(box)
    .filter((each) => scene.isReachable(each) && isInside(boundsOf(each.geometry), box))
  return [...(adds ? scene.selection : []), ...inside.map(({ id }) => id)]
}

function isInside(inner: Bounds, outer: Bounds): boolean {
  const isWithin = inner.x >= outer.x && inner.y >= outer.y
  return isWithin && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h
}

function click(state: Pressing, scene: Scene): Answer {
  const { from, modifiers } = state
  const isAgain = state.last !== null && distanceBetween(state.last.at, from) <= scene.tolerance / 2
  const idle: Idle = { type: 'idle', last: { at: from, count: isAgain ? state.last.count + 1 : 1 } }
  if (modifiers.alt) return { state: idle, ...offered(from, scene) }
  if (modifiers.shift || modifiers.ctrl) return { state: idle, select: toggled(from, scene) }
  if (handleAt(from, scene)?.handle.vertex === true) return { state: idle }
  const inserted = withVertexAt(from, scene)
  if (inserted !== null) return { state: idle, ...edited('Add a point', [inserted], scene) }
  return { state: idle, select: chosen(from, isAgain, scene) }
}

/** All that lies at the place, to choose from. */
function offered(at: XY, scene: Scene): Pick<Reply<State>, 'offer' | 'message'> {
  const ids = hitsAt(at, scene).map(({ id }) => id)
  if (ids.length > 0) return { offer: { at, ids } }
  return { message: { code: 'nothing_here', text: 'There is nothing here.' } }
}

/** The smallest at the place, or on a further click the one after what is selected. */
function chosen(at: XY, isAgain: boolean, scene: Scene): readonly AnnotationId[] {
  const hits = hitsAt(at, scene)
  if (hits.length === 0) return []
  const current = isAgain ? hits.findIndex(({ id }) => id === onlySelected(scene)?.id) : -1
  return [hits[(current + 1) % hits.length]!.id]
}

function withVertexAt(at: XY, scene: Scene): Annotation | null {
  const annotation = onlySelected(scene)
  if (annotation === undefined || !scene.isChangeable(annotation)) return null
  const { nearestEdge, insertVertex } = operations(annotation.geometry.kind)
  const place = nearestEdge(annotation.geometry, at)
  if (place === null || place.distance > scene.tolerance) return null
  return withGeometry(annotation, insertVertex(annotation.geometry, place.edge, pointOnGrid(place.at)))
}

/** Takes a vertex away when both clicks fell on the selected annotation. */
function doubleClick(at: XY, state: State, scene: Scene): Answer {
  const held = handleAt(at, scene)
  if (state.type !== 'idle' || (state.last?.count ?? 0) < 2 || held === null || !held.handle.vertex)
    return null
  const { geometry } = held.annotation
  const left = operations(geometry.kind).removeVertex(geometry, held.handle.index)
  if (left !== null)
    return { state: IDLE, ...edited('Remove a point', [withGeometry(held.annotation, left)], scene) }
  const { minimum } = operations(geometry.kind)
  return { state: IDLE, message: { code: 'too_few_points', text: `At least ${minimum} points must stay.` } }
}

interface Held {
  readonly annotation: Annotation
  readonly handle: Handle
}

/** The nearest handle of the one selected annotation. */
function handleAt(at: XY, scene: Scene): Held | null {
  const annotation = onlySelected(scene)
  if (annotation === undefined || !scene.isChangeable(annotation)) return null
  let [nearest, least]: [Handle | null, number] = [null, scene.tolerance]
  for (const handle of handlesOf(annotation.geometry)) {
    const distance = distanceBetween(handle.at, at)
    if (distance <= least) [nearest, least] = [handle, distance]
  }
  return nearest === null ? null : { annotation, handle: nearest }
}

function preview(state: State, scene: Scene): readonly Drawable[] {
  switch (state.type) {
    case 'idle':
    case 'pressing':
      return [...hovered(scene), ...framed(scene), ...handled(onlySelected(scene), scene)]
    case 'boxing':
      return [{ type: 'path', role: 'box', points: cornersOf(state), closed: true, classId: null }]
    case 'moving':
      return movedBy(state.from, state.to, scene).map(replacing)
    case 'edging':
      return edged(state, scene).map(replacing)
    case 'shaping':
      return shaped(state, scene).flatMap((annotation) => [
        replacing(annotation),
        handlesDrawable(annotation, state.handle),
        ...snapDrawable(snapOf(state, scene)),
      ])
    default:
      return pulling(state, scene)
  }
}

function snapDrawable(snap: Snap | null): readonly Drawable[] {
  return snap === null ? [] : [{ type: 'snap', ...snap }]
}

function hovered(scene: Scene): readonly Drawable[] {
  const hit = scene.pointer === null ? undefined : hitsAt(scene.pointer, scene)[0]
  return hit === undefined ? [] : [{ type: 'hover', annotationId: hit.id }]
}

function handled(annotation: Annotation | undefined, scene: Scene): readonly Drawable[] {
  if (annotation === undefined || !scene.isChangeable(annotation)) return []
  const hot = scene.pointer === null ? null : handleAt(scene.pointer, scene)
  return [handlesDrawable(annotation, hot?.handle.index ?? null)]
}

function handlesDrawable({ id, geometry }: Annotation, hot: number | null): Drawable {
  return { type: 'handles', annotationId: id, handles: handlesOf(geometry), hot }
}

function cornersOf({ from, to }: Boxing): readonly XY[] {
  return [from, [to[0], from[1]], to, [from[0], to[1]]]
}

function cursor(state: State, scene: Scene): Cursor {
  if (state.type === 'moving' || state.type === 'scaling' || state.type === 'turning')
    return pullCursor(state)
  if (state.type === 'edging') return edgeCursor(state.held)
  return scene.pointer === null || state.type === 'boxing' ? 'default' : cursorAt(scene.pointer, scene)
}

function cursorAt(at: XY, scene: Scene): Cursor {
  const onHandle = handleAt(at, scene)?.handle.cursor ?? frameCursor(at, scene)
  if (onHandle !== null) return onHandle
  const edge = edgeAt(at, scene.modifiers, scene)
  if (edge !== null) return edgeCursor(edge)
  const hits = hitsAt(at, scene)
  if (hits.some((each) => isHeld(each, scene))) return 'move'
  return hits.length > 0 ? 'pointer' : 'default'
}
