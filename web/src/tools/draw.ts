// Draws every kind that is made of set points, by the gesture of the kind: a click; press-drag-release, two clicks or
// four extreme points; a click per point, or free-hand stretches, until Enter, a double click, the other button or a
// click on the first point.

import { distanceBetween, operations, type Geometry, type Ring, type XY } from '../geometry/index.ts'
import {
  parentFor,
  reacting,
  valueOf,
  type ChoiceSetting,
  type Drawable,
  type Modifiers,
  type Reply,
  type Scene,
  type Tool,
} from '../core/index.ts'
import { aim, aimCorner, aimFree, ANGLES, type Aim } from './aim.ts'
import { borderNote } from './border.ts'
import { finished, whyNoDrawing } from './finish.ts'
import {
  dragged,
  isCloseable,
  JOINING,
  pointsOf,
  pressed,
  released,
  seamsOf,
  setPoints,
  SMOOTHING,
  withNext,
  withoutLast,
  withPoint,
  type Joining,
} from './joining.ts'
import { FOLLOW, SNAP, SNAP_DISTANCE } from './snap.ts'
import { typedPlace } from './typed.ts'

type Idle = { readonly type: 'idle' }
/** One point is set where the press ends. */
type Placing = { readonly type: 'placing' }
/** From one corner to the other, by one press that is dragged or by two; `held` while pressed. */
type Stretching = {
  readonly type: 'stretching'
  readonly from: Aim
  readonly held: boolean
  readonly second: boolean
}

type State = Idle | Placing | Stretching | Joining
type Answer = Reply<State> | null

const IDLE: State = { type: 'idle' }
const DRAWS = ['click', 'drag', 'clicks'] as const
const EXTREMES = 4

const RECTANGLES: ChoiceSetting<'corners' | 'extremes'> = {
  kind: 'choice',
  id: 'rectangles',
  name: 'Rectangle from',
  initial: 'corners',
  options: [
    { id: 'corners', name: 'two corners' },
    { id: 'extremes', name: 'four extreme points' },
  ],
  keys: ['x'],
  applies: ({ activeClass }) => activeClass !== null && operations(activeClass.type).gesture === 'drag',
}
/** Areas are outlined by another tool of this reducer: `fill`. */
const TAKES = [...DRAWS, 'freehand'] as const

export const draw: Tool<State> = {
  id: 'draw',
  key: 'd',
  name: 'Draw',
  icon: 'pencil',
  draws: DRAWS,
  settings: [RECTANGLES, SNAP, FOLLOW, SNAP_DISTANCE, ANGLES, SMOOTHING],
  typed: true,
  idle: IDLE,
  on: reacting<State, Scene, Reply<State>>({
    down: ({ at, button, modifiers }, state, scene) =>
      button === 'primary' ? press(at, modifiers, state, scene) : pressOther(state, scene),
    move: ({ at }, state, scene) => (state.type === 'joining' ? { state: dragged(state, at, scene) } : null),
    up: ({ at, modifiers }, state, scene) => release(at, modifiers, state, scene),
    doubleClick: (_event, state, scene) => doubleClick(state, scene),
    cancel: (_event, state) => (state.type === 'idle' ? null : { state: letGo(state) }),
    undo: (_event, state) => (state.type === 'idle' ? null : { state: back(state) }),
    redo: (_event, state) => forth(state),
    typed: ({ text }, state, scene) => type(text, state, scene),
    key: (event, state, scene) => key(event.key, state, scene),
  }),
  preview,
  cursor: () => 'crosshair',
  disabled: (scene) => whyNoDrawing(scene, DRAWS),
}

function press(at: XY, modifiers: Modifiers, state: State, scene: Scene): Answer {
  if (state.type === 'stretching') return { state: { ...state, held: true, second: true } }
  if (state.type === 'joining') return { state: pressed(state, at, modifiers, scene) }
  const reason = whyNoDrawing(scene, TAKES)
  if (reason !== null) return { state: IDLE, message: { code: 'disabled', text: reason } }
  const begun = begin(scene, aim(at, modifiers, [], scene))
  return { state: begun.type === 'joining' ? pressed(begun, at, modifiers, scene) : begun }
}

function begin({ activeClass, toolSettings }: Scene, from: Aim): Placing | Stretching | Joining {
  switch (activeClass === null ? null : operations(activeClass.type).gesture) {
    case 'click':
      return { type: 'placing' }
    case 'drag':
      return valueOf(RECTANGLES, toolSettings) === 'extremes'
        ? JOINING
        : { type: 'stretching', from, held: true, second: false }
    default:
      return JOINING
  }
}

function pressOther(state: State, scene: Scene): Answer {
  return state.type === 'idle' ? null : end(state, scene)
}

function release(at: XY, modifiers: Modifiers, state: State, scene: Scene): Answer {
  const note = borderNote(at, scene)
  if (state.type === 'placing')
    return { ...note, state: IDLE, ...finished([aim(at, modifiers, [], scene).at], scene) }
  if (state.type === 'stretching' && state.held)
    return { ...note, ...stretched(state, aimCorner(state.from.at, at, modifiers, scene), scene) }
  return state.type === 'joining' && state.pressed !== null
    ? { ...note, ...joined(state, at, modifiers, scene) }
    : null
}

/** Done when the corners are apart; a press without dragging leaves the other corner to a second press. */
function stretched(state: Stretching, to: Aim, scene: Scene): Reply<State> {
  const isApart = state.second || distanceBetween(state.from.at, to.at) > scene.tolerance / 2
  if (!isApart) return { state: { ...state, held: false } }
  const seams = [state.from, to].flatMap(({ at, snap }) => (snap === null ? [] : [at]))
  return { state: IDLE, ...finished([state.from.at, to.at], scene, seams) }
}

