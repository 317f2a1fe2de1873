/** The picture with its labels in an element: three stacked canvases that show an editor and feed it events. */

import { unitedBounds, boundsOf, type Bounds, type Size, type XY } from '../geometry/index.ts'
import type { AnnotationId, ClassId, Drawable, Editor, EditorState, Update } from '../core/index.ts'
import { ActiveLayer, SELECTED_APART } from './active-layer.ts'
import type { Looks } from './looks.ts'
import { PictureLayer } from './picture-layer.ts'
import type { PictureSource } from './picture-source.ts'
import { PointerInput } from './pointer-input.ts'
import { ShapesLayer, type Shapes } from './shapes-layer.ts'
import { sizeCanvas, watchSurface } from './surface.ts'
import * as at from './viewport.ts'

export interface CanvasOptions {
  readonly editor: Editor
  looksOfClass(id: ClassId | null): Looks
  /** The view moved, or was shown for the first time. */
  viewed(view: at.Viewport, surface: at.Surface): void
  /** The other button was pressed where no tool had use for it. */
  menu(client: XY): void
}

/** CSS pixels that count as near. */
const NEAR_MOUSE = 6
const NEAR_FINGER = 16
const PAINTED = 'label-mode-painted'

export class CanvasView {
  readonly #element: HTMLElement
  readonly #options: CanvasOptions
  readonly #editor: Editor
  readonly #canvases: readonly HTMLCanvasElement[]
  readonly #picture: PictureLayer
  readonly #shapes: ShapesLayer
  readonly #active: ActiveLayer
  readonly #input: PointerInput
  readonly #ends: (() => void)[]
  #surface: at.Surface | null = null
  #size: Size
  /** Exact; what is drawn and read is `#shown`. */
  #view: at.Viewport | null = null
  #shown: at.Viewport | null = null
  #isFitted = true
  #near = NEAR_MOUSE
  #frame = 0
  #isPictureDirty = true
  #drawables: readonly Drawable[] = []
  #omitted: ReadonlySet<AnnotationId> = new Set()
  #panning: 'no' | 'ready' | 'moving' = 'no'

  constructor(element: HTMLElement, options: CanvasOptions) {
    this.#element = element
    this.#options = options
    this.#editor = options.editor
    this.#size = options.editor.state.picture
    const canvases = ['picture', 'shapes', 'active'].map((layer) => canvasIn(element, layer))
    const [picture, shapes, active] = canvases as [HTMLCanvasElement, HTMLCanvasElement, HTMLCanvasElement]
    this.#canvases = canvases
    this.#picture = new PictureLayer(picture, () => this.#repaintPicture())
    this.#shapes = new ShapesLayer(shapes, () => performance.now())
    this.#active = new ActiveLayer(active)
    this.#input = new PointerInput(element, this.#host())
    this.#show(this.#editor.state, null)
    this.#ends = [
      watchSurface(element, (surface) => this.#resize(surface)),
      this.#editor.subscribe((update) => this.#follow(update)),
    ]
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    this.#input.close()
    this.#picture.set(null)
    for (const end of this.#ends) end()
    for (const canvas of this.#canvases) canvas.remove()
  }

  setPicture(source: PictureSource | null): void {
    this.#picture.set(source)
    this.#repaintPicture()
  }

  /** A CSS filter for the picture alone. */
  setFilter(filter: string): void {
    this.#canvases[0]!.style.filter = filter
  }

  /** Class colours changed. */
  repaint(): void {
    this.#show(this.#editor.state, null)
  }

  holdSpace(held: boolean): void {
    this.#input.holdSpace(held)
  }

  fit(): void {
    this.#move((_view, surface) => at.fit(this.#size, surface))
    this.#isFitted = true
  }

  oneToOne(): void {
    this.#move((view, surface) => at.oneToOne(view, this.#size, surface))
  }

  zoom(direction: 1 | -1): void {
    this.#move((view, surface) => at.zoomStep(view, direction, this.#size, surface))
  }

  /** Where a place of the picture is in the window, in CSS pixels. */
  clientAt(place: XY): XY {
    const { left, top } = this.#element.getBoundingClientRect()
    const [x, y] = this.#shown === null ? place : at.toScreen(this.#shown, place)
    return [left + x, top + y]
  }

  panBy(dx: number, dy: number): void {
    this.#move((view, surface) => at.panBy(view, dx, dy, this.#size, surface))
  }

  /** Bring annotations into view, changing as little as possible. */
  reveal(ids: Iterable<AnnotationId>): void {
    const { annotations } = this.#editor.state.document
    const all = [...ids].flatMap((id) => annotations.get(id) ?? [])
    if (all.length === 0) return
    const bounds = unitedBounds(all.map(({ geometry }) => boundsOf(geometry)))
    this.#move((view, surface) => at.revealing(view, bounds, this.#size, surface))
  }

  #host(): ConstructorParameters<typeof PointerInput>[1] {
    return {
      toPicture: (place) => (this.#shown === null ? place : at.toPicture(this.#shown, place)),
      dispatch: (event) => this.#editor.dispatch(event),
      panBy: (dx, dy) => this.panBy(dx, dy),
      zoomBy: (place, factor) =>
        this.#move((view, surface) => at.zoomBy(view, place, factor, this.#size, surface)),
      pinch: (before, after) =>
        this.#move((view, surface) => at.pinch(view, before, after, this.#size, surface)),
      menu: (place, client) => {
        this.#selectForMenu(place)
        this.#options.menu(client)
      },
      panning: (phase) => {
        this.#panning = phase
        this.#setCursor()
      },
      kind: (type) => {
        this.#near = type === 'touch' ? NEAR_FINGER : NEAR_MOUSE
        this.#tellTolerance()
      },
    }
  }

  /** The menu is about what it was opened on. */
  #selectForMenu(place: XY): void {
    const { index, isReachable, tolerance, selection } = this.#editor.scene()
    const hits = index.at(place, tolerance).filter(isReachable)
    if (hits.length > 0 && !hits.some(({ id }) => selection.has(id))) this.#editor.select([hits[0]!.id])
  }

  #resize(surface: at.Surface): void {
    const before = this.#surface
    this.#surface = surface
    for (const canvas of this.#canvases) sizeCanvas(canvas, surface)
    this.#shapes.resize()
    if (this.#view === null || before === null || this.#isFitted) this.#view = at.fit(this.#size, surface)
    else this.#view = at.resized(this.#view, before, surface, this.#size)
    this.#viewed()
    // Canvases are empty after a change of size: paint before the browser shows them.
    this.#draw()
  }

  #move(change: (view: at.Viewport, surface: at.Surface) => at.Viewport): void {
    if (this.#view === null || this.#surface === null) return
    this.#isFitted = false
    this.#view = change(this.#view, this.#surface)
    this.#viewed()
    this.#invalidate()
  }

  #viewed(): void {
    if (this.#view === null || this.#surface === null) return
    this.#shown = at.onDevicePixels(this.#view, this.#surface)
    this.#isPictureDirty = true
    this.#tellTolerance()
    this.#options.viewed(this.#shown, this.#surface)
  }

  #tellTolerance(): void {
    if (this.#view !== null) this.#editor.setTolerance(this.#near / this.#view.scale)
  }

  #follow({ state, previous, difference }: Update): void {
    this.#show(state, isRepaint(state, previous) ? null : touchedBy(difference))
  }

  /** `touched`: where the document changed, null when anything may look different. */
  #show(state: EditorState, touched: readonly Bounds[] | null): void {
    this.#drawables = this.#editor.preview()
    const omitted = this.#omittedNow(state)
    if (touched === null || touched.length > 0 || omitted !== this.#omitted) {
      this.#omitted = omitted
      this.#shapes.set(this.#shapesOf(state), touched)
    }
    this.#setCursor()
    this.#invalidate()
  }

