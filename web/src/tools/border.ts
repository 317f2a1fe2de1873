// Points outside the picture are set on its border, and that is said.

import { insidePicture, pointOnGrid, type XY } from '../geometry/index.ts'
import type { Message, Scene } from '../core/index.ts'

const ON_BORDER: Message = { code: 'on_border', text: 'Points outside the picture are set on its border.' }

/** The place in the picture, on the grid, nearest to where the pointer is. */
export function placeInside(at: XY, scene: Scene): XY {
  return pointOnGrid(insidePicture(at, scene.picture))
}

/** The message to give with a point that was set at `at`. */
export function borderNote(at: XY, scene: Scene): { readonly message?: Message } {
  const { w, h } = scene.picture
  const isOutside = at[0] < 0 || at[1] < 0 || at[0] > w || at[1] > h
  return isOutside ? { message: ON_BORDER } : {}
}
