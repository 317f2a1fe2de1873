// Mirrors the selection within the bounds that it has together.

import { boundsOf, geometryOnGrid, operations, unitedBounds, type XY } from '../../geometry/index.ts'
import { selectedAnnotations, type Operation, type Outcome, type Scene } from '../../core/index.ts'
import { placed } from '../sharing.ts'

type Mirror = (at: XY, sums: XY) => XY

function flipping(id: string, name: string, key: string, mirror: Mirror): Operation {
  return {
    id,
    name,
    icon: id,
    keys: [key],
    available: ({ selection }) => selection.size > 0,
    disabled: () => null,
    run: (scene) => flipped(name, mirror, scene),
  }
}

function flipped(name: string, mirror: Mirror, scene: Scene): Outcome {
  const annotations = selectedAnnotations(scene)
  const { x, y, w, h } = unitedBounds(annotations.map(({ geometry }) => boundsOf(geometry)))
  const sums: XY = [2 * x + w, 2 * y + h]
  const mirrored = annotations.map((annotation) => {
    const { geometry } = annotation
    const turned = operations(geometry.kind).map(geometry, (at) => mirror(at, sums))
    return { ...annotation, geometry: geometryOnGrid(turned) }
  })
  return { edit: { name, edit: placed(mirrored, scene) } }
}

export const flipAcross = flipping('flip-across', 'Flip left and right', 'Shift+h', ([x, y], [sum]) => [
  sum - x,
  y,
])
export const flipDown = flipping('flip-down', 'Flip up and down', 'Shift+v', ([x, y], [, sum]) => [
  x,
  sum - y,
])
