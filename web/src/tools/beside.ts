// The frame that stands a little away from the selection, beside the handles of the selection itself.

import type { XY } from '../geometry/index.ts'
import { selectedAnnotations, type Cursor, type Drawable, type Scene } from '../core/index.ts'
import { frameDrawable, frameOf, gripAt, isOnKnob, pulled, type Frame, type Pull } from './framing.ts'
import { replacing } from './pick.ts'

/** So far away that a place is never near both a grip and what is selected. */
const AWAY_PX = 14

/** Not around what its own handles scale, nor around a point. */
function frameBeside(scene: Scene): Frame | null {
  const annotations = selectedAnnotations(scene)
  if (!annotations.every(scene.isChangeable)) return null
  const found = frameOf(annotations, AWAY_PX, scene)
  if (found === null || found.knob === null || (annotations.length === 1 && !found.turns)) return null
  return found.turns ? found : { ...found, knob: null }
}

/** What a drag from there pulls. */
export function pullFrom(from: XY, to: XY, scene: Scene): Pull | null {
  const found = frameBeside(scene)
  if (found === null) return null
  if (isOnKnob(from, found, scene)) return { type: 'turning', from, to }
  const grip = gripAt(from, found, scene)
  return grip === null ? null : { type: 'scaling', side: grip.side, from, to }
}

export function framed(scene: Scene): readonly Drawable[] {
  const found = frameBeside(scene)
  return found === null ? [] : [frameDrawable(found, scene.pointer && gripAt(scene.pointer, found, scene))]
}

/** The selection as it would become, with its frame. */
export function pulling(pull: Pull, scene: Scene): readonly Drawable[] {
  const changed = pulled(pull, scene)
  if (typeof changed === 'string') return []
  const found = frameOf(changed, AWAY_PX, scene)
  const frame = found === null ? [] : [frameDrawable({ ...found, knob: null }, null)]
  return [...changed.map(replacing), ...frame]
}

/** Null where the frame is not taken hold of. */
export function frameCursor(at: XY, scene: Scene): Cursor | null {
  const found = frameBeside(scene)
  if (found === null) return null
  if (isOnKnob(at, found, scene)) return 'pointer'
  return gripAt(at, found, scene)?.cursor ?? null
}
