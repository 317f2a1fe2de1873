/**
 * Names at shapes, the largest shapes first, upright however the view is turned. They are painted in every frame:
 * which ones stands for a while, and each is painted once and copied from then on.
 */

import type { Annotation, AnnotationId, Document, HitIndex } from '../core/index.ts'
import { boundsOf, type Bounds, type Size } from '../geometry/index.ts'
import { deviceBounds, type Brush, type Context } from './paint.ts'
import { placeNames } from './place-names.ts'
import { visibleBounds, type Surface, type Viewport } from './viewport.ts'

export interface Name {
  readonly text: string
  readonly color: string
}

export interface Names {
  readonly document: Document
  readonly index: HitIndex
  isVisible(annotation: Annotation): boolean
  nameOf(annotation: Annotation): Name
}

/** What is on screen and not in the document. */
export interface Unkept {
  /** What stands around a shape now: where it is dragged to, or its frame. */
  readonly bounds: ReadonlyMap<AnnotationId, Bounds>
  /** Lines of frames; they are painted over names. */
  readonly lines: readonly Bounds[]
}

/** Names on screen at most. */
export const MOST_NAMES = 120
/** With more shapes in view than this none would be read. */
const MOST_IN_VIEW = 3000
/** CSS pixels below which a shape with an area is too small to be named. */
const SMALLEST = 14
/** Part of the screen beyond it in which shapes are looked for, so that panning finds them ready. */
const AHEAD = 0.3
const KEPT_SPRITES = 600

interface Choice {
  readonly names: Names
  readonly bounds: Bounds
  readonly scale: number
  readonly annotations: readonly Annotation[]
}

export class NamesLayer {
  readonly #sprites = new Map<string, OffscreenCanvas>()
  #choice: Choice | null = null

  paint(brush: Brush, names: Names, unkept: Unkept, view: Viewport, surface: Surface): void {
    const { context, ratio } = brush
    const items = this.#chosen(names, view, surface).map((annotation) => {
      const sprite = this.#sprite(names.nameOf(annotation), ratio)
      const bounds = deviceBounds(brush, unkept.bounds.get(annotation.id) ?? boundsOf(annotation.geometry))
      return { bounds: around(bounds, ratio), size: { w: sprite.width, h: sprite.height }, sprite }
    })
    const lines = unkept.lines.map((line) => around(deviceBounds(brush, line), ratio))
    for (const { item, at } of placeNames(items, surface.px, lines)) {
      context.drawImage(item.sprite, Math.round(at[0]), Math.round(at[1]))
    }
  }

  #chosen(names: Names, view: Viewport, surface: Surface): readonly Annotation[] {
    const shown = visibleBounds(view, surface)
    const known = this.#choice
    const isSame = known?.names === names && isNear(known.scale, view.scale) && holds(known.bounds, shown)
    if (!isSame) this.#choice = choose(names, ahead(shown), view.scale)
    return this.#choice!.annotations
  }

  #sprite({ text, color }: Name, ratio: number): OffscreenCanvas {
    const key = `${ratio} ${color} ${text}`
    const known = this.#sprites.get(key)
    if (known !== undefined) return known
    if (this.#sprites.size >= KEPT_SPRITES) this.#sprites.clear()
    const sprite = spriteOf(text, color, ratio)
    this.#sprites.set(key, sprite)
    return sprite
  }
}

function choose(names: Names, bounds: Bounds, scale: number): Choice {
  const { index, isVisible } = names
  const found = index.search(bounds)
  if (found.length > MOST_IN_VIEW) return { names, bounds, scale, annotations: [] }
  const sized = found.filter(isVisible).map((annotation) => {
    const { w, h } = boundsOf(annotation.geometry)
    return { annotation, side: Math.max(w, h) }
  })
  const annotations = sized
    .filter(({ side }) => side === 0 || side * scale >= SMALLEST)
    .sort((a, b) => b.side - a.side)
    .slice(0, MOST_NAMES)
    .map(({ annotation }) => annotation)
  return { names, bounds, scale, annotations }
}

function isNear(a: number, b: number): boolean {
  return a / b < 1.25 && b / a < 1.25
}

function ahead({ x, y, w, h }: Bounds): Bounds {
  return { x: x - w * AHEAD, y: y - h * AHEAD, w: w * (1 + 2 * AHEAD), h: h * (1 + 2 * AHEAD) }
}

function holds(outer: Bounds, { x, y, w, h }: Bounds): boolean {
  const isWithin = x >= outer.x && y >= outer.y
  return isWithin && x + w <= outer.x + outer.w && y + h <= outer.y + outer.h
}

/** Clear of lines and of the markers of points. */
function around({ x, y, w, h }: Bounds, ratio: number): Bounds {
  const margin = (w === 0 && h === 0 ? 7 : 3) * ratio
  return { x: x - margin, y: y - margin, w: w + 2 * margin, h: h + 2 * margin }
}

const TEXT_PX = 11.5
const LONGEST = 32

/** White on dark with the class colour beside it: readable on any picture. */
function spriteOf(text: string, color: string, ratio: number): OffscreenCanvas {
  const shown = [...text].length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join('')}…` : text
  const font = `500 ${TEXT_PX * ratio}px system-ui, sans-serif`
  const { w, h } = sizeOf(shown, font, ratio)
  const canvas = new OffscreenCanvas(w, h)
  const context = canvas.getContext('2d')!
  context.beginPath()
  context.roundRect(0, 0, w, h, 3 * ratio)
  context.clip()
  context.fillStyle = 'rgb(9 11 15 / 80%)'
  context.fillRect(0, 0, w, h)
  context.fillStyle = color
  context.fillRect(0, 0, Math.round(3 * ratio), h)
  writeName(context, { text: shown, font, x: 7 * ratio, y: h / 2 })
  return canvas
}

function writeName(
  context: Context,
  { text, font, x, y }: { text: string; font: string; x: number; y: number },
): void {
  context.font = font
  context.textBaseline = 'middle'
  context.fillStyle = '#ffffff'
  context.fillText(text, x, y + 0.5)
}

function sizeOf(text: string, font: string, ratio: number): Size {
  const measure = new OffscreenCanvas(1, 1).getContext('2d')!
  measure.font = font
  return { w: Math.ceil(measure.measureText(text).width + 12 * ratio), h: Math.round(18 * ratio) }
}
