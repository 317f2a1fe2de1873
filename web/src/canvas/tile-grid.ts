/** Which tile lies where. Level 0 is the full size; each further level has half of it, rounded up. */

import type { Bounds, Size, XY } from '../geometry/index.ts'

export interface TileGrid {
  /** The picture in label coordinates, which are the pixels of level 0. */
  readonly size: Size
  /** Pixels of a tile along a side; at the right and lower border there may be fewer. */
  readonly tile: number
  readonly levels: number
}

export interface TileAddress {
  readonly level: number
  readonly column: number
  readonly row: number
}

export type TileKey = string

export function keyOf({ level, column, row }: TileAddress): TileKey {
  return `${level}/${column}_${row}`
}

/** Picture pixels along a side of a level's pixel. */
export function stepOf(level: number): number {
  return 2 ** level
}

/** The level with at least a pixel for every device pixel, and less than two; the nearest where there is none. */
export function levelFor(grid: TileGrid, magnification: number): number {
  const level = Math.floor(Math.log2(1 / magnification) + 1e-6)
  return Math.min(grid.levels - 1, Math.max(0, level))
}

export function rowsOf(grid: TileGrid, level: number): { readonly columns: number; readonly rows: number } {
  const span = grid.tile * stepOf(level)
  return { columns: Math.ceil(grid.size.w / span), rows: Math.ceil(grid.size.h / span) }
}

/** The tiles of a level that meet some bounds, those nearest to the middle of the bounds first. */
export function tilesIn(grid: TileGrid, level: number, bounds: Bounds): readonly TileAddress[] {
  const span = grid.tile * stepOf(level)
  const { columns, rows } = rowsOf(grid, level)
  const [left, right] = range(bounds.x, bounds.x + bounds.w, span, columns)
  const [top, bottom] = range(bounds.y, bounds.y + bounds.h, span, rows)
  const found: TileAddress[] = []
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) found.push({ level, column, row })
  }
  const middle: XY = [bounds.x + bounds.w / 2, bounds.y + bounds.h / 2]
  const away = ({ column, row }: TileAddress): number =>
    Math.hypot((column + 0.5) * span - middle[0], (row + 0.5) * span - middle[1])
  return found.sort((one, other) => away(one) - away(other))
}

function range(from: number, to: number, span: number, count: number): [first: number, last: number] {
  return [Math.max(0, Math.floor(from / span)), Math.min(count - 1, Math.ceil(to / span) - 1)]
}

/** Where a tile lies in the picture, cut off at its border. */
export function boundsOfTile(grid: TileGrid, { level, column, row }: TileAddress): Bounds {
  const span = grid.tile * stepOf(level)
  const [x, y] = [column * span, row * span]
  return { x, y, w: Math.min(span, grid.size.w - x), h: Math.min(span, grid.size.h - y) }
}

/** The tiles of coarser levels that show the same place, the next one first. */
export function ancestorsOf(grid: TileGrid, { level, column, row }: TileAddress): readonly TileAddress[] {
  return Array.from({ length: grid.levels - 1 - level }, (_, up) => ({
    level: level + up + 1,
    column: column >> (up + 1),
    row: row >> (up + 1),
  }))
}

/** The tiles of the next finer level that show the same place. */
export function childrenOf(grid: TileGrid, { level, column, row }: TileAddress): readonly TileAddress[] {
  if (level === 0) return []
  const { columns, rows } = rowsOf(grid, level - 1)
  return [0, 1, 2, 3]
    .map((at) => ({ level: level - 1, column: 2 * column + (at & 1), row: 2 * row + (at >> 1) }))
    .filter((child) => child.column < columns && child.row < rows)
}
