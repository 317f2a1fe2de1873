// The frame around the selection: what it can be pulled by, and what a pull makes of the selection.

import {
  boundsOf,
  distanceBetween,
  operations,
  unitedBounds,
  type Bounds,
  type XY,
} from '../geometry/index.ts'
import {
  selectedAnnotations,
  type Annotation,
  type Cursor,
  type Drawable,
  type Message,
  type Scene,
} from '../core/index.ts'
import { mapped, scaling, turning, type Change } from './reshape.ts'
import { screenPixels } from './snap.ts'

/** A place of the frame to pull: -1, 0 and 1 are its low side, middle and high side on an axis. */
interface Grip {
  readonly at: XY
  readonly side: XY
  readonly cursor: Cursor
}

export interface Frame {
  /** Around the selection itself. */
  readonly box: Bounds
  /** As it is shown, perhaps away from the selection. */
  readonly shown: Bounds
  readonly grips: readonly Grip[]
  /** Null when there is nothing to turn. */
  readonly knob: XY | null
  /** False: something in it stays upright. */
  readonly turns: boolean
}

export type Scaling = { readonly type: 'scaling'; readonly side: XY; readonly from: XY; readonly to: XY }
export type Turning = { readonly type: 'turning'; readonly from: XY; readonly to: XY }
export type Pull = Scaling | Turning

export const PULL_NAMES = { scaling: 'Scale', turning: 'Turn' } as const

export const UPRIGHT: Message = {
  code: 'upright',
  text: 'Rectangles stay upright: the selection can be scaled and flipped, not turned.',
}

const KNOB_PX = 26

/** Around the selection, so many screen pixels away from it; null when there is nothing selected. */
export function frameOf(annotations: readonly Annotation[], away: number, scene: Scene): Frame | null {
  if (annotations.length === 0) return null
  const box = unitedBounds(annotations.map(({ geometry }) => boundsOf(geometry)))
  const margin = screenPixels(away, scene)
  const { x, y, w, h } = box
  const shown = { x: x - margin, y: y - margin, w: w + 2 * margin, h: h + 2 * margin }
  const turns = !annotations.some(({ geometry }) => operations(geometry.kind).upright)
  return { box, shown, grips: gripsOf(box, shown), knob: knobOf(box, shown, scene), turns }
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
function gripsOf(box: Bounds, { x, y, w, h }: Bounds): readonly Grip[] {
  return SIDES.filter(([side]) => (side[0] === 0 || box.w > 0) && (side[1] === 0 || box.h > 0)).map(
    ([side, cursor]) => ({
      at: [x + (w * (side[0] + 1)) / 2, y + (h * (side[1] + 1)) / 2],
      side,
      cursor,
    }),
  )
}

/** Above the frame, or below it where the picture ends. */
function knobOf(box: Bounds, { x, y, w, h }: Bounds, scene: Scene): XY | null {
  if (box.w === 0 && box.h === 0) return null
  const away = screenPixels(KNOB_PX, scene)
  return [x + w / 2, y >= away ? y - away : y + h + away]
}

export function gripAt(at: XY, frame: Frame, { tolerance }: Scene): Grip | null {
  return frame.grips.find((grip) => distanceBetween(grip.at, at) <= tolerance) ?? null
}

/** While the selection is moved or pulled. */
export function pullCursor(state: Pull | { readonly type: 'moving' }): Cursor {
  if (state.type !== 'scaling') return state.type === 'moving' ? 'move' : 'pointer'
  const { side } = state
  return SIDES.find(([[x, y]]) => x === side[0] && y === side[1])![1]
}

export function isOnKnob(at: XY, { knob }: Frame, { tolerance }: Scene): boolean {
  return knob !== null && distanceBetween(knob, at) <= 1.5 * tolerance
}

/** What the selection becomes, or why it cannot. */
export function pulled(pull: Pull, scene: Scene): readonly Annotation[] | string {
  const annotations = selectedAnnotations(scene)
  const change = annotations.length === 0 ? null : changeOf(pull, annotations, scene)
  return change === null ? [] : mapped(annotations, change, scene.picture)
}

function changeOf(pull: Pull, annotations: readonly Annotation[], { modifiers, picture }: Scene): Change {
  const box = unitedBounds(annotations.map(({ geometry }) => boundsOf(geometry)))
  const { x, y, w, h } = box
  const { from, to } = pull
  if (pull.type === 'turning') return turning([x + w / 2, y + h / 2], from, to, modifiers)
  const { side } = pull
  // A grip may stand away from the place it pulls, and be pressed beside its middle.
  const [px, py] = [x + (w * (side[0] + 1)) / 2, y + (h * (side[1] + 1)) / 2]
  return scaling({ box, side, to: [px + to[0] - from[0], py + to[1] - from[1]], modifiers, picture })
}

export function frameDrawable({ shown, grips, knob, turns }: Frame, hot: Grip | null): Drawable {
  return { type: 'frame', bounds: shown, grips: grips.map(({ at }) => at), hot: hot?.at ?? null, knob, turns }
}
