/**
 * All shapes as a bitmap. Panning moves it, a small change repaints a small part of it, and everything else is
 * painted into a second bitmap in slices while the first one stands, so that no frame waits for 20,000 shapes.
 */

import {
  byPaint,
  paintOrder,
  type Annotation,
  type AnnotationId,
  type Document,
  type HitIndex,
} from '../core/index.ts'
import { boundsMeet, boundsOf, type Bounds, type Size } from '../geometry/index.ts'
import { bitmapAround, boundsOfPart, covers, hasScaleOf, showBitmap, type Bitmap } from './bitmap.ts'
import { deviceBounds } from './paint.ts'
import { paintShown } from './paint-cells.ts'
import type { Looks } from './looks.ts'
import type { Surface, Viewport } from './viewport.ts'

export interface Shapes {
  readonly document: Document
  readonly index: HitIndex
  /** Painted elsewhere. */
  readonly omitted: ReadonlySet<AnnotationId>
  isVisible(annotation: Annotation): boolean
  isSelected(annotation: Annotation): boolean
  looks(annotation: Annotation): Looks
  /** The picture's size where segments are to be shown as pixels. */
  cells(view: Viewport, surface: Surface): Size | null
}

interface Job {
  readonly bitmap: Bitmap
  readonly list: readonly Annotation[]
  next: number
}

const SLICE_MS = 6
/** As long as nothing is shown there is nothing that could stutter. */
const FIRST_SLICE_MS = 120
/** A scale has to stand this long before thousands of shapes are painted at it. */
const SETTLED_MS = 90
/** With more shapes than this in view lines are thin. */
const MANY = 1500
/** Shapes that are repainted at once for a small change. */
const PATCH_SHAPES = 600
const PATCHES = 40
/** Device pixels below which a shape of many points is painted with every third. */
const SMALL = 16

export class ShapesLayer {
  readonly #context: CanvasRenderingContext2D
  readonly #nowMs: () => number
  #shapes: Shapes | null = null
  #front: Bitmap | null = null
  #spare: OffscreenCanvas | null = null
  #job: Job | null = null
  /** The whole front bitmap may be out of date. */
  #stale = true
  #perShapeMs = 0.02
  #scale = 0
  #scaleSinceMs = 0
  #shown: { bitmap: Bitmap; view: Viewport } | null = null

  constructor(canvas: HTMLCanvasElement, nowMs: () => number) {
    this.#context = canvas.getContext('2d')!
    this.#nowMs = nowMs
  }

  /** What the bitmap on screen leaves out; the layer above has to show it. */
  get omitted(): ReadonlySet<AnnotationId> {
    return this.#front?.omitted ?? new Set()
  }

  /** Show other shapes. `touched`: where they differ from those before, null when that may be anywhere. */
  set(shapes: Shapes, touched: readonly Bounds[] | null): void {
    const before = this.#shapes
    this.#shapes = shapes
    this.#job = null
    this.#shown = null
    const moved = before === null ? [] : boundsOfDifference(before, shapes)
    if (touched === null || this.#front === null || !this.#patch(this.#front, [...touched, ...moved])) {
      this.#stale = true
    }
  }

  /** The canvas changed its size. */
  resize(): void {
    this.#stale = true
    this.#job = null
    this.#shown = null
    this.#spare = null
  }

