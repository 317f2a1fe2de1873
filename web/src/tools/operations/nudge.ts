// Moves the selection by whole pixels, kept inside the picture.

import { boundsOf, shiftInside, translated, unitedBounds } from '../../geometry/index.ts'
import { selectedAnnotations, type Operation, type Outcome, type Scene } from '../../core/index.ts'
import { placed } from '../sharing.ts'

const FAR = 10

function nudge(direction: string, dx: number, dy: number): readonly Operation[] {
  return [
    operation(`nudge-${direction}`, `Move ${direction} by 1 px`, `Arrow${capitalised(direction)}`, [dx, dy]),
    operation(
      `nudge-${direction}-far`,
      `Move ${direction} by ${FAR} px`,
      `Shift+Arrow${capitalised(direction)}`,
      [FAR * dx, FAR * dy],
    ),
  ]
}

function operation(id: string, name: string, key: string, shift: readonly [number, number]): Operation {
  return {
    id,
    name,
    icon: null,
    keys: [key],
    // Where nothing can be moved the arrows move the view.
    available: ({ selection, readOnly }) => selection.size > 0 && readOnly === null,
    disabled: () => null,
    run: (scene) => nudged(scene, shift),
  }
}

function nudged(scene: Scene, shift: readonly [number, number]): Outcome {
  const annotations = selectedAnnotations(scene)
  const bounds = unitedBounds(annotations.map(({ geometry }) => boundsOf(geometry)))
  const [dx, dy] = shiftInside(bounds, ...shift, scene.picture)
  if (dx === 0 && dy === 0)
    return { message: { code: 'at_border', text: 'The border of the picture is reached.' } }
  const moved = annotations.map((annotation) => ({
    ...annotation,
    geometry: translated(annotation.geometry, dx, dy),
  }))
  return { edit: { name: 'Nudge', edit: placed(moved, scene) } }
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

export const NUDGES: readonly Operation[] = [
  ...nudge('left', -1, 0),
  ...nudge('right', 1, 0),
  ...nudge('up', 0, -1),
  ...nudge('down', 0, 1),
]
