/** How the picture is shown: its pixels pass through a table of tones. Labels and the stored picture stay as they are. */

export const CHANNELS = ['all', 'red', 'green', 'blue', 'luminance'] as const
export type Channel = (typeof CHANNELS)[number]

/** Numbers are per cent; 100 changes nothing. */
export interface Adjustment {
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
  readonly gamma: number
  readonly invert: boolean
  /** Spread the tones of this picture evenly. */
  readonly equalise: boolean
  /** Show one channel alone, in grey. */
  readonly channel: Channel
}

export const PLAIN: Adjustment = {
  brightness: 100,
  contrast: 100,
  saturation: 100,
  gamma: 100,
  invert: false,
  equalise: false,
  channel: 'all',
}

export function isPlain(adjustment: Adjustment): boolean {
  return (Object.keys(PLAIN) as (keyof Adjustment)[]).every((part) => adjustment[part] === PLAIN[part])
}

/** How often each tone from 0 to 255 occurs. */
export type Histogram = Uint32Array

/** Red, green, blue and opacity, a byte each. */
export type Pixels = Uint8ClampedArray

const TONES = 256
const OFFSETS: Readonly<Record<Exclude<Channel, 'all' | 'luminance'>, number>> = { red: 0, green: 1, blue: 2 }

/** Luminance after Rec. 709 in 256ths, of the values as they are stored. */
function luminance(red: number, green: number, blue: number): number {
  return (54 * red + 183 * green + 19 * blue) >> 8
}

/** The tones of the shown channel; of the luminance where all are shown. */
export function histogramOf(pixels: Pixels, channel: Channel): Histogram {
  const counts = new Uint32Array(TONES)
  const isGrey = channel === 'all' || channel === 'luminance'
  const offset = isGrey ? 0 : OFFSETS[channel]
  for (let i = 0; i < pixels.length; i += 4) {
    const tone = isGrey ? luminance(pixels[i]!, pixels[i + 1]!, pixels[i + 2]!) : pixels[i + offset]!
    counts[tone]! += 1
  }
  return counts
}

/** What becomes of each tone: spread, brighter, in more contrast, bent by gamma, inverted; in this order. */
export function tonesOf(adjustment: Adjustment, histogram: Histogram | null): Uint8ClampedArray {
  const { brightness, contrast, gamma, invert } = adjustment
  const spread = adjustment.equalise && histogram !== null ? spreadOf(histogram) : null
  const tones = new Uint8ClampedArray(TONES)
  for (let tone = 0; tone < TONES; tone++) {
    const bright = ((spread?.[tone] ?? tone) * brightness) / 100
    const strong = Math.min(255, Math.max(0, ((Math.min(255, bright) - 127.5) * contrast) / 100 + 127.5))
    const bent = 255 * (strong / 255) ** (100 / gamma)
    tones[tone] = invert ? 255 - bent : bent
  }
  return tones
}

/** The tones by their rank: as many pixels above as below. */
function spreadOf(histogram: Histogram): readonly number[] {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  const least = histogram.find((count) => count > 0) ?? 0
  let below = 0
  return [...histogram].map((count, tone) => {
    below += count
    return total === least ? tone : (Math.max(0, below - least) / (total - least)) * 255
  })
}

/** `to` may be `from`. `histogram` is needed to equalise alone. */
export function adjustPixels(
  from: Pixels,
  to: Pixels,
  adjustment: Adjustment,
  histogram: Histogram | null,
): void {
  const tones = tonesOf(adjustment, histogram)
  if (adjustment.channel !== 'all') return adjustGrey(from, to, tones, adjustment.channel)
  if (adjustment.saturation !== 100) return adjustSaturated(from, to, tones, adjustment.saturation / 100)
  for (let i = 0; i < from.length; i += 4) {
    to[i] = tones[from[i]!]!
    to[i + 1] = tones[from[i + 1]!]!
    to[i + 2] = tones[from[i + 2]!]!
    to[i + 3] = from[i + 3]!
  }
}

function adjustGrey(from: Pixels, to: Pixels, tones: Pixels, channel: Exclude<Channel, 'all'>): void {
  const offset = channel === 'luminance' ? -1 : OFFSETS[channel]
  for (let i = 0; i < from.length; i += 4) {
    const tone = offset < 0 ? luminance(from[i]!, from[i + 1]!, from[i + 2]!) : from[i + offset]!
    to[i] = to[i + 1] = to[i + 2] = tones[tone]!
    to[i + 3] = from[i + 3]!
  }
}

/** Colours move away from grey, or towards it, before their tones are changed. */
function adjustSaturated(from: Pixels, to: Pixels, tones: Pixels, factor: number): void {
  const toneOf = (value: number): number => tones[Math.min(255, Math.max(0, Math.round(value)))]!
  for (let i = 0; i < from.length; i += 4) {
    const [red, green, blue] = [from[i]!, from[i + 1]!, from[i + 2]!]
    const grey = luminance(red, green, blue)
    to[i] = toneOf(grey + (red - grey) * factor)
    to[i + 1] = toneOf(grey + (green - grey) * factor)
    to[i + 2] = toneOf(grey + (blue - grey) * factor)
    to[i + 3] = from[i + 3]!
  }
}
