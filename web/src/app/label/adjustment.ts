/** How the picture is shown, in per cent; its pixels stay as they are. */

import { readPreference, writePreference } from '../preference.ts'

export interface Adjustment {
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
}

export const PLAIN: Adjustment = { brightness: 100, contrast: 100, saturation: 100 }

/** A CSS filter; none when nothing is changed, for filters cost time in every frame. */
export function filterOf({ brightness, contrast, saturation }: Adjustment): string {
  const parts = [
    brightness === 100 ? '' : `brightness(${brightness}%)`,
    contrast === 100 ? '' : `contrast(${contrast}%)`,
    saturation === 100 ? '' : `saturate(${saturation}%)`,
  ]
  return parts.filter(Boolean).join(' ')
}

const nameFor = (project: string): string => `adjustment.${project}`

export function readAdjustment(project: string): Adjustment {
  const stored = readPreference(nameFor(project))
  const [brightness, contrast, saturation] = (stored ?? '').split(' ').map(Number)
  if (!stored || [brightness, contrast, saturation].some((value) => !isPercent(value))) return PLAIN
  return { brightness: brightness!, contrast: contrast!, saturation: saturation! }
}

function isPercent(value: number | undefined): boolean {
  return value !== undefined && value >= 0 && value <= 200
}

export function writeAdjustment(project: string, { brightness, contrast, saturation }: Adjustment): void {
  const isPlain = brightness === 100 && contrast === 100 && saturation === 100
  writePreference(nameFor(project), isPlain ? null : `${brightness} ${contrast} ${saturation}`)
}
