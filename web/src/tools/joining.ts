// Points joined one after the other: a click sets one, a drag a free-hand stretch, Ctrl a stretch of a border. Each is
// one step that can be taken back and set again.

import { distanceBetween, operations, simplified, type Ring, type XY } from '../geometry/index.ts'
import { valueOf, type Modifiers, type NumberSetting, type Scene } from '../core/index.ts'
import { aim, aimFree, type Aim } from './aim.ts'
import { placeInside } from './border.ts'
import { screenPixels } from './snap.ts'

export const SMOOTHING: NumberSetting = {
  kind: 'number',
  id: 'smoothing',
  name: 'Smooth',
  initial: 1,
  minimum: 0.5,
  maximum: 10,
  step: 0.5,
  unit: 'px',
  keys: [[], []],
  wheel: true,
  applies: isFreehand,
}

/** What one press set. */
interface Step {
  readonly points: Ring
  /** Those of its points that lie on the border of something else. */
  readonly seams: Ring
}

export interface Joining {
  readonly type: 'joining'
  readonly steps: readonly Step[]
  /** Steps taken back, the last one first. */
  readonly undone: readonly Step[]
  readonly pressed: Aim | null
  /** The free-hand stretch that the press has drawn so far. */
  readonly stretch: Ring | null
  /** Whether the last press fell on the last point again. */
  readonly repeated: boolean
}

export const JOINING: Joining = {
  type: 'joining',
  steps: [],
  undone: [],
  pressed: null,
  stretch: null,
  repeated: false,
}

export function pointsOf({ steps }: Joining): Ring {
  return steps.flatMap(({ points }) => points)
}

export function seamsOf({ steps }: Joining): Ring {
  return steps.flatMap(({ seams }) => seams)
}

/** The points that were set on purpose: free-hand stretches have an end only. */
export function setPoints({ steps }: Joining): Ring {
  const [first] = steps
  const ends = steps.flatMap(({ points }) => points.slice(-1))
  return first === undefined || first.points.length === 1 ? ends : [first.points[0]!, ...ends]
}

/** Whether a drag draws: not where points only tell how far something reaches. */
export function isFreehand({ activeClass }: Scene): boolean {
  return activeClass !== null && operations(activeClass.type).gesture === 'clicks'
}

export function pressed(state: Joining, at: XY, modifiers: Modifiers, scene: Scene): Joining {
  return { ...state, pressed: aim(at, modifiers, pointsOf(state), scene), stretch: null, repeated: false }
}

/** Dragging sets points closer than can be seen; they are thinned out at the end. */
export function dragged(state: Joining, at: XY, scene: Scene): Joining {
  if (state.pressed === null || !isFreehand(scene)) return state
  const to = placeInside(at, scene)
  const { stretch } = state
  if (stretch === null) {
    const isFar = distanceBetween(state.pressed.at, to) > scene.tolerance
    return isFar ? { ...state, stretch: [state.pressed.at, to] } : state
  }
  const isNear = distanceBetween(stretch.at(-1)!, to) < scene.tolerance / 8
  return isNear ? state : { ...state, stretch: [...stretch, to] }
}

/** The state after the press, and whether it closed the outline. */
export function released(
  state: Joining,
  at: XY,
  modifiers: Modifiers,
  scene: Scene,
): { readonly state: Joining; readonly closed: boolean } {
  const own = pointsOf(state)
  const free: Joining = { ...state, pressed: null, stretch: null }
  if (state.stretch !== null) {
    const end = aimFree(at, modifiers, own, scene)
    const swept = [...own, ...state.stretch]
    const closed = isClosing(swept, end.at, scene)
    const step = stretchStep(state, closed ? { ...end, at: swept[0]! } : end, scene)
    return { state: withStep(free, step), closed }
  }
  const to = aim(at, modifiers, own, scene)
  if (isClosing(own, to.at, scene)) {
    return {
      state: to.along.length === 0 ? free : withStep(free, stepOf({ ...to, snap: null }, [])),
      closed: true,
    }
  }
  const last = own.at(-1)
  const isRepeated =
    last !== undefined && to.along.length === 0 && distanceBetween(last, to.at) <= scene.tolerance / 2
  if (isRepeated) return { state: { ...free, repeated: true }, closed: false }
  return { state: withStep(free, stepOf(to, [to.at])), closed: false }
}

/** A followed border is shared from its first point on. */
function stepOf({ at, snap, along }: Aim, end: Ring): Step {
  return { points: [...along, ...end], seams: [...along, ...(snap === null ? [] : [at])] }
}

function stretchStep({ pressed: from, stretch }: Joining, end: Aim, scene: Scene): Step {
  const thin = screenPixels(valueOf(SMOOTHING, scene.toolSettings), scene)
  const ends = [from, end].flatMap((each) => (each?.snap ? [each.at] : []))
  return { points: simplified([...stretch!, end.at], thin), seams: ends }
}

export function withStep(state: Joining, step: Step): Joining {
  return { ...state, steps: [...state.steps, step], undone: [], repeated: false }
}

export function withPoint(state: Joining, at: XY): Joining {
  return withStep(state, { points: [at], seams: [] })
}

/** Null when nothing is left. */
export function withoutLast(state: Joining): Joining | null {
  if (state.steps.length <= 1) return null
  const undone = [...state.undone, state.steps.at(-1)!]
  return { ...JOINING, steps: state.steps.slice(0, -1), undone }
}

/** Null when nothing was taken back. */
export function withNext(state: Joining): Joining | null {
  const next = state.undone.at(-1)
  if (next === undefined) return null
  return { ...JOINING, steps: [...state.steps, next], undone: state.undone.slice(0, -1) }
}

export function isCloseable(points: Ring, { activeClass }: Scene): boolean {
  if (activeClass === null) return false
  const { closed, minimum, gesture } = operations(activeClass.type)
  return closed && gesture === 'clicks' && points.length >= minimum
}

function isClosing(points: Ring, at: XY, scene: Scene): boolean {
  return isCloseable(points, scene) && distanceBetween(points[0]!, at) <= scene.tolerance
}