  /** Paint what fits into a frame; true when there is more to do. */
  draw(view: Viewport, surface: Surface): boolean {
    if (this.#shapes === null) return false
    const goesOn = this.#advance(this.#shapes, view, surface)
    const front = this.#front
    if (front !== null && (this.#shown?.bitmap !== front || this.#shown.view !== view)) {
      showBitmap(this.#context, front, view, surface)
      this.#shown = { bitmap: front, view }
    }
    return goesOn
  }

  #advance(shapes: Shapes, view: Viewport, surface: Surface): boolean {
    this.#noteScale(view)
    const isFit = (bitmap: Bitmap): boolean =>
      hasScaleOf(bitmap, view, surface) &&
      bitmap.brush.cells === shapes.cells(view, surface) &&
      covers(bitmap, view, surface)
    if (!this.#stale && this.#front !== null && isFit(this.#front)) return false
    if (this.#job !== null && !isFit(this.#job.bitmap)) this.#dropJob()
    if (this.#job === null && !this.#mayStart(shapes, view, surface)) return true
    this.#job ??= this.#startJob(shapes, view, surface)
    return this.#work(this.#job, shapes)
  }

  #noteScale({ scale }: Viewport): void {
    if (scale === this.#scale) return
    this.#scale = scale
    this.#scaleSinceMs = this.#nowMs()
  }

  /** Few shapes are painted in every frame, many only when zooming pauses. */
  #mayStart({ document }: Shapes, view: Viewport, surface: Surface): boolean {
    if (this.#front === null || hasScaleOf(this.#front, view, surface)) return true
    const isQuick = document.annotations.size * this.#perShapeMs < SLICE_MS
    return isQuick || this.#nowMs() - this.#scaleSinceMs >= SETTLED_MS
  }

  #startJob(shapes: Shapes, view: Viewport, surface: Surface): Job {
    const bitmap = bitmapAround(view, surface, this.#spare, shapes.cells(view, surface))
    this.#spare = null
    const list = shapesIn(boundsOfPart(bitmap, widened(wholeOf(bitmap), reach(bitmap))), shapes)
    bitmap.omitted = shapes.omitted
    bitmap.thin = list.length > MANY
    return { bitmap, list, next: 0 }
  }

  #dropJob(): void {
    this.#spare = this.#job?.bitmap.canvas ?? null
    this.#job = null
  }

  #work(job: Job, shapes: Shapes): boolean {
    const startMs = this.#nowMs()
    const sliceMs = this.#front === null ? FIRST_SLICE_MS : SLICE_MS
    const first = job.next
    while (job.next < job.list.length && (job.next % 32 !== 0 || this.#nowMs() - startMs < sliceMs)) {
      paintShape(job.bitmap, job.list[job.next]!, shapes)
      job.next += 1
    }
    const painted = job.next - first
    if (painted > 50) this.#perShapeMs = (this.#nowMs() - startMs) / painted
    if (job.next < job.list.length) return true
    this.#spare = this.#front?.canvas ?? null
    this.#front = job.bitmap
    this.#job = null
    this.#stale = false
    return false
  }

  /** Repaint parts of a bitmap; false when they hold too much. */
  #patch(bitmap: Bitmap, touched: readonly Bounds[]): boolean {
    const shapes = this.#shapes!
    if (touched.length > PATCHES) return false
    const patches = touched.flatMap((bounds) => patchOf(bitmap, bounds, shapes) ?? [])
    if (patches.reduce((sum, { list }) => sum + list.length, 0) > PATCH_SHAPES) return false
    for (const { rect, list } of patches) repaint(bitmap, rect, list, shapes)
    bitmap.omitted = shapes.omitted
    return true
  }
}

interface Patch {
  /** Device pixels of the bitmap, whole ones. */
  readonly rect: Bounds
  readonly list: readonly Annotation[]
}

/** Null when the bounds lie outside the bitmap. */
function patchOf(bitmap: Bitmap, bounds: Bounds, shapes: Shapes): Patch | null {
  const margin = reach(bitmap)
  const part = deviceBounds(bitmap.brush, bounds)
  const left = Math.max(0, Math.floor(part.x - margin))
  const top = Math.max(0, Math.floor(part.y - margin))
  const right = Math.min(bitmap.w, Math.ceil(part.x + part.w + margin))
  const bottom = Math.min(bitmap.h, Math.ceil(part.y + part.h + margin))
  if (right <= left || bottom <= top) return null
  const rect = { x: left, y: top, w: right - left, h: bottom - top }
  return { rect, list: shapesIn(boundsOfPart(bitmap, widened(rect, margin)), shapes) }
}

function repaint(bitmap: Bitmap, { x, y, w, h }: Bounds, list: readonly Annotation[], shapes: Shapes): void {
  const { context } = bitmap.brush
  context.save()
  context.beginPath()
  context.rect(x, y, w, h)
  context.clip()
  context.clearRect(x, y, w, h)
  for (const annotation of list) paintShape(bitmap, annotation, shapes)
  context.restore()
}

/** The shapes of the bitmap that meet the bounds, in the order of painting. */
function shapesIn(bounds: Bounds, { document, index, omitted, isVisible }: Shapes): readonly Annotation[] {
  const isPainted = (annotation: Annotation): boolean => !omitted.has(annotation.id) && isVisible(annotation)
  const found = index.search(bounds)
  if (found.length * 4 < document.annotations.size) return found.filter(isPainted).sort(byPaint)
  return paintOrder(document).filter(
    (annotation) => boundsMeet(boundsOf(annotation.geometry), bounds) && isPainted(annotation),
  )
}

function paintShape(bitmap: Bitmap, annotation: Annotation, shapes: Shapes): void {
  const looks = shapes.looks(annotation)
  const look = shapes.isSelected(annotation) ? looks.selected : bitmap.thin ? looks.thin : looks.plain
  const stride = bitmap.thin ? strideOf(bitmap, annotation) : 1
  paintShown(bitmap.brush, annotation.geometry, look, stride)
}

function strideOf({ brush }: Bitmap, { geometry }: Annotation): number {
  const { w, h } = boundsOf(geometry)
  return Math.max(w, h) * brush.scale < SMALL ? 3 : 1
}

/** Where shapes appear or disappear because others are omitted now. */
function boundsOfDifference(before: Shapes, after: Shapes): readonly Bounds[] {
  if (before.omitted === after.omitted) return []
  const ids = [...before.omitted, ...after.omitted].filter(
    (id) => before.omitted.has(id) !== after.omitted.has(id),
  )
  const annotations = ids.flatMap((id) => [
    before.document.annotations.get(id),
    after.document.annotations.get(id),
  ])
  return annotations.flatMap((annotation) =>
    annotation === undefined ? [] : [boundsOf(annotation.geometry)],
  )
}

function wholeOf({ w, h }: Bitmap): Bounds {
  return { x: 0, y: 0, w, h }
}

function widened({ x, y, w, h }: Bounds, by: number): Bounds {
  return { x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by }
}

/** Device pixels by which the widest look reaches beyond its geometry. */
function reach({ brush }: Bitmap): number {
  // A pixel reaches beyond a border by half of itself.
  return Math.ceil(WIDEST * brush.ratio + (brush.cells === null ? 0 : brush.scale / 2))
}

const WIDEST = 10
