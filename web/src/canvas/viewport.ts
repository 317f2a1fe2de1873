/**
 * Where the picture lies on the screen. Picture coordinates are continuous pixels of the displayed medium
 * with the origin at the outer corner of its first pixel; screen coordinates are CSS pixels from the top-left
 * corner of the canvas; device pixels are what the canvas really has.
 */

import { boundsOfPoints, type Bounds, type Size, type XY } from '../geometry/index.ts'
import type { Transform } from './transform.ts'

/** The canvas in both units; their ratio is the pixel ratio, fractional under browser zoom. */
export interface Surface {
  readonly css: Size
  readonly px: Size
}

/**
 * `scale`: CSS pixels per picture pixel. `x`, `y`: the picture coordinate at the canvas' top-left corner. `turn`: by
 * how many degrees the picture is turned clockwise, from 0 to below 360.
 */
export interface Viewport {
  readonly scale: number
  readonly x: number
  readonly y: number
  readonly turn: number
}

/** CSS pixels per picture pixel that zooming stops at: single pixels are then plain squares. */
export const CLOSEST = 96
/** Part of the fitting scale that zooming out stops at. */
const FARTHEST = 0.25
/** CSS pixels of the picture that panning always leaves in view. */
const KEPT_IN_VIEW = 48
/** Part of the screen that something revealed takes at most. */
const REVEALED_PART = 0.7
/** CSS pixels left free around a fitted picture. */
const FIT_MARGIN = 24
/** Above a fitted picture there is a place for the settings of a tool. */
const FIT_ABOVE = 58
/** CSS pixels per picture pixel that fitting something small stops at. */
const CLOSEST_FIT = 32

/** Device pixels per CSS pixel along each axis. */
export function pixelRatio(surface: Surface): XY {
  return [surface.px.w / surface.css.w, surface.px.h / surface.css.h]
}

/** Device pixels per picture pixel: 1 shows the picture's own pixels. */
export function magnification(view: Viewport, surface: Surface): number {
  return view.scale * pixelRatio(surface)[0]
}

/** Where the picture's first axis points on the screen. Quarter turns are exact, so that pixels stay squares. */
function axis(turn: number): XY {
  const quarter = QUARTERS[turn / 90]
  return quarter ?? [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)]
}

const QUARTERS: readonly XY[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
]

function turned([x, y]: XY, [cos, sin]: XY): XY {
  return [x * cos - y * sin, x * sin + y * cos]
}

/** Picture units along a way on the screen. */
function wayInPicture({ scale, turn }: Viewport, [sx, sy]: XY): XY {
  const [cos, sin] = axis(turn)
  const [x, y] = turned([sx, sy], [cos, -sin])
  return [x / scale, y / scale]
}

export function toPicture(view: Viewport, at: XY): XY {
  const [x, y] = wayInPicture(view, at)
  return [view.x + x, view.y + y]
}

export function toScreen(view: Viewport, [x, y]: XY): XY {
  return turned([(x - view.x) * view.scale, (y - view.y) * view.scale], axis(view.turn))
}

/** From picture coordinates to device pixels. */
export function deviceTransform(view: Viewport, surface: Surface): Transform {
  const [rx, ry] = pixelRatio(surface)
  const [cos, sin] = axis(view.turn)
  const [kx, ky] = [view.scale * rx, view.scale * ry]
  const [a, b, c, d] = [kx * cos, ky * sin, -kx * sin, ky * cos]
  return [a, b, c, d, -(a * view.x + c * view.y), -(b * view.x + d * view.y)]
}

/**
 * The view to draw and to read pointers with: the offset on whole device pixels, so that 1:1 is sharp. The
 * exact view is what the next zoom starts from, or rounding would drift away from the pointer.
 */
export function onDevicePixels(view: Viewport, surface: Surface): Viewport {
  const [rx, ry] = pixelRatio(surface)
  const [, , , , e, f] = deviceTransform(view, surface)
  const [x, y] = wayInPicture(view, [-Math.round(e) / rx, -Math.round(f) / ry])
  return { ...view, x, y }
}

/** The corners of the screen in picture coordinates, from the top left clockwise. */
export function visibleCorners(view: Viewport, { css: { w, h } }: Surface): readonly XY[] {
  const corners: readonly XY[] = [
    [0, 0],
    [w, 0],
    [w, h],
    [0, h],
  ]
  return corners.map((corner) => toPicture(view, corner))
}

/** The smallest box, in picture coordinates, that holds all that is on screen. */
export function visibleBounds(view: Viewport, surface: Surface): Bounds {
  return boundsOfPoints(visibleCorners(view, surface))
}

