/** Canvases that follow the size of their element in whole device pixels, also under browser zoom. */

import type { Surface } from './viewport.ts'

/** Calls back with the first size and with every change; returns what ends it. */
export function watchSurface(element: HTMLElement, changed: (surface: Surface) => void): () => void {
  const observer = new ResizeObserver(([entry]) => {
    const surface = entry && surfaceOf(entry)
    if (surface && surface.css.w > 0 && surface.css.h > 0) changed(surface)
  })
  try {
    observer.observe(element, { box: 'device-pixel-content-box' })
  } catch {
    observer.observe(element)
  }
  return () => observer.disconnect()
}

function surfaceOf(entry: ResizeObserverEntry): Surface {
  const { width: w, height: h } = entry.contentRect
  // Safari knows no device pixel box.
  const exact = entry.devicePixelContentBoxSize?.[0]
  const px = exact
    ? { w: exact.inlineSize, h: exact.blockSize }
    : { w: Math.round(w * devicePixelRatio), h: Math.round(h * devicePixelRatio) }
  return { css: { w, h }, px }
}

export function sizeCanvas(canvas: HTMLCanvasElement, { px }: Surface): void {
  if (canvas.width !== px.w) canvas.width = px.w
  if (canvas.height !== px.h) canvas.height = px.h
}
