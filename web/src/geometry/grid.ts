// Coordinates made in the editor lie on a grid of 1/100 px.

import type { Ring, Size, XY } from './operations.ts'

export const GRID_PER_PIXEL = 100

/** The nearest coordinate on the grid; never minus zero. */
export function onGrid(value: number): number {
  return Math.round(value * GRID_PER_PIXEL) / GRID_PER_PIXEL + 0
}

export function pointOnGrid(at: XY): XY {
  return [onGrid(at[0]), onGrid(at[1])]
}

/** The nearest place in the picture, its border included. */
export function insidePicture(at: XY, picture: Size): XY {
  return [Math.min(Math.max(at[0], 0), picture.w), Math.min(Math.max(at[1], 0), picture.h)]
}

/** The points on the grid, without those that repeat the one before them. */
export function distinctOnGrid(points: Ring): Ring {
  const distinct: XY[] = []
  for (const point of points.map(pointOnGrid)) {
    const last = distinct.at(-1)
    if (last === undefined || !same(last, point)) distinct.push(point)
  }
  return distinct
}

/** The points on the grid as a ring that does not repeat its first point. */
export function openRing(points: Ring): Ring {
  const ring = distinctOnGrid(points)
  const repeatsFirst = ring.length > 1 && same(ring[0]!, ring.at(-1)!)
  return repeatsFirst ? ring.slice(0, -1) : ring
}

function same(a: XY, b: XY): boolean {
  return a[0] === b[0] && a[1] === b[1]
}