/** How wide and high something of a size is once it is turned. */
export function turnedSize({ w, h }: Size, turn: number): Size {
  const [cos, sin] = axis(turn).map(Math.abs) as [number, number]
  return { w: w * cos + h * sin, h: w * sin + h * cos }
}

/**
 * The whole picture with a margin, centred unless it is so high that it makes place above; never larger than one device
 * pixel per picture pixel times 8.
 */
export function fit(picture: Size, surface: Surface, turn = 0): Viewport {
  const box = turnedSize(picture, turn)
  const scale = Math.min(room(surface).w / box.w, room(surface).h / box.h, closestFit(surface))
  const above = (surface.css.h - box.h * scale) / 2
  const view = centredOn(middleOf(picture), { scale, turn }, surface)
  return above >= FIT_ABOVE ? view : shifted(view, [0, FIT_ABOVE - above])
}

/** The whole picture from edge to edge, as the overview shows it. */
export function overview(picture: Size, surface: Surface, turn: number): Viewport {
  const box = turnedSize(picture, turn)
  const scale = Math.min(surface.css.w / box.w, surface.css.h / box.h)
  return centredOn(middleOf(picture), { scale, turn }, surface)
}

/** As wide as the screen, with a margin; the upper end of the picture where it is higher than the screen. */
export function fitWidth(picture: Size, surface: Surface, turn: number): Viewport {
  const box = turnedSize(picture, turn)
  const scale = clampScale(Math.min(room(surface).w / box.w, closestFit(surface)), picture, surface)
  const view = centredOn(middleOf(picture), { scale, turn }, surface)
  const above = (box.h * scale - surface.css.h) / 2
  return above <= 0 ? view : shifted(view, [0, above + FIT_ABOVE])
}

/** Whether all of the picture is on screen. */
export function isWhole(view: Viewport, picture: Size, { css }: Surface): boolean {
  return cornersOf({ x: 0, y: 0, ...picture }).every((corner) => {
    const [x, y] = toScreen(view, corner)
    return x > -0.5 && y > -0.5 && x < css.w + 0.5 && y < css.h + 0.5
  })
}

/** The bounds as large as they fit with room around them. */
export function fitBounds(view: Viewport, bounds: Bounds, picture: Size, surface: Surface): Viewport {
  const box = turnedSize(bounds, view.turn)
  const wished = Math.min(surface.css.w / Math.max(box.w, 1), surface.css.h / Math.max(box.h, 1))
  const scale = clampScale(Math.min(wished * REVEALED_PART, CLOSEST_FIT), picture, surface)
  return settled(centredOn(middleOfBounds(bounds), { scale, turn: view.turn }, surface), picture, surface)
}

function room({ css }: Surface): Size {
  return { w: Math.max(1, css.w - 2 * FIT_MARGIN), h: Math.max(1, css.h - FIT_ABOVE - FIT_MARGIN) }
}

function closestFit(surface: Surface): number {
  return 8 / pixelRatio(surface)[0]
}

/** One device pixel per picture pixel, around what is in the middle of the screen now. */
export function oneToOne(view: Viewport, picture: Size, surface: Surface): Viewport {
  return zoomTo(view, middle(surface), 1 / pixelRatio(surface)[0], picture, surface)
}

/** The bounds brought into view: nothing moves when they are, nothing zooms when they fit. */
export function revealing(view: Viewport, bounds: Bounds, picture: Size, surface: Surface): Viewport {
  const { css } = surface
  const shown = boundsOfPoints(cornersOf(bounds).map((corner) => toScreen(view, corner)))
  const isAcross = shown.x >= 0 && shown.x + shown.w <= css.w
  const isDown = shown.y >= 0 && shown.y + shown.h <= css.h
  if (isAcross && isDown) return view
  const factor = Math.min(css.w / Math.max(shown.w, 1e-6), css.h / Math.max(shown.h, 1e-6))
  const scale = clampScale(view.scale * Math.min(1, factor * REVEALED_PART), picture, surface)
  return settled(centredOn(middleOfBounds(bounds), { scale, turn: view.turn }, surface), picture, surface)
}

function cornersOf({ x, y, w, h }: Bounds): readonly XY[] {
  return [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ]
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
  return settled(shifted(view, [dx, dy]), picture, surface)
}

/** A place of the picture in the middle of the screen. */
export function centred(view: Viewport, place: XY, picture: Size, surface: Surface): Viewport {
  return settled(centredOn(place, view, surface), picture, surface)
}

/** Turned clockwise by some degrees; what is under the screen position `at` stays there. */
export function turnBy(view: Viewport, at: XY, degrees: number, picture: Size, surface: Surface): Viewport {
  const next = { ...view, turn: normalTurn(view.turn + degrees) }
  return settled(holding(next, toPicture(view, at), at), picture, surface)
}

