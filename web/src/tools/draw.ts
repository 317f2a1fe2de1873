// Draws every kind that is made of set points, by the gesture of the kind: a click; press-drag-release or two
// clicks; a click per point until Enter, a double click, the other button or a click on the first point.

import { distanceBetween, operations, type Geometry, type Ring, type XY } from '../geometry/index.ts'
import { reacting, type Drawable, type Reply, type Scene, type Tool } from '../core/index.ts'
import { borderNote, placeInside } from './border.ts'
import { finished, whyNoDrawing } from './finish.ts'

type Idle = { readonly type: 'idle' }
/** One point is set where the press ends. */
type Placing = { readonly type: 'placing'; readonly to: XY }
/** From one corner to the other, by one press that is dragged or by two; `held` while pressed. */
type Stretching = {
  readonly type: 'stretching'
  readonly from: XY
  readonly to: XY
  readonly held: boolean
  readonly second: boolean
}
/** Points joined so far; `repeated` when the last press fell on the last point again. */
type Joining = {
  readonly type: 'joining'
  readonly points: Ring
  readonly to: XY
  readonly held: boolean
  readonly repeated: boolean
}

type State = Idle | Placing | Stretching | Joining
type Answer = Reply<State> | null

const IDLE: State = { type: 'idle' }
const DRAWS = ['click', 'drag', 'clicks'] as const

export const draw: Tool<State> = {
  id: 'draw',
  key: 'd',
  name: 'Draw',
  icon: 'pencil',
  draws: DRAWS,
  settings: [],
  idle: IDLE,
  on: reacting<State, Scene, Reply<State>>({
    down: ({ at, button }, state, scene) =>
      button === 'primary' ? press(at, state, scene) : pressOther(state, scene),
    move: ({ at }, state, scene) =>
      state.type === 'idle' ? null : { state: { ...state, to: placeInside(at, scene) } },
    up: ({ at }, state, scene) => release(at, state, scene),
    doubleClick: (_event, state, scene) => doubleClick(state, scene),
    cancel: (_event, state) => (state.type === 'idle' ? null : { state: letGo(state) }),
    undo: (_event, state) => (state.type === 'idle' ? null : { state: withoutLast(state) }),
    key: (event, state, scene) => key(event.key, state, scene),
  }),
  preview,
  cursor: () => 'crosshair',
  disabled: (scene) => whyNoDrawing(scene, DRAWS),
}

function press(at: XY, state: State, scene: Scene): Answer {
  const to = placeInside(at, scene)
  if (state.type === 'stretching') return { state: { ...state, to, held: true, second: true } }
  if (state.type === 'joining') return { state: { ...state, to, held: true } }
  const reason = whyNoDrawing(scene, DRAWS)
  if (reason !== null) return { state: IDLE, message: { code: 'disabled', text: reason } }
  return { state: begun(to, scene) }
}

function begun(to: XY, { activeClass }: Scene): State {
  switch (activeClass === null ? null : operations(activeClass.type).gesture) {
    case 'click':
      return { type: 'placing', to }
    case 'drag':
      return { type: 'stretching', from: to, to, held: true, second: false }
    default:
      return { type: 'joining', points: [], to, held: true, repeated: false }
  }
}

function pressOther(state: State, scene: Scene): Answer {
  return state.type === 'idle' ? null : end(state, scene)
}

function release(at: XY, state: State, scene: Scene): Answer {
  const to = placeInside(at, scene)
  const note = borderNote(at, scene)
  if (state.type === 'placing') return { ...note, state: IDLE, ...finished([to], scene) }
  if (state.type === 'stretching' && state.held)
    return { ...note, ...stretched({ ...state, to, held: false }, scene) }
  return state.type === 'joining' && state.held
    ? { ...note, ...joined({ ...state, to, held: false }, scene) }
    : null
}

/** Done when the corners are apart; a press without dragging leaves the other corner to a second press. */
function stretched(state: Stretching, scene: Scene): Reply<State> {
  const isApart = state.second || distanceBetween(state.from, state.to) > scene.tolerance / 2
  return isApart ? end(state, scene) : { state }
}

/** Sets a point, unless it falls on the last one, or closes the outline on the first one. */
function joined(state: Joining, scene: Scene): Reply<State> {
  const { points, to } = state
  const isNear = (point: XY | undefined, distance: number): boolean =>
    point !== undefined && distanceBetween(point, to) <= distance
  if (isCloseable(points, scene) && isNear(points[0], scene.tolerance)) return end(state, scene)
  if (isNear(points.at(-1), scene.tolerance / 2)) return { state: { ...state, repeated: true } }
  return { state: { ...state, points: [...points, to], repeated: false } }
}

function isCloseable(points: Ring, { activeClass }: Scene): boolean {
  if (activeClass === null) return false
  const { closed, minimum } = operations(activeClass.type)
  return closed && points.length >= minimum
}

/** Ends a drawing on its last point. A double click whose first half ended another drawing takes back its second half. */
function doubleClick(state: State, scene: Scene): Answer {
  if (state.type !== 'joining') return null
  if (state.repeated) return end(state, scene)
  return state.points.length === 1 ? { state: IDLE } : null
}

function end(state: State, scene: Scene): Reply<State> {
  return { state: IDLE, ...finished(pointsOf(state), scene) }
}

function pointsOf(state: State): Ring {
  if (state.type === 'stretching') return [state.from, state.to]
  return state.type === 'joining' ? state.points : []
}

/** The press is taken back, what was set before it stays. */
function letGo(state: State): State {
  if (state.type === 'joining' && state.points.length > 0) return { ...state, held: false }
  return state.type === 'stretching' && (!state.held || state.second) ? { ...state, held: false } : IDLE
}

function withoutLast(state: State): State {
  if (state.type !== 'joining' || state.points.length <= 1) return IDLE
  return { ...state, points: state.points.slice(0, -1), repeated: false }
}

function key(name: string, state: State, scene: Scene): Answer {
  if (state.type === 'idle') return name === 'Escape' ? { state, next: 'select' } : null
  if (name === 'Escape') return { state: IDLE }
  if (name === 'Backspace' || name === 'Delete') return { state: withoutLast(state) }
  return name === 'Enter' ? end(state, scene) : null
}

function preview(state: State, scene: Scene): readonly Drawable[] {
  const { activeClass } = scene
  if (activeClass === null || state.type === 'idle') return []
  const classId = activeClass.id
  if (state.type !== 'joining') {
    const points = state.type === 'placing' ? [state.to] : [state.from, state.to]
    const geometry: Geometry | null = operations(activeClass.type).build(points)
    return geometry === null ? [] : [{ type: 'geometry', geometry, classId, replaces: null }]
  }
  return [
    { type: 'path', role: 'outline', points: [...state.points, state.to], closed: false, classId },
    { type: 'points', points: state.points, closeable: isCloseable(state.points, scene), classId },
  ]
}