function joined(state: Joining, at: XY, modifiers: Modifiers, scene: Scene): Reply<State> {
  const { state: next, closed } = released(state, at, modifiers, scene)
  return closed || isFull(next, scene) ? end(next, scene) : { state: next }
}

/** Extreme points are four. */
function isFull(state: Joining, { activeClass }: Scene): boolean {
  if (activeClass === null || operations(activeClass.type).gesture !== 'drag') return false
  return pointsOf(state).length >= EXTREMES
}

/** Ends a drawing on its last point. A double click whose first half ended another drawing takes back its second half. */
function doubleClick(state: State, scene: Scene): Answer {
  if (state.type !== 'joining') return null
  if (state.repeated) return end(state, scene)
  return pointsOf(state).length === 1 ? { state: IDLE } : null
}

function end(state: State, scene: Scene): Reply<State> {
  const to = aimNow(state, scene)
  if (state.type === 'stretching' && to !== null) return stretched({ ...state, second: true }, to, scene)
  if (state.type !== 'joining') return { state: IDLE, ...finished([], scene) }
  return { state: IDLE, ...finished(pointsOf(state), scene, seamsOf(state)) }
}

/** The press is taken back, what was set before it stays. */
function letGo(state: State): State {
  if (state.type === 'joining' && state.steps.length > 0) return { ...state, pressed: null, stretch: null }
  return state.type === 'stretching' && (!state.held || state.second) ? { ...state, held: false } : IDLE
}

function back(state: State): State {
  return (state.type === 'joining' ? withoutLast(state) : null) ?? IDLE
}

function forth(state: State): Answer {
  const next = state.type === 'joining' ? withNext(state) : null
  if (next !== null) return { state: next }
  return state.type === 'idle' ? null : { state }
}

/** A typed place is set as it is: nothing snaps. */
function type(text: string, state: State, scene: Scene): Answer {
  const reason = state.type === 'idle' ? whyNoDrawing(scene, DRAWS) : null
  if (reason !== null) return { state, message: { code: 'disabled', text: reason } }
  const last =
    state.type === 'stretching' ? state.from.at : state.type === 'joining' ? pointsOf(state).at(-1) : null
  const at = typedPlace(text, last ?? null, scene.picture)
  if (typeof at === 'string') return { state, message: { code: 'no_place', text: at } }
  return withTyped(
    state.type === 'idle' ? begin(scene, exactly(at)) : state,
    at,
    state.type === 'idle',
    scene,
  )
}

function exactly(at: XY): Aim {
  return { at, snap: null, along: [] }
}

function withTyped(state: Exclude<State, Idle>, at: XY, isFirst: boolean, scene: Scene): Reply<State> {
  if (state.type === 'placing') return { state: IDLE, ...finished([at], scene) }
  if (state.type === 'stretching')
    return isFirst
      ? { state: { ...state, held: false } }
      : stretched({ ...state, second: true }, exactly(at), scene)
  const next = withPoint(state, at)
  return isFull(next, scene) ? end(next, scene) : { state: next }
}

function key(name: string, state: State, scene: Scene): Answer {
  if (state.type === 'idle') return name === 'Escape' ? { state, next: 'select' } : null
  if (name === 'Escape') return { state: IDLE }
  if (name === 'Backspace' || name === 'Delete') return { state: back(state) }
  return name === 'Enter' ? end(state, scene) : null
}

function preview(state: State, scene: Scene): readonly Drawable[] {
  const { activeClass } = scene
  if (activeClass === null) return []
  const to = aimNow(state, scene)
  const parent = parentFor(activeClass, scene)
  return [
    ...(parent ? [{ type: 'context', annotationId: parent } as const] : []),
    ...drawn(state, to, scene),
    ...(to?.snap ? [{ type: 'snap', ...to.snap } as const] : []),
  ]
}

/** Where the next point would fall, null when the pointer is away. */
function aimNow(state: State, scene: Scene): Aim | null {
  const { pointer, modifiers } = scene
  if (pointer === null) return null
  if (state.type === 'stretching') return aimCorner(state.from.at, pointer, modifiers, scene)
  if (state.type !== 'joining') return aim(pointer, modifiers, [], scene)
  const own = pointsOf(state)
  return state.stretch === null
    ? aim(pointer, modifiers, own, scene)
    : aimFree(pointer, modifiers, own, scene)
}

function drawn(state: State, to: Aim | null, scene: Scene): readonly Drawable[] {
  if (state.type === 'idle') return []
  const ahead: Ring = to === null ? [] : [...to.along, to.at]
  if (state.type === 'placing') return shape(ahead, scene)
  if (state.type === 'stretching') return shape([state.from.at, ...ahead], scene)
  const points = [...pointsOf(state), ...(state.stretch ?? []), ...ahead]
  const classId = scene.activeClass!.id
  const dots: Drawable = {
    type: 'points',
    points: setPoints(state),
    closeable: isCloseable(pointsOf(state), scene),
    classId,
  }
  if (operations(scene.activeClass!.type).gesture === 'drag') return [...shape(points, scene), dots]
  return [{ type: 'path', role: 'outline', points, closed: false, classId }, dots]
}

function shape(points: Ring, { activeClass }: Scene): readonly Drawable[] {
  const geometry: Geometry | null = operations(activeClass!.type).build(points)
  return geometry === null ? [] : [{ type: 'geometry', geometry, classId: activeClass!.id, replaces: null }]
}
