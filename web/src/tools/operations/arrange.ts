// Lines the selection up, or spreads it evenly. Everything stays within the bounds that it has together.

import { boundsOf, onGrid, shiftInside, translated, unitedBounds, type Bounds } from '../../geometry/index.ts'
import {
  selectedAnnotations,
  type Annotation,
  type Operation,
  type Outcome,
  type Scene,
} from '../../core/index.ts'
import { placed } from '../sharing.ts'

type Shift = readonly [dx: number, dy: number]
type Arrangement = (all: readonly Bounds[]) => readonly Shift[]

/** How far each has to move so that `place` is the same for it as for all together. */
function lined(place: (bounds: Bounds) => number, axis: 'x' | 'y'): Arrangement {
  return (all) => {
    const goal = place(unitedBounds(all))
    return all.map((bounds) => along(axis, goal - place(bounds)))
  }
}

/** Equal gaps between neighbours; the outermost two stay. */
function spread(axis: 'x' | 'y', size: 'w' | 'h'): Arrangement {
  return (all) => {
    const order = all
      .map((bounds, index) => ({ bounds, index }))
      .sort((a, b) => a.bounds[axis] + a.bounds[size] / 2 - b.bounds[axis] - b.bounds[size] / 2)
    const whole = unitedBounds(all)
    const gap = (whole[size] - all.reduce((sum, bounds) => sum + bounds[size], 0)) / (all.length - 1)
    const shifts: Shift[] = []
    let next = whole[axis]
    for (const { bounds, index } of order) {
      shifts[index] = along(axis, next - bounds[axis])
      next += bounds[size] + gap
    }
    return shifts
  }
}

function along(axis: 'x' | 'y', by: number): Shift {
  return axis === 'x' ? [onGrid(by), 0] : [0, onGrid(by)]
}

function arranging(
  { id, name, icon, least }: Pick<Operation, 'id' | 'name' | 'icon'> & { readonly least: number },
  arrangements: Readonly<Record<string, Arrangement>>,
): Operation {
  return {
    id,
    name,
    icon,
    keys: [],
    available: ({ selection }) => selection.size >= least,
    disabled: () => null,
    choices: () =>
      Object.keys(arrangements).map((choice) => ({
        id: choice,
        name: choice,
        icon: `${id}-${choice.toLowerCase()}`,
      })),
    run: (scene, choice = '') => arranged(name, arrangements[choice], scene),
  }
}

function arranged(name: string, arrangement: Arrangement | undefined, scene: Scene): Outcome {
  if (arrangement === undefined) return {}
  const annotations = selectedAnnotations(scene)
  const shifts = arrangement(annotations.map(({ geometry }) => boundsOf(geometry)))
  const moved = annotations.flatMap((annotation, index): Annotation[] => {
    const [dx, dy] = shiftInside(boundsOf(annotation.geometry), ...shifts[index]!, scene.picture)
    return dx === 0 && dy === 0 ? [] : [{ ...annotation, geometry: translated(annotation.geometry, dx, dy) }]
  })
  return moved.length === 0 ? {} : { edit: { name, edit: placed(moved, scene) } }
}

export const align = arranging(
  { id: 'align', name: 'Align', icon: 'align', least: 2 },
  {
    Left: lined(({ x }) => x, 'x'),
    Centre: lined(({ x, w }) => x + w / 2, 'x'),
    Right: lined(({ x, w }) => x + w, 'x'),
    Top: lined(({ y }) => y, 'y'),
    Middle: lined(({ y, h }) => y + h / 2, 'y'),
    Bottom: lined(({ y, h }) => y + h, 'y'),
  },
)

export const distribute = arranging(
  { id: 'distribute', name: 'Distribute', icon: 'distribute', least: 3 },
  { Across: spread('x', 'w'), Down: spread('y', 'h') },
)
