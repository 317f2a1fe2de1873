/** The range of every slider of the picture, and what a stored adjustment means. */

import { CHANNELS, PLAIN, type Adjustment, type Channel } from '../../canvas/adjustment.ts'

export type Slider = 'brightness' | 'contrast' | 'saturation' | 'gamma'

/** Per cent; a logarithmic one moves as far to the half as to the double. */
export const SLIDERS: readonly { readonly of: Slider; readonly name: string; readonly range: Range }[] = [
  { of: 'brightness', name: 'Brightness', range: [0, 300] },
  { of: 'contrast', name: 'Contrast', range: [0, 300] },
  { of: 'saturation', name: 'Saturation', range: [0, 300] },
  { of: 'gamma', name: 'Gamma', range: [20, 400] },
]

type Range = readonly [least: number, most: number]

export const CHANNEL_NAMES: Readonly<Record<Channel, string>> = {
  all: 'All colours',
  red: 'Red alone',
  green: 'Green alone',
  blue: 'Blue alone',
  luminance: 'Luminance alone',
}

/** What was stored may be of another version: parts that are not understood are as the picture is. */
export function adjustmentFrom(stored: unknown): Adjustment {
  const found = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>
  const sliders = SLIDERS.filter(({ of, range }) => isWithin(found[of], range))
  return {
    ...PLAIN,
    ...Object.fromEntries(sliders.map(({ of }) => [of, found[of]])),
    invert: found['invert'] === true,
    equalise: found['equalise'] === true,
    channel: CHANNELS.find((channel) => channel === found['channel']) ?? 'all',
  }
}

export function isWithin(value: unknown, [least, most]: Range): value is number {
  return typeof value === 'number' && value >= least && value <= most
}
