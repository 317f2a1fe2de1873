/**
 * Where the picture lies on the screen. Picture coordinates are continuous pixels of the displayed medium
 * with the origin at the outer corner of its first pixel; screen coordinates are CSS pixels from the top-left
 * corner of the canvas; device pixels are what the canvas really has.
 */

import type { Bounds, Size, XY } from '../geometry/index.ts'

/** The canvas in both units; their ratio is the pixel ratio, fractional under browser zoom. */
export interface Surface {
  readonly css: Size
  readonly px: Size
}

/** `scale`: CSS pixels per picture pixel. `x`, `y`: the picture coordinate at the canvas' top-left corner. */
export interface Viewport {
  readonly scale: number
  readonly x: number
  readonly y: number
}

/** Device pixels per picture pixel that zooming stops at: single pixels are then plain squares. */
export const CLOSEST = 96
/** Part of the fitting scale that zooming out stops at. */
const FARTHEST = 0.25
/** CSS pixels of the picture that panning always leaves in view. */
const KEPT_IN_VIEW = 48
/** Part of the screen that something revealed takes at most. */
const REVEALED_PART = 0.7
/** CSS pixels left free around a fitted picture. */
const FIT_MARGIN = 24

/** Device pixels per CSS pixel along each axis. */
export function pixelRatio(surface: Surface): XY {
  return [surface.px.w / surface.css.w, surface.px.h / surface.css.h]
}

/** Device pixels per picture pixel: 1 shows the picture's own pixels. */
export function magnification(view: Viewport, surface: Surface): number {
  return view.scale * pixelRatio(surface)[0]
}

export function toPicture(view: Viewport, [sx, sy]: XY): XY {
  return [view.x + sx / view.scale, view.y + sy / view.scale]
}

export function toScreen(view: Viewport, [x, y]: XY): XY {
  return [(x - view.x) * view.scale, (y - view.y) * view.scale]
}

/** The transform from picture coordinates to device pixels, as the six numbers of `setTransform`. */
export function deviceTransform(
  view: Viewport,
  surface: Surface,
): [number, number, number, number, number, number] {
  const [rx, ry] = pixelRatio(surface)
  const kx = view.scale * rx
  const ky = view.scale * ry
  return [kx, 0, 0, ky, -view.x * kx, -view.y * ky]
}

/**
 * The view to draw and to read pointers with: the offset on whole device pixels, so that 1:1 is sharp. The
 * exact view is what the next zoom starts from, or rounding would drift away from the pointer.
 */
export function onDevicePixels(view: Viewport, surface: Surface): Viewport {
  const [rx, ry] = pixelRatio(surface)
  return { scale: view.scale, x: onGrid(view.x, view.scale * rx), y: onGrid(view.y, view.scale * ry) }
}

/** What of the plane is on screen, in picture coordinates. */
export function visibleBounds(view: Viewport, surface: Surface): Bounds {
  const [x1, y1] = toPicture(view, [surface.css.w, surface.css.h])
  return { x: view.x, y: view.y, w: x1 - view.x, h: y1 - view.y }
}

/** The whole picture, centred, with a margin; never larger than one device pixel per picture pixel times 8. */
export function fit(picture: Size, surface: Surface): Viewport {
  const room = {
    w: Math.max(1, surface.css.w - 2 * FIT_MARGIN),
    h: Math.max(1, surface.css.h - 2 * FIT_MARGIN),
  }
  const closest = 8 / pixelRatio(surface)[0]
  const scale = Math.min(room.w / picture.w, room.h / picture.h, closest)
  return centredOn([picture.w / 2, picture.h / 2], scale, surface)
}

/** One device pixel per picture pixel, around what is in the middle of the screen now. */
export function oneToOne(view: Viewport, picture: Size, surface: Surface): Viewport {
  return zoomTo(view, middle(surface), 1 / pixelRatio(surface)[0], picture, surface)
}

