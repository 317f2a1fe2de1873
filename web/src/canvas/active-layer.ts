/** What is selected, under the pointer, in the making or held: painted anew in every frame, over all shapes. */

import {
  byPaint,
  type Annotation,
  type AnnotationId,
  type ClassId,
  type Document,
  type Drawable,
} from '../core/index.ts'
import { boundsMeet, boundsOf, type Bounds, type Size, type XY } from '../geometry/index.ts'
import { paintGuides } from './guides.ts'
import type { Looks } from './looks.ts'
import { NamesLayer, type Names, type Unkept } from './names-layer.ts'
import { brushOn, type Brush } from './paint.ts'
import { paintShown } from './paint-cells.ts'
import { eraseStroke, paintStroke, paintTip } from './paint-stroke.ts'
import {
  frameLines,
  paintContext,
  paintFrame,
  paintHandles,
  paintPath,
  paintPoints,
  paintSnap,
} from './paint-tools.ts'
import { StandingBitmap, type Standing } from './standing-bitmap.ts'
import { deviceTransform, visibleBounds, type Surface, type Viewport } from './viewport.ts'

export interface Active {
  readonly document: Document
  readonly selection: ReadonlySet<AnnotationId>
  readonly drawables: readonly Drawable[]
  /** The picture's size while segments are shown as pixels. */
  readonly cells: Size | null
  isVisible(annotation: Annotation): boolean
  looksOfClass(id: ClassId | null): Looks
  /** The last pointer was a finger: handles are as large as one. */
  readonly isCoarse: boolean
  /** Where guides cross, null for none. */
  readonly guided: XY | null
  /** Null when shapes are not named. */
  readonly names: Names | null
}

/** A larger selection is painted with all shapes. */
export const SELECTED_APART = 300

export class ActiveLayer {
  readonly #context: CanvasRenderingContext2D
  readonly #names = new NamesLayer()
  readonly #erased = new StandingBitmap()
  readonly #standing = new StandingBitmap()

  constructor(canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d')!
  }

  /** `omitted`: what the layer of all shapes leaves out. */
  draw(active: Active, omitted: ReadonlySet<AnnotationId>, view: Viewport, surface: Surface): void {
    const brush = brushOn(this.#context, deviceTransform(view, surface), surface, active.cells)
    this.#context.clearRect(0, 0, surface.px.w, surface.px.h)
    const bounds = visibleBounds(view, surface)
    const standing = standingOut(active, omitted).filter(({ geometry }) =>
      boundsMeet(boundsOf(geometry), bounds, 1 + 12 / view.scale),
    )
    const ids = erasedFrom(active)
    const [erased, others] = [true, false].map((isErased) =>
      standing.filter(({ id }) => ids.has(id) === isErased).map((each) => shownAs(each, active)),
    )
    this.#erased.paint(brush, erased!, view, surface)
    eraseStrokes(brush, active)
    this.#standing.paint(brush, others!, view, surface)
    if (active.names !== null) this.#names.paint(brush, active.names, unkeptOf(active), view, surface)
    if (active.guided !== null) paintGuides(brush, active.guided, surface)
    for (const drawable of active.drawables) PAINT[drawable.type](brush, drawable as never, active)
  }
}

/** One shape with a frame is named outside of it. */
function unkeptOf({ drawables, selection }: Active): Unkept {
  const bounds = new Map<AnnotationId, Bounds>()
  const lines: Bounds[] = []
  for (const drawable of drawables) {
    if (drawable.type === 'geometry' && drawable.replaces !== null)
      bounds.set(drawable.replaces, boundsOf(drawable.geometry))
  }
  for (const drawable of drawables) {
    if (drawable.type !== 'frame') continue
    lines.push(...frameLines(drawable))
    if (selection.size === 1) for (const id of selection) bounds.set(id, drawable.bounds)
  }
  return { bounds, lines }
}

/** Everything that has to be seen above the bitmap, but for what is shown changed. */
function standingOut(active: Active, omitted: ReadonlySet<AnnotationId>): readonly Annotation[] {
  const { document, selection, isVisible } = active
  const isApart = selection.size <= SELECTED_APART
  const ids = new Set(isApart ? [...omitted, ...selection] : omitted)
  for (const drawable of active.drawables) {
    if (drawable.type === 'geometry' && drawable.replaces !== null) ids.delete(drawable.replaces)
  }
  return [...ids]
    .flatMap((id) => document.annotations.get(id) ?? [])
    .filter(isVisible)
    .sort(byPaint)
}

/** What a stroke of an eraser takes away from; it has to be on this canvas for that. */
function erasedFrom({ drawables }: Active): ReadonlySet<AnnotationId> {
  return new Set(drawables.flatMap((drawable) => (drawable.type === 'stroke' ? drawable.from : [])))
}

function eraseStrokes(brush: Brush, { drawables }: Active): void {
  for (const drawable of drawables)
    if (drawable.type === 'stroke' && drawable.role === 'erase') eraseStroke(brush, drawable)
}

function shownAs({ id, classId, geometry }: Annotation, { selection, looksOfClass }: Active): Standing {
  const looks = looksOfClass(classId)
  return { geometry, look: selection.has(id) ? looks.selected : looks.plain }
}

type Painter<Type extends Drawable['type']> = (
  brush: Brush,
  drawable: Extract<Drawable, { readonly type: Type }>,
  active: Active,
) => void

const PAINT: { readonly [Type in Drawable['type']]: Painter<Type> } = {
  geometry: (brush, { geometry, classId, replaces }, { looksOfClass }) => {
    const looks = looksOfClass(classId)
    paintShown(brush, geometry, replaces === null ? looks.drawing : looks.selected)
  },
  hover: (brush, { annotationId }, { document, selection, looksOfClass }) => {
    const annotation = document.annotations.get(annotationId)
    if (annotation === undefined || selection.has(annotationId)) return
    paintShown(brush, annotation.geometry, looksOfClass(annotation.classId).hovered)
  },
  path: (brush, drawable, { looksOfClass }) => paintPath(brush, drawable, looksOfClass(drawable.classId)),
  frame: (brush, drawable, { isCoarse }) => paintFrame(brush, drawable, isCoarse),
  snap: paintSnap,
  context: (brush, { annotationId }, { document }) => {
    const annotation = document.annotations.get(annotationId)
    if (annotation !== undefined) paintContext(brush, annotation.geometry)
  },
  stroke: (brush, drawable, { looksOfClass }) => paintStroke(brush, drawable, looksOfClass(drawable.classId)),
  tip: (brush, drawable, { looksOfClass }) => paintTip(brush, drawable, looksOfClass(drawable.classId)),
  points: (brush, drawable, { looksOfClass }) => paintPoints(brush, drawable, looksOfClass(drawable.classId)),
  handles: (brush, { annotationId, handles, hot }, { document, looksOfClass, isCoarse }) => {
    const annotation = document.annotations.get(annotationId)
    if (annotation !== undefined)
      paintHandles(brush, handles, { hot, isCoarse }, looksOfClass(annotation.classId))
  },
}
