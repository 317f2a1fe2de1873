/** The colour of every geometry class; a nested class without its own has its parent's. */

import { looksOf, spareColor, type LabelStyle, type Looks } from '../../canvas/looks.ts'
import { geometryClasses, parentClassOf, type ClassId, type Configuration } from '../../core/index.ts'
import { remembered } from '../../geometry/index.ts'

const NEUTRAL = '#c8ced8'

export const colorsOf: (configuration: Configuration) => ReadonlyMap<ClassId, string> = remembered(
  (configuration: Configuration) => {
    const colors = new Map<ClassId, string>()
    for (const [index, { id, color }] of geometryClasses(configuration).entries()) {
      const parent = parentClassOf(configuration, id)
      colors.set(id, color ?? (parent && colors.get(parent.id)) ?? spareColor(index))
    }
    return colors
  },
)

export function colorOf(configuration: Configuration, id: ClassId): string {
  return colorsOf(configuration).get(id) ?? NEUTRAL
}

const known = new Map<string, Looks>()

export function looksOfClass(configuration: Configuration, id: ClassId | null, style: LabelStyle): Looks {
  const color = id === null ? NEUTRAL : colorOf(configuration, id)
  const key = `${color} ${style.fill} ${style.width}`
  const looks = known.get(key) ?? looksOf(color, style)
  if (known.size > MOST_KNOWN) known.clear()
  known.set(key, looks)
  return looks
}

/** A slider that is drawn along makes many. */
const MOST_KNOWN = 2000
