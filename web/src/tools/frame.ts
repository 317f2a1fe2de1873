// Turns and scales the selection by a frame around it: its corners and sides scale, the knob above it turns, a drag
// inside moves.

import {
  boundsOf,
  distanceBetween,
  operations,
  unitedBounds,
  type Bounds,
  type XY,
} from '../geometry/index.ts'
import {
  reacting,
  selectedAnnotations,
  type Annotation,
  type Cursor,
  type Drawable,
  type Message,
  type Modifiers,
  type Reply,
  type Scene,
  type Tool,
} from '../core/index.ts'
import { clicked, movedBy } from './pick.ts'
import { mapped, scaling, turning, type Change } from './reshape.ts'
import { placed } from './sharing.ts'
import { screenPixels } from './snap.ts'

/** A place of the frame to pull: -1, 0 and 1 are its low side, middle and high side on an axis. */
interface Grip {
  readonly at: XY
  readonly side: XY
  readonly cursor: Cursor
}

type Idle = { readonly type: 'idle' }
type Pressing = { readonly type: 'pressing'; readonly from: XY; readonly modifiers: Modifiers }
type Moving = { readonly type: 'moving'; readonly from: XY; readonly to: XY }
type Scaling = { readonly type: 'scaling'; readonly grip: Grip; readonly to: XY }
type Turning = { readonly type: 'turning'; readonly from: XY; readonly to: XY }
type State = Idle | Pressing | Moving | Scaling | Turning

const IDLE: State = { type: 'idle' }
const KNOB_PX = 26

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

function press(at: XY, modifiers: Modifiers, scene: Scene): Reply<State> {
  if (isOnKnob(at, scene))
    return canTurn(scene)
      ? { state: { type: 'turning', from: at, to: at } }
      : { state: IDLE, message: UPRIGHT }
  const grip = gripAt(at, scene)
  return {
    state: grip === null ? { type: 'pressing', from: at, modifiers } : { type: 'scaling', grip, to: at },
  }
}

const UPRIGHT: Message = {
  code: 'upright',
  text: 'Rectangles stay upright: the selection can be scaled and flipped, not turned.',
}

function isOnKnob(at: XY, scene: Scene): boolean {
  const knob = knobOf(scene)
  return knob !== null && distanceBetween(knob, at) <= 1.5 * scene.tolerance
}

function canTurn(scene: Scene): boolean {
  return !selectedAnnotations(scene).some(({ geometry }) => operations(geometry.kind).upright)
}

function drag(at: XY, state: State, scene: Scene): Reply<State> | null {
  if (state.type === 'idle') return null
  if (state.type !== 'pressing') return { state: { ...state, to: at } }
  if (distanceBetween(state.from, at) <= scene.tolerance / 2 || !isInFrame(state.from, scene)) return null
  return { state: { type: 'moving', from: state.from, to: at } }
}

function isInFrame([x, y]: XY, scene: Scene): boolean {
  const box = boxOf(selectedAnnotations(scene))
  return box !== null && x >= box.x && y >= box.y && x <= box.x + box.w && y <= box.y + box.h
}

function release(at: XY, state: State, scene: Scene): Reply<State> | null {
  if (state.type === 'idle') return null
  if (state.type === 'pressing') return { state: IDLE, select: clicked(state.from, state.modifiers, scene) }
  const changed = changedBy({ ...state, to: at }, scene)
  if (typeof changed === 'string') return { state: IDLE, message: { code: 'no_room', text: changed } }
  if (changed.length === 0) return { state: IDLE }
  return { state: IDLE, edit: { name: NAMES[state.type], edit: placed(changed, scene) } }
}

const NAMES = { moving: 'Move', scaling: 'Scale', turning: 'Turn' } as const

/** What the selection becomes, or why it cannot. */
function changedBy(state: Moving | Scaling | Turning, scene: Scene): readonly Annotation[] | string {
  if (state.type === 'moving') return movedBy(state.from, state.to, scene)
  const change = changeOf(state, scene)
  return change === null ? [] : mapped(selectedAnnotations(scene), change, scene.picture)
}

