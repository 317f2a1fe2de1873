/** The worker behind `Adjuster`: takes the image once, then gives an adjusted one for every adjustment. */

import { adjustPixels, histogramOf, type Adjustment, type Channel, type Histogram } from './adjustment.ts'

let source: ImageData | null = null
let adjusted: ImageData | null = null
const histograms = new Map<Channel, Histogram>()

addEventListener('message', ({ data }: MessageEvent<ImageBitmap | Adjustment>) => {
  if (data instanceof ImageBitmap) source = pixelsOf(data)
  else void adjust(data)
})

function pixelsOf(image: ImageBitmap): ImageData {
  const { width, height } = image
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  context.drawImage(image, 0, 0)
  image.close()
  return context.getImageData(0, 0, width, height)
}

async function adjust(adjustment: Adjustment): Promise<void> {
  if (source === null) return
  adjusted ??= new ImageData(source.width, source.height)
  const histogram = adjustment.equalise ? knownHistogram(source, adjustment.channel) : null
  adjustPixels(source.data, adjusted.data, adjustment, histogram)
  const image = await createImageBitmap(adjusted)
  postMessage(image, { transfer: [image] })
}

function knownHistogram(of: ImageData, channel: Channel): Histogram {
  const known = histograms.get(channel) ?? histogramOf(of.data, channel)
  histograms.set(channel, known)
  return known
}