  #shapesOf(state: EditorState): Shapes {
    const isTogether = state.selection.size > SELECTED_APART
    const { isVisible } = this.#editor.scene()
    return {
      document: state.document,
      index: this.#editor.index,
      omitted: this.#omitted,
      isVisible,
      isSelected: isTogether ? ({ id }) => state.selection.has(id) : () => false,
      looks: ({ classId }) => this.#options.looksOfClass(classId),
    }
  }

  #omittedNow({ selection }: EditorState): ReadonlySet<AnnotationId> {
    const replaced = this.#drawables.flatMap((drawable) =>
      drawable.type === 'geometry' && drawable.replaces !== null ? [drawable.replaces] : [],
    )
    const next = new Set([...(selection.size <= SELECTED_APART ? selection : []), ...replaced])
    const isSame = next.size === this.#omitted.size && [...next].every((id) => this.#omitted.has(id))
    return isSame ? this.#omitted : next
  }

  #setCursor(): void {
    const cursor = { no: this.#editor.cursor(), ready: 'grab', moving: 'grabbing' }[this.#panning]
    if (this.#element.style.cursor !== cursor) this.#element.style.cursor = cursor
  }

  #repaintPicture(): void {
    this.#isPictureDirty = true
    this.#invalidate()
  }

  #invalidate(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw())
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    const [view, surface] = [this.#shown, this.#surface]
    if (view === null || surface === null) return
    if (this.#isPictureDirty) this.#picture.draw(view, surface)
    this.#isPictureDirty = false
    const goesOn = this.#shapes.draw(view, surface)
    const { document, selection } = this.#editor.state
    const { looksOfClass } = this.#options
    const { isVisible } = this.#editor.scene()
    const active = { document, selection, drawables: this.#drawables, isVisible, looksOfClass }
    this.#active.draw(active, this.#shapes.omitted, view, surface)
    if (goesOn) this.#invalidate()
    else if (this.#picture.isSet) markPainted()
  }
}

/** For measurements: when picture and shapes were on screen for the first time. */
function markPainted(): void {
  if (performance.getEntriesByName(PAINTED).length === 0) performance.mark(PAINTED)
}

function canvasIn(element: HTMLElement, layer: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.dataset['layer'] = layer
  canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%'
  element.append(canvas)
  return canvas
}

/** Whether shapes look different although the document did not change. */
function isRepaint(state: EditorState, previous: EditorState): boolean {
  const isSelection = state.selection !== previous.selection
  return (
    state.hiddenClasses !== previous.hiddenClasses ||
    state.hiddenAnnotations !== previous.hiddenAnnotations ||
    state.isolated !== previous.isolated ||
    state.configuration !== previous.configuration ||
    (isSelection && Math.max(state.selection.size, previous.selection.size) > SELECTED_APART)
  )
}

function touchedBy(difference: Update['difference']): readonly Bounds[] {
  if (difference === null) return []
  return [...difference.annotations.values()].flatMap((change) =>
    change.flatMap((annotation) => (annotation === undefined ? [] : [boundsOf(annotation.geometry)])),
  )
}