function changeOf(state: Scaling | Turning, scene: Scene): Change | null {
  const box = boxOf(selectedAnnotations(scene))
  if (box === null) return null
  const { modifiers, picture } = scene
  return state.type === 'turning'
    ? turning(middleOf(box), state.from, state.to, modifiers)
    : scaling({ box, side: state.grip.side, to: state.to, modifiers, picture })
}

function boxOf(annotations: readonly Annotation[]): Bounds | null {
  return annotations.length === 0 ? null : unitedBounds(annotations.map(({ geometry }) => boundsOf(geometry)))
}

function middleOf({ x, y, w, h }: Bounds): XY {
  return [x + w / 2, y + h / 2]
}

const SIDES: readonly (readonly [side: XY, cursor: Cursor])[] = [
  [[-1, -1], 'nwse-resize'],
  [[1, -1], 'nesw-resize'],
  [[1, 1], 'nwse-resize'],
  [[-1, 1], 'nesw-resize'],
  [[0, -1], 'ns-resize'],
  [[1, 0], 'ew-resize'],
  [[0, 1], 'ns-resize'],
  [[-1, 0], 'ew-resize'],
]

/** An axis along which the selection has no length is not scaled. */
function gripsOf({ x, y, w, h }: Bounds): readonly Grip[] {
  return SIDES.filter(([side]) => (side[0] === 0 || w > 0) && (side[1] === 0 || h > 0)).map(
    ([side, cursor]) => ({
      at: [x + (w * (side[0] + 1)) / 2, y + (h * (side[1] + 1)) / 2],
      side,
      cursor,
    }),
  )
}

function gripAt(at: XY, scene: Scene): Grip | null {
  const box = boxOf(selectedAnnotations(scene))
  return (
    (box === null ? [] : gripsOf(box)).find((grip) => distanceBetween(grip.at, at) <= scene.tolerance) ?? null
  )
}

/** Above the frame, or below it where the picture ends; null when there is nothing to turn. */
function knobOf(scene: Scene): XY | null {
  const box = boxOf(selectedAnnotations(scene))
  if (box === null || (box.w === 0 && box.h === 0)) return null
  const [x] = middleOf(box)
  const away = screenPixels(KNOB_PX, scene)
  return box.y >= away ? [x, box.y - away] : [x, box.y + box.h + away]
}

function preview(state: State, scene: Scene): readonly Drawable[] {
  const annotations = selectedAnnotations(scene)
  if (state.type === 'idle' || state.type === 'pressing') return framed(annotations, scene)
  const found = changedBy(state, scene)
  const changed = typeof found === 'string' ? [] : found
  const shown = changed.map(({ id, classId, geometry }): Drawable => ({
    type: 'geometry',
    geometry,
    classId,
    replaces: id,
  }))
  return [...shown, ...framed(changed.length === 0 ? annotations : changed, scene)]
}

function framed(annotations: readonly Annotation[], scene: Scene): readonly Drawable[] {
  const bounds = boxOf(annotations)
  if (bounds === null) return []
  const isHeld = scene.pointer !== null && gripAt(scene.pointer, scene)
  return [
    {
      type: 'frame',
      bounds,
      grips: gripsOf(bounds).map(({ at }) => at),
      hot: isHeld ? isHeld.at : null,
      knob: knobOf(scene),
      turns: canTurn(scene),
    },
  ]
}

function cursor(state: State, scene: Scene): Cursor {
  if (state.type === 'moving') return 'move'
  if (state.type === 'scaling') return state.grip.cursor
  if (state.type === 'turning') return 'pointer'
  if (scene.pointer === null) return 'default'
  if (isOnKnob(scene.pointer, scene)) return canTurn(scene) ? 'pointer' : 'not-allowed'
  return gripAt(scene.pointer, scene)?.cursor ?? (isInFrame(scene.pointer, scene) ? 'move' : 'default')
}
