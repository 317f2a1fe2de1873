// Where the next point falls: where the pointer is, or on what it snaps to, or in a direction from the last point, or
// at the end of a border that is followed.

import {
  between,
  insidePicture,
  lengthOf,
  onGrid,
  operations,
  REACH,
  type Ring,
  type Size,
  type XY,
} from '../geometry/index.ts'
import { valueOf, type Modifiers, type Scene, type ToggleSetting } from '../core/index.ts'
import { placeInside } from './border.ts'
import { annotationsNear, isSnapping, snapped, type Snap } from './snap.ts'

export const ANGLES: ToggleSetting = {
  kind: 'toggle',
  id: 'angles',
  name: '45° steps',
  initial: false,
  keys: ['Shift+n'],
}

export interface Aim {
  readonly at: XY
  readonly snap: Snap | null
  /** Points of a followed border on the way from the last point. */
  readonly along: Ring
}

/** `own`: the points set so far. */
export function aim(pointer: XY, modifiers: Modifiers, own: Ring, scene: Scene): Aim {
  const last = own.at(-1)
  const at = placeInside(pointer, scene)
  if (last !== undefined && modifiers.ctrl) return following(last, at, modifiers, scene)
  if (last !== undefined && isAngled(modifiers, scene))
    return straight(inDirection(last, pointer, 8, scene.picture))
  const snap = isSnapping(modifiers, scene) ? snapped(at, own, scene) : null
  return snap === null ? straight(at) : { at: snap.at, snap, along: [] }
}

/** The corner opposite to `from`: with the angle lock on, that of a square. */
export function aimCorner(from: XY, pointer: XY, modifiers: Modifiers, scene: Scene): Aim {
  if (isAngled(modifiers, scene)) return straight(squareCorner(from, pointer, scene.picture))
  return aim(pointer, modifiers, [], scene)
}

function straight(at: XY): Aim {
  return { at, snap: null, along: [] }
}

/** Shift turns it the other way round. */
function isAngled({ shift }: Modifiers, { toolSettings }: Scene): boolean {
  return valueOf(ANGLES, toolSettings) !== shift
}

/** The place in the nearest of `count` directions, as far along as the pointer is, on the grid and in the picture. */
export function inDirection(from: XY, at: XY, count: number, picture: Size): XY {
  const [dx, dy] = [at[0] - from[0], at[1] - from[1]]
  const turn = (2 * Math.PI) / count
  const angle = Math.round(Math.atan2(dy, dx) / turn) * turn
  const [x, y] = [Math.round(Math.cos(angle)), Math.round(Math.sin(angle))]
  return reached(from, [x, y], (dx * x + dy * y) / (x * x + y * y), picture)
}

function squareCorner(from: XY, at: XY, picture: Size): XY {
  const [dx, dy] = [at[0] - from[0], at[1] - from[1]]
  const direction: XY = [dx < 0 ? -1 : 1, dy < 0 ? -1 : 1]
  return reached(from, direction, Math.max(Math.abs(dx), Math.abs(dy)), picture)
}

/** Both coordinates change by the same number of grid steps, so that the direction is kept exactly. */
function reached(from: XY, [x, y]: XY, length: number, picture: Size): XY {
  const room = Math.min(roomOf(from[0], x, picture.w), roomOf(from[1], y, picture.h))
  const steps = Math.min(onGrid(length), Math.floor(room * 100) / 100)
  return insidePicture([onGrid(from[0] + x * steps), onGrid(from[1] + y * steps)], picture)
}

function roomOf(from: number, direction: number, length: number): number {
  if (direction === 0) return Infinity
  return direction > 0 ? length - from : from
}

/** Along the border that both the last point and the pointer lie on, else straight. With Shift the other way round. */
function following(last: XY, at: XY, { shift }: Modifiers, scene: Scene): Aim {
  const snap = snapped(at, [], scene)
  if (snap === null) return straight(at)
  const ways = annotationsNear(snap.at, REACH, scene)
    .filter(scene.isVisible)
    .flatMap(({ geometry }) => operations(geometry.kind).outline(geometry))
    .flatMap((path) => {
      const way = between(path, last, snap.at, shift)
      return way === null ? [] : [way]
    })
    .sort((a, b) => lengthOf([last, ...a, snap.at]) - lengthOf([last, ...b, snap.at]))
  return { at: snap.at, snap, along: ways[0] ?? [] }
}