/** The bounds brought into view: nothing moves when they are, nothing zooms when they fit. */
export function revealing(view: Viewport, bounds: Bounds, picture: Size, surface: Surface): Viewport {
  const shown = visibleBounds(view, surface)
  const isAcross = bounds.x >= shown.x && bounds.x + bounds.w <= shown.x + shown.w
  const isDown = bounds.y >= shown.y && bounds.y + bounds.h <= shown.y + shown.h
  if (isAcross && isDown) return view
  const room = Math.min(shown.w / Math.max(bounds.w, 1e-6), shown.h / Math.max(bounds.h, 1e-6))
  const scale = clampScale(view.scale * Math.min(1, room * REVEALED_PART), picture, surface)
  return settled(
    centredOn([bounds.x + bounds.w / 2, bounds.y + bounds.h / 2], scale, surface),
    picture,
    surface,
  )
}

/** Zoom by a factor; what is under the screen position `at` stays there. */
export function zoomBy(view: Viewport, at: XY, factor: number, picture: Size, surface: Surface): Viewport {
  return zoomTo(view, at, view.scale * factor, picture, surface)
}

/** The next step of doubling or halving, always through one to one: what the zoom keys do. */
export function zoomStep(view: Viewport, direction: 1 | -1, picture: Size, surface: Surface): Viewport {
  const [ratio] = pixelRatio(surface)
  const steps = Math.log2(view.scale * ratio) * 2
  const next = direction > 0 ? Math.floor(steps + 1 + 1e-6) : Math.ceil(steps - 1 - 1e-6)
  return zoomTo(view, middle(surface), 2 ** (next / 2) / ratio, picture, surface)
}

export function panBy(view: Viewport, dx: number, dy: number, picture: Size, surface: Surface): Viewport {
  const moved = { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale }
  return settled(moved, picture, surface)
}

/** Two fingers: the picture points under both stay under both. */
export function pinch(
  view: Viewport,
  before: readonly [XY, XY],
  after: readonly [XY, XY],
  picture: Size,
  surface: Surface,
): Viewport {
  const factor = distance(after) / Math.max(distance(before), 1)
  const held = toPicture(view, halfway(before))
  const scale = clampScale(view.scale * factor, picture, surface)
  const [sx, sy] = halfway(after)
  return settled({ scale, x: held[0] - sx / scale, y: held[1] - sy / scale }, picture, surface)
}

/** The same middle and scale on a canvas of another size. */
export function resized(view: Viewport, before: Surface, after: Surface, picture: Size): Viewport {
  const centre = toPicture(view, middle(before))
  const scale = clampScale(view.scale, picture, after)
  return settled(centredOn(centre, scale, after), picture, after)
}

function zoomTo(view: Viewport, at: XY, wanted: number, picture: Size, surface: Surface): Viewport {
  const scale = clampScale(wanted, picture, surface)
  const [x, y] = toPicture(view, at)
  return settled({ scale, x: x - at[0] / scale, y: y - at[1] / scale }, picture, surface)
}

function clampScale(scale: number, picture: Size, surface: Surface): number {
  const closest = CLOSEST / pixelRatio(surface)[0]
  const farthest = Math.min(fit(picture, surface).scale * FARTHEST, closest)
  return Math.min(closest, Math.max(farthest, scale))
}

/** Keep some of the picture in view. */
function settled(view: Viewport, picture: Size, surface: Surface): Viewport {
  return {
    scale: view.scale,
    x: within(view.x, picture.w, surface.css.w, view.scale),
    y: within(view.y, picture.h, surface.css.h, view.scale),
  }
}

function within(start: number, length: number, cssLength: number, scale: number): number {
  const kept = Math.min(KEPT_IN_VIEW / scale, length)
  return Math.min(length - kept, Math.max(kept - cssLength / scale, start))
}

function onGrid(value: number, devicePixelsPerUnit: number): number {
  return Math.round(value * devicePixelsPerUnit) / devicePixelsPerUnit
}

function centredOn([x, y]: XY, scale: number, surface: Surface): Viewport {
  return { scale, x: x - surface.css.w / 2 / scale, y: y - surface.css.h / 2 / scale }
}

function middle(surface: Surface): XY {
  return [surface.css.w / 2, surface.css.h / 2]
}

function halfway([a, b]: readonly [XY, XY]): XY {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
}

function distance([a, b]: readonly [XY, XY]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1])
}
