/** The files that show a piece of a picture: the whole of a usual one, the tiles of a very large one. */

import { displayUrl, tileUrl } from '../../api/datasets.ts'
import type { Medium } from '../../api/types.ts'
import { boundsOfTile, keyOf, levelFor, tilesIn } from '../../canvas/tile-grid.ts'
import type { Bounds } from '../../geometry/index.ts'

export interface PicturePiece extends Bounds {
  readonly url: string
}

type Shown = Pick<Medium, 'id' | 'state' | 'width' | 'height' | 'tiles'>

/** What to draw for `view`, which is shown `widthPx` wide; pixels of the picture. */
export function piecesOf(
  { id, state, width, height, tiles }: Shown,
  view: Bounds,
  widthPx: number,
): readonly PicturePiece[] {
  // Before its tiles are made a very large picture cannot be shown: it would have to be here whole.
  if (state !== 'ready') return []
  const size = { w: width ?? 1, h: height ?? 1 }
  if (tiles === null) return [{ url: displayUrl(id), x: 0, y: 0, ...size }]
  const grid = { size, tile: tiles.size, levels: tiles.levels }
  const level = levelFor(grid, widthPx / view.w)
  return tilesIn(grid, level, view).map((address) => ({
    url: tileUrl(id, keyOf(address)),
    ...boundsOfTile(grid, address),
  }))
}
