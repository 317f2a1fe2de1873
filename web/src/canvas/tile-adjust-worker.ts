/** The worker behind `TileAdjuster`. Tones are spread by the whole picture, or its tiles would not fit together. */

import { adjustPixels, histogramOf, type Channel, type Histogram } from './adjustment.ts'
import type { TileDone, TileWork, WholeInSmall } from './tile-adjuster.ts'

let whole: ImageData | null = null
const histograms = new Map<Channel, Histogram>()

addEventListener('message', ({ data }: MessageEvent<WholeInSmall | TileWork>) => {
  if ('whole' in data) whole = pixelsOf(data.whole)
  else void adjust(data)
})

function pixelsOf(image: ImageBitmap): ImageData {
  const { width, height } = image
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  context.drawImage(image, 0, 0)
  image.close()
  return context.getImageData(0, 0, width, height)
}

async function adjust({ key, tile, adjustment }: TileWork): Promise<void> {
  const pixels = pixelsOf(tile)
  const histogram = adjustment.equalise ? knownHistogram(adjustment.channel) : null
  adjustPixels(pixels.data, pixels.data, adjustment, histogram)
  const made: TileDone = { key, tile: await createImageBitmap(pixels) }
  postMessage(made, { transfer: [made.tile] })
}

function knownHistogram(channel: Channel): Histogram | null {
  const known = histograms.get(channel) ?? (whole && histogramOf(whole.data, channel))
  if (known !== null) histograms.set(channel, known)
  return known
}
