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
import { crossedNear } from './crossed.ts'
import { annotationsNear, isSnapping, snapped, wayAlong, type Snap } from './snap.ts'

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
  const way = last === undefined ? null : followed(last, at, wayAlong(modifiers, scene), scene)
  if (way !== null) return way
  if (last !== undefined && modifiers.ctrl) return onBorder(at, [], scene)
  if (last !== undefined && isAngled(modifiers, scene))
    return along(last, directionTo(last, pointer), modifiers, own, scene)
  return aimFree(pointer, modifiers, own, scene)
}

/** Where a free-hand stretch ends: it follows nothing and keeps no direction. */
export function aimFree(pointer: XY, modifiers: Modifiers, own: Ring, scene: Scene): Aim {
  const at = placeInside(pointer, scene)
  return isSnapping(modifiers, scene) ? onBorder(at, own, scene) : straight(at)
}

/** The corner opposite to `from`: with the angle lock on, that of a square. */
export function aimCorner(from: XY, pointer: XY, modifiers: Modifiers, scene: Scene): Aim {
  if (isAngled(modifiers, scene)) return along(from, diagonalTo(from, pointer), modifiers, [], scene)
  return aim(pointer, modifiers, [], scene)
}

function straight(at: XY): Aim {
  return { at, snap: null, along: [] }
}

/** Shift turns it the other way round. */
function isAngled({ shift }: Modifiers, { toolSettings }: Scene): boolean {
  return valueOf(ANGLES, toolSettings) !== shift
}

/** A direction on the grid, and how far along it. */
interface Course {
  readonly direction: XY
  readonly length: number
}

/** In the nearest of eight directions, as far along as the pointer is. */
function directionTo(from: XY, at: XY): Course {
  const [dx, dy] = [at[0] - from[0], at[1] - from[1]]
  const angle = Math.round(Math.atan2(dy, dx) / (Math.PI / 4)) * (Math.PI / 4)
  const [x, y] = [Math.round(Math.cos(angle)), Math.round(Math.sin(angle))]
  return { direction: [x, y], length: (dx * x + dy * y) / (x * x + y * y) }
}

/** To the corner of a square that reaches the pointer. */
function diagonalTo(from: XY, at: XY): Course {
  const [dx, dy] = [at[0] - from[0], at[1] - from[1]]
  return { direction: [dx < 0 ? -1 : 1, dy < 0 ? -1 : 1], length: Math.max(Math.abs(dx), Math.abs(dy)) }
}

/** The direction is kept; what is snapped to is met where it crosses the way. */
function along(from: XY, { direction, length }: Course, modifiers: Modifiers, own: Ring, scene: Scene): Aim {
  const at = reached(from, direction, length, scene.picture)
  const onto = isSnapping(modifiers, scene) ? crossedNear({ from, direction, at }, own, scene) : null
  if (onto === null) return straight(at)
  const place = reached(from, direction, onto.length, scene.picture)
  return { at: place, snap: { at: place, on: onto.on }, along: [] }
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

/** Along the border that both the last point and the pointer lie on; null where there is none. */
function followed(last: XY, at: XY, way: ReturnType<typeof wayAlong>, scene: Scene): Aim | null {
  const snap = way === null ? null : snapped(at, [], scene)
  if (snap === null) return null
  const ways = annotationsNear(snap.at, REACH, scene)
    .filter(scene.isVisible)
    .flatMap(({ geometry }) => operations(geometry.kind).outline(geometry))
    .flatMap((path) => {
      const points = between(path, last, snap.at, way === 'longer')
      return points === null ? [] : [points]
    })
    .sort((a, b) => lengthOf([last, ...a, snap.at]) - lengthOf([last, ...b, snap.at]))
  return ways[0] === undefined ? null : { at: snap.at, snap, along: ways[0] }
}

function onBorder(at: XY, own: Ring, scene: Scene): Aim {
  const snap = snapped(at, own, scene)
  return snap === null ? straight(at) : { at: snap.at, snap, along: [] }
}
