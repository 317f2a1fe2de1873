// A stroke of a round brush: press, drag, release; with Shift a straight line from where the last one ended. Shared
// by the tools that paint. What it covers is computed once, when it ends.

import {
  boundsMeet,
  boundsOfPoints,
  distanceBetween,
  intersection,
  pointOnGrid,
  regionOfBox,
  regionOfStroke,
  simplified,
  type Bounds,
  type Region,
  type Ring,
  type XY,
} from '../geometry/index.ts'
import {
  reacting,
  valueOf,
  type Drawable,
  type Event,
  type NumberSetting,
  type Scene,
} from '../core/index.ts'

export const BRUSH_SIZE: NumberSetting = {
  kind: 'number',
  id: 'brush-size',
  name: 'Size',
  initial: 20,
  minimum: 1,
  maximum: 500,
  step: 1,
  growth: 0.1,
  unit: 'px',
  keys: [['['], [']']],
  wheel: true,
}

/** A brush smaller than this paints whole pixels: it goes from pixel to pixel, or it would fall between centres. */
const SNAPS_BELOW = 4

export interface Stroke {
  readonly points: Ring
  readonly radius: number
}

/** `last`: where the last stroke ended. */
export type StrokeState =
  { readonly type: 'idle'; readonly last?: XY } | ({ readonly type: 'painting' } & Stroke)

export const IDLE: StrokeState = { type: 'idle' }

/** What becomes of an event: a next state, perhaps a finished stroke; null when it is not the stroke's business. */
export interface Painted {
  readonly state: StrokeState
  readonly stroke?: Stroke
}

export function paint(event: Event, state: StrokeState, scene: Scene): Painted | null {
  if (state.type === 'painting') return goOn(event, state, scene)
  if (event.type !== 'down' || event.button !== 'primary') return null
  const at = placeFor(event.at, scene)
  const from = event.modifiers.shift && state.last !== undefined ? [state.last, at] : [at]
  return { state: { type: 'painting', points: from, radius: sizeOf(scene) / 2 } }
}

type Painting = Extract<StrokeState, { readonly type: 'painting' }>

const goOn = reacting<Painting, Scene, Painted>({
  move: ({ at }, state, scene) => ({ state: moved(state, placeFor(at, scene), scene) }),
  up: ({ at }, state, scene) => {
    const to = placeFor(at, scene)
    const { points, radius } = moved(state, to, scene)
    return { state: { type: 'idle', last: to }, stroke: { points, radius } }
  },
  cancel: () => ({ state: IDLE }),
  undo: () => ({ state: IDLE }),
  key: ({ key }) => (key === 'Escape' ? { state: IDLE } : null),
})

function moved(state: Painting, to: XY, { tolerance }: Scene): Painting {
  const step = Math.max(tolerance / 12, state.radius / 20)
  return distanceBetween(state.points.at(-1)!, to) < step
    ? state
    : { ...state, points: [...state.points, to] }
}

function sizeOf({ toolSettings }: Scene): number {
  return valueOf(BRUSH_SIZE, toolSettings)
}

/** Where the middle of the brush is; also outside the picture, which its edge may reach. */
function placeFor(at: XY, scene: Scene): XY {
  const size = sizeOf(scene)
  if (size >= SNAPS_BELOW) return pointOnGrid(at)
  const half = size % 2 === 0 ? 0 : 0.5
  return [Math.round(at[0] - half) + half, Math.round(at[1] - half) + half]
}

/** What the stroke covers of the picture. Half a screen pixel of tolerance cannot be seen. */
export function regionOf({ points, radius }: Stroke, { picture, tolerance }: Scene): Region {
  const line = simplified(points, Math.min(tolerance / 12, radius / 10))
  return intersection(regionOfStroke(line, radius), regionOfBox({ x: 0, y: 0, ...picture }))
}

/** The box that a stroke can have touched. */
export function reachOf({ points, radius }: Stroke): Bounds {
  const { x, y, w, h } = boundsOfPoints(points)
  return { x: x - radius, y: y - radius, w: w + 2 * radius, h: h + 2 * radius }
}

/** The tip of the brush, while the pointer is where it could paint. */
export function tip(role: 'paint' | 'erase', scene: Scene): readonly Drawable[] {
  if (scene.pointer === null) return []
  const [at, radius] = [placeFor(scene.pointer, scene), sizeOf(scene) / 2]
  const isAway = !boundsMeet({ x: at[0], y: at[1], w: 0, h: 0 }, { x: 0, y: 0, ...scene.picture }, radius)
  return isAway ? [] : [{ type: 'tip', role, at, radius, classId: scene.activeClass?.id ?? null }]
}

/** Whether the tool is left: Escape with nothing begun. */
export function isLeft(event: Event, state: { readonly type: string }): boolean {
  return state.type === 'idle' && event.type === 'key' && event.key === 'Escape'
}