/** From 0 to below 360, free of what floating point leaves beside whole hundredths. */
export function normalTurn(degrees: number): number {
  const hundredths = Math.round(degrees * 100) % 36_000
  return (hundredths < 0 ? hundredths + 36_000 : hundredths) / 100
}

/** Where two fingers were and are; `isTurning` when the view turns with them. */
export interface Fingers {
  readonly before: readonly [XY, XY]
  readonly after: readonly [XY, XY]
  readonly isTurning: boolean
}

/** What lies halfway between two fingers stays there; if the view turns, what is under both stays under both. */
export function pinch(
  view: Viewport,
  { before, after, isTurning }: Fingers,
  picture: Size,
  surface: Surface,
): Viewport {
  const factor = distance(after) / Math.max(distance(before), 1)
  const scale = clampScale(view.scale * factor, picture, surface)
  const turn = isTurning ? normalTurn(view.turn + angle(after) - angle(before)) : view.turn
  const moved = holding({ ...view, scale, turn }, toPicture(view, halfway(before)), halfway(after))
  return settled(moved, picture, surface)
}

/** The same middle and scale on a canvas of another size. */
export function resized(view: Viewport, before: Surface, after: Surface, picture: Size): Viewport {
  const scale = clampScale(view.scale, picture, after)
  return settled(centredOn(toPicture(view, middle(before)), { ...view, scale }, after), picture, after)
}

function zoomTo(view: Viewport, at: XY, wanted: number, picture: Size, surface: Surface): Viewport {
  const scale = clampScale(wanted, picture, surface)
  return settled(holding({ ...view, scale }, toPicture(view, at), at), picture, surface)
}

function clampScale(scale: number, picture: Size, surface: Surface): number {
  const farthest = Math.min(fit(picture, surface).scale * FARTHEST, CLOSEST)
  return Math.min(CLOSEST, Math.max(farthest, scale))
}

/**
 * Keep some of the picture in view. Upright it may go anywhere with a rim of it left; turned freely it has to reach
 * into the circle around the middle of the screen, for its corners say nothing of where its rim is.
 */
function settled(view: Viewport, picture: Size, surface: Surface): Viewport {
  const { css } = surface
  const centre = toPicture(view, middle(surface))
  const kept = KEPT_IN_VIEW / view.scale
  if (view.turn % 90 === 0) {
    const { w, h } = turnedSize(css, view.turn)
    const x = within(centre[0], picture.w, w / view.scale, kept)
    const y = within(centre[1], picture.h, h / view.scale, kept)
    return holding(view, [x, y], middle(surface))
  }
  const nearest: XY = [clamp(centre[0], 0, picture.w), clamp(centre[1], 0, picture.h)]
  const gap = distance([nearest, centre])
  const reach = Math.max(Math.min(css.w, css.h) / 2 / view.scale - kept, 0)
  if (gap <= reach) return view
  const part = reach / gap
  const x = nearest[0] + (centre[0] - nearest[0]) * part
  const y = nearest[1] + (centre[1] - nearest[1]) * part
  return holding(view, [x, y], middle(surface))
}

/** Where the middle of the screen may lie along one axis of the picture. */
function within(centre: number, length: number, screen: number, kept: number): number {
  const rim = Math.min(kept, length)
  return Math.min(length - rim + screen / 2, Math.max(rim - screen / 2, centre))
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}

/** The view with a place of the picture at a position on the screen. */
function holding(view: Viewport, place: XY, at: XY): Viewport {
  const [x, y] = wayInPicture(view, at)
  return { ...view, x: place[0] - x, y: place[1] - y }
}

function shifted(view: Viewport, way: XY): Viewport {
  const [x, y] = wayInPicture(view, way)
  return { ...view, x: view.x - x, y: view.y - y }
}

function centredOn(place: XY, { scale, turn }: Pick<Viewport, 'scale' | 'turn'>, surface: Surface): Viewport {
  return holding({ scale, turn, x: 0, y: 0 }, place, middle(surface))
}

function middle({ css }: Surface): XY {
  return [css.w / 2, css.h / 2]
}

function middleOf({ w, h }: Size): XY {
  return [w / 2, h / 2]
}

function middleOfBounds({ x, y, w, h }: Bounds): XY {
  return [x + w / 2, y + h / 2]
}

function halfway([a, b]: readonly [XY, XY]): XY {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
}

function distance([a, b]: readonly [XY, XY]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1])
}

/** Degrees of the way from one position to another, clockwise from the right. */
function angle([a, b]: readonly [XY, XY]): number {
  return (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI
}
