// Many places, found again by where they are.

import type { Bounds, Ring, XY } from './operations.ts'

export interface Places {
  /** Those in the box, and perhaps others near to it. */
  inside(box: Bounds): Iterable<XY>
  delete(at: XY): void
}

/** Pixels. */
const CELL = 8

export function placesOf(points: Ring): Places {
  const cells = new Map<string, Set<XY>>()
  const keyOf = (column: number, row: number): string => `${column} ${row}`
  const cellOf = (value: number): number => Math.floor(value / CELL)
  for (const at of points) {
    const key = keyOf(cellOf(at[0]), cellOf(at[1]))
    const cell = cells.get(key)
    if (cell === undefined) cells.set(key, new Set([at]))
    else cell.add(at)
  }
  return {
    *inside({ x, y, w, h }) {
      const [left, top, right, bottom] = [cellOf(x), cellOf(y), cellOf(x + w), cellOf(y + h)]
      // A long way through few places: all of them are less to look at than the cells.
      if ((right - left + 1) * (bottom - top + 1) > cells.size) {
        for (const cell of cells.values()) yield* cell
        return
      }
      for (let column = left; column <= right; column += 1)
        for (let row = top; row <= bottom; row += 1) yield* cells.get(keyOf(column, row)) ?? []
    },
    delete: (at) => void cells.get(keyOf(cellOf(at[0]), cellOf(at[1])))?.delete(at),
  }
}
