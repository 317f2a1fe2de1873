// An area outlined free-hand: press, drag, release; or click by click, each of which may be a drag as well, until
// Enter, a double click, the other button or a click on the first point. Shared by the tools that take an area.

import { distanceBetween, simplified, type Ring, type XY } from '../geometry/index.ts'
import { reacting, type Event, type Message, type Scene } from '../core/index.ts'
import { borderNote, placeInside } from './border.ts'

interface Outline {
  readonly points: Ring
  /** How many points there were before each press. */
  readonly marks: readonly number[]
  readonly to: XY
  /** Where the press began, null when nothing is pressed. */
  readonly pressed: XY | null
  readonly freehand: boolean
  /** Whether the last press fell on the last point again. */
  readonly repeated: boolean
}

export type OutlineState = { readonly type: 'idle' } | ({ readonly type: 'outlining' } & Outline)

export const IDLE: OutlineState = { type: 'idle' }
const MINIMUM = 3

/** What becomes of an event: a next state, perhaps a finished ring; null when it is not the outline's business. */
export interface Traced {
  readonly state: OutlineState
  readonly ring?: Ring
  readonly message?: Message
}

export type Outlining = Extract<OutlineState, { type: 'outlining' }>

export function trace(event: Event, state: OutlineState, scene: Scene): Traced | null {
  if (event.type === 'down' && event.button === 'primary')
    return { state: press(placeInside(event.at, scene), state) }
  return state.type === 'idle' ? null : goOn(event, state, scene)
}

const goOn = reacting<Outlining, Scene, Traced>({
  down: (_event, state, scene) => end(state, scene),
  move: ({ at }, state, scene) => ({ state: moved(state, placeInside(at, scene), scene) }),
  up: ({ at }, state, scene) => {
    if (state.pressed === null) return null
    return { ...borderNote(at, scene), ...release(moved(state, placeInside(at, scene), scene), scene) }
  },
  doubleClick: (_event, state, scene) => doubleClick(state, scene),
  cancel: (_event, state) => ({ state: state.pressed === null ? state : withoutLast(state) }),
  undo: (_event, state) => ({ state: withoutLast(state) }),
  key: (event, state, scene) => key(event.key, state, scene),
})

function press(to: XY, state: OutlineState): Outlining {
  const { points, marks } = state.type === 'idle' ? { points: [], marks: [] } : state
  const begun = { type: 'outlining', to, pressed: to, freehand: false, repeated: false } as const
  return { ...begun, points, marks: [...marks, points.length] }
}

/** Dragging sets points closer than can be seen; they are thinned out at the end. */
function moved(state: Outlining, to: XY, { tolerance }: Scene): Outlining {
  const { pressed, points } = state
  if (pressed === null) return { ...state, to }
  if (!state.freehand && distanceBetween(pressed, to) <= tolerance / 2) return { ...state, to }
  const line = state.freehand ? points : [...points, pressed]
  const isNear = distanceBetween(line.at(-1)!, to) < tolerance / 8
  return { ...state, to, freehand: true, points: isNear ? line : [...line, to] }
}

function release(state: Outlining, scene: Scene): Traced {
  const { points, to, marks } = state
  const free: Outlining = { ...state, pressed: null, freehand: false }
  const isFirstPress = marks.length === 1
  if (state.freehand) return isFirstPress || isClosedBy(to, state, scene) ? end(free, scene) : { state: free }
  if (isClosedBy(to, state, scene)) return end(free, scene)
  const last = points.at(-1)
  const isRepeated = last !== undefined && distanceBetween(last, to) <= scene.tolerance / 2
  if (isRepeated) return { state: { ...free, marks: marks.slice(0, -1), repeated: true } }
  return { state: { ...free, points: [...points, to] } }
}

function isClosedBy(to: XY, { points, marks }: Outline, { tolerance }: Scene): boolean {
  const before = marks.at(-1) ?? 0
  return before >= MINIMUM && distanceBetween(points[0]!, to) <= tolerance
}

/** A double click whose first half ended another outline takes back its second half. */
function doubleClick(state: Outlining, scene: Scene): Traced | null {
  if (state.repeated) return end(state, scene)
  return state.points.length === 1 ? { state: IDLE } : null
}

/** Half a screen pixel of tolerance cannot be seen. */
function end({ points }: Outlining, { tolerance }: Scene): Traced {
  return { state: IDLE, ring: simplified(points, tolerance / 12) }
}

function withoutLast(state: Outlining): OutlineState {
  const left = state.marks.at(-1) ?? 0
  if (left === 0) return IDLE
  const points = state.points.slice(0, left)
  return {
    ...state,
    points,
    marks: state.marks.slice(0, -1),
    pressed: null,
    freehand: false,
    repeated: false,
  }
}

function key(name: string, state: Outlining, scene: Scene): Traced | null {
  if (name === 'Escape') return { state: IDLE }
  if (name === 'Backspace' || name === 'Delete') return { state: withoutLast(state) }
  return name === 'Enter' ? end(state, scene) : null
}

/** Whether a click on the first point would close the outline. */
export function isCloseable({ points, pressed }: Outlining): boolean {
  return pressed === null && points.length >= MINIMUM
}

/** The first point of every press: those that were set on purpose. */
export function pressedPoints({ points, marks }: Outlining): Ring {
  return marks.flatMap((mark): Ring => points.slice(mark, mark + 1))
}

/** Whether the tool is left: Escape with nothing begun. */
export function isLeft(event: Event, state: OutlineState): boolean {
  return state.type === 'idle' && event.type === 'key' && event.key === 'Escape'
}
