// Turns and scales the selection by a frame close around it, also where handles at a distance have no room: corners
// and sides scale, the knob above it turns, a drag inside moves.

import { distanceBetween, type XY } from '../geometry/index.ts'
import {
  reacting,
  selectedAnnotations,
  type Annotation,
  type Cursor,
  type Drawable,
  type Modifiers,
  type Reply,
  type Scene,
  type Tool,
} from '../core/index.ts'
import {
  frameDrawable,
  frameOf,
  gripAt,
  isOnKnob,
  PULL_NAMES,
  pullCursor,
  pulled,
  UPRIGHT,
  type Frame,
  type Pull,
} from './framing.ts'
import { clicked, movedBy, replacing } from './pick.ts'
import { placed } from './sharing.ts'

type Idle = { readonly type: 'idle' }
type Pressing = { readonly type: 'pressing'; readonly from: XY; readonly modifiers: Modifiers }
type Moving = { readonly type: 'moving'; readonly from: XY; readonly to: XY }
type State = Idle | Pressing | Moving | Pull

const IDLE: State = { type: 'idle' }

export const frame: Tool<State> = {
  id: 'frame',
  key: 't',
  name: 'Turn and scale',
  icon: 'frame',
  draws: [],
  settings: [],
  idle: IDLE,
  on: reacting<State, Scene, Reply<State>>({
    down: ({ at, button, modifiers }, _state, scene) =>
      button === 'primary' ? press(at, modifiers, scene) : null,
    move: ({ at }, state, scene) => drag(at, state, scene),
    up: ({ at }, state, scene) => release(at, state, scene),
    cancel: (_event, state) => givenUp(state),
    undo: (_event, state) => givenUp(state),
    key: ({ key }, state) => {
      if (state.type !== 'idle') return key === 'Escape' ? { state: IDLE } : null
      return key === 'Escape' || key === 'Enter' ? { state, next: 'select' } : null
    },
  }),
  preview,
  cursor,
  disabled: () => null,
}

function givenUp(state: State): Reply<State> | null {
  return state.type === 'idle' ? null : { state: IDLE }
}

function around(scene: Scene, annotations = selectedAnnotations(scene)): Frame | null {
  return frameOf(annotations, 0, scene)
}

function press(at: XY, modifiers: Modifiers, scene: Scene): Reply<State> {
  const own = around(scene)
  if (own !== null && isOnKnob(at, own, scene))
    return own.turns ? { state: { type: 'turning', from: at, to: at } } : { state: IDLE, message: UPRIGHT }
  const grip = own === null ? null : gripAt(at, own, scene)
  return {
    state:
      grip === null
        ? { type: 'pressing', from: at, modifiers }
        : { type: 'scaling', side: grip.side, from: at, to: at },
  }
}

function drag(at: XY, state: State, scene: Scene): Reply<State> | null {
  if (state.type === 'idle') return null
  if (state.type !== 'pressing') return { state: { ...state, to: at } }
  if (distanceBetween(state.from, at) <= scene.tolerance / 2 || !isInFrame(state.from, around(scene)))
    return null
  return { state: { type: 'moving', from: state.from, to: at } }
}

function isInFrame([x, y]: XY, own: Frame | null): boolean {
  if (own === null) return false
  const { box } = own
  return x >= box.x && y >= box.y && x <= box.x + box.w && y <= box.y + box.h
}

function release(at: XY, state: State, scene: Scene): Reply<State> | null {
  if (state.type === 'idle') return null
  if (state.type === 'pressing') return { state: IDLE, select: clicked(state.from, state.modifiers, scene) }
  const changed = changedBy({ ...state, to: at }, scene)
  if (typeof changed === 'string') return { state: IDLE, message: { code: 'no_room', text: changed } }
  if (changed.length === 0) return { state: IDLE }
  return { state: IDLE, edit: { name: NAMES[state.type], edit: placed(changed, scene) } }
}

const NAMES = { moving: 'Move', ...PULL_NAMES } as const

/** What the selection becomes, or why it cannot. */
function changedBy(state: Moving | Pull, scene: Scene): readonly Annotation[] | string {
  return state.type === 'moving' ? movedBy(state.from, state.to, scene) : pulled(state, scene)
}

function preview(state: State, scene: Scene): readonly Drawable[] {
  const annotations = selectedAnnotations(scene)
  if (state.type === 'idle' || state.type === 'pressing') return framed(annotations, scene)
  const found = changedBy(state, scene)
  const changed = typeof found === 'string' ? [] : found
  return [...changed.map(replacing), ...framed(changed.length === 0 ? annotations : changed, scene)]
}

function framed(annotations: readonly Annotation[], scene: Scene): readonly Drawable[] {
  const own = around(scene, annotations)
  if (own === null) return []
  return [frameDrawable(own, scene.pointer && gripAt(scene.pointer, own, scene))]
}

function cursor(state: State, scene: Scene): Cursor {
  if (state.type !== 'idle' && state.type !== 'pressing') return pullCursor(state)
  const own = around(scene)
  if (scene.pointer === null || own === null) return 'default'
  if (isOnKnob(scene.pointer, own, scene)) return own.turns ? 'pointer' : 'not-allowed'
  return gripAt(scene.pointer, own, scene)?.cursor ?? (isInFrame(scene.pointer, own) ? 'move' : 'default')
}
