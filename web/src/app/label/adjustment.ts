/** How the pictures of a project are shown, remembered by the browser. */

import { CHANNELS, isPlain, PLAIN, type Adjustment } from '../../canvas/adjustment.ts'
import { readPreference, writePreference } from '../preference.ts'

/** Per cent that the sliders allow. */
export const RANGES = {
  brightness: [0, 300],
  contrast: [0, 300],
  saturation: [0, 300],
  gamma: [20, 400],
} as const satisfies Partial<Record<keyof Adjustment, readonly [number, number]>>

export type Slider = keyof typeof RANGES

const nameFor = (project: string): string => `adjustment.${project}`

export function readAdjustment(project: string): Adjustment {
  return adjustmentFrom(readPreference(nameFor(project)))
}

export function writeAdjustment(project: string, adjustment: Adjustment): void {
  writePreference(nameFor(project), isPlain(adjustment) ? null : JSON.stringify(adjustment))
}

/** What was stored may be of another version: parts that are not understood are as the picture is. */
export function adjustmentFrom(stored: string | null): Adjustment {
  const found = recordFrom(stored)
  const sliders = Object.entries(RANGES).filter(([of, range]) => isWithin(found[of], range))
  return {
    ...PLAIN,
    ...Object.fromEntries(sliders.map(([of]) => [of, found[of]])),
    invert: found['invert'] === true,
    equalise: found['equalise'] === true,
    channel: CHANNELS.find((channel) => channel === found['channel']) ?? 'all',
  }
}

function isWithin(value: unknown, [least, most]: readonly [number, number]): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

function recordFrom(stored: string | null): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(stored ?? '{}')
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
