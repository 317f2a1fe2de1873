// Draws segments by the corners of their outline, as polygons are drawn.

import type { Tool } from '../core/index.ts'
import { draw } from './draw.ts'
import { whyNoDrawing } from './finish.ts'
import { OVERLAP } from './sharing.ts'

const DRAWS = ['freehand'] as const

export const fill: Tool<typeof draw.idle> = {
  ...draw,
  id: 'fill',
  key: 'p',
  name: 'Polygon fill',
  icon: 'polygon-fill',
  draws: DRAWS,
  settings: [...draw.settings, OVERLAP],
  disabled: (scene) => whyNoDrawing(scene, DRAWS),
}
