/** The picture with its labels in an element: three stacked canvases that show an editor and feed it events. */

import { unitedBounds, boundsOf, type Bounds, type Size, type XY } from '../geometry/index.ts'
import type {
  Annotation,
  AnnotationId,
  ClassId,
  Cursor,
  Drawable,
  Editor,
  EditorState,
  Update,
} from '../core/index.ts'
import { ActiveLayer, SELECTED_APART, type Active } from './active-layer.ts'
import { Camera } from './camera.ts'
import type { Looks } from './looks.ts'
import type { Name, Names } from './names-layer.ts'
import { CELLS_FROM } from './paint-cells.ts'
import { PictureLayer } from './picture-layer.ts'
import type { PictureSource } from './picture-source.ts'
import { PointerInput } from './pointer-input.ts'
import { ShapesLayer, type Shapes } from './shapes-layer.ts'
import { sizeCanvas, watchSurface } from './surface.ts'
import { magnification, toPicture, toScreen, type Surface, type Viewport } from './viewport.ts'

export interface CanvasOptions {
  readonly editor: Editor
  looksOfClass(id: ClassId | null): Looks
  /** The view moved, or was shown for the first time. */
  viewed(view: Viewport, surface: Surface): void
  /** The other button was pressed where no tool had use for it. */
  menu(client: XY): void
}

/** CSS pixels that count as near. */
const NEAR_MOUSE = 6
const NEAR_FINGER = 16
const PAINTED = 'label-mode-painted'

export class CanvasView {
  readonly camera: Camera
  readonly #element: HTMLElement
  readonly #options: CanvasOptions
  readonly #editor: Editor
  readonly #canvases: readonly HTMLCanvasElement[]
  readonly #picture: PictureLayer
  readonly #shapes: ShapesLayer
  readonly #active: ActiveLayer
  readonly #input: PointerInput
  readonly #ends: (() => void)[]
  /** Fingers are wider than what they point at. */
  #isCoarse = false
  #hasGuides = false
  #nameOf: ((annotation: Annotation) => Name) | null = null
  #names: Names | null = null
  #frame = 0
  #isPictureDirty = true
  #isPainted = false
  #drawables: readonly Drawable[] = []
  #omitted: ReadonlySet<AnnotationId> = new Set()
  #cells: boolean | null = null
  #panning: 'no' | 'ready' | 'moving' = 'no'

  constructor(element: HTMLElement, options: CanvasOptions) {
    this.#element = element
    this.#options = options
    this.#editor = options.editor
    this.camera = new Camera(options.editor.state.picture, () => this.#moved())
    const canvases = ['picture', 'shapes', 'active'].map((layer) => canvasIn(element, layer))
    const [picture, shapes, active] = canvases as [HTMLCanvasElement, HTMLCanvasElement, HTMLCanvasElement]
    this.#canvases = canvases
    this.#picture = new PictureLayer(picture, options.editor.state.picture, () => this.#repaintPicture())
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
    for (const canvas of this.#canvases) canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height)
  }

  setPicture(source: PictureSource | null): void {
    this.#picture.set(source)
    this.#repaintPicture()
  }

  /** Class colours or styles changed. */
  repaint(): void {
    this.#show(this.#editor.state, null)
  }

  /** Whether segments are shown as their pixels now. */
  get showsCells(): boolean {
    const { shown, surface } = this.camera
    return shown !== null && surface !== null && this.#cellsIn(shown, surface) !== null
  }

  /** Shows segments as pixels, or as outlines; null: as pixels where these are large enough to be told apart. */
  showCells(choice: boolean | null): void {
    this.#cells = choice
    this.repaint()
  }

  /** Lines between pixels, and through the pointer of whoever draws. */
  setHelp({ grid, guides }: { readonly grid: boolean; readonly guides: boolean }): void {
    this.#picture.hasGrid = grid
    this.#hasGuides = guides
    this.#repaintPicture()
  }

  /** What shapes are called on the picture; null names none. */
  setNames(nameOf: ((annotation: Annotation) => Name) | null): void {
    this.#nameOf = nameOf
    this.#names = null
    this.#invalidate()
  }

  /** While held, the picture is seen without labels. */
  peek(held: boolean): void {
    for (const canvas of this.#canvases.slice(1)) canvas.style.visibility = held ? 'hidden' : ''
  }

  holdSpace(held: boolean): void {
    this.#input.holdSpace(held)
  }

  /** Where a place of the picture is in the window, in CSS pixels. */
  clientAt(place: XY): XY {
    const { left, top } = this.#element.getBoundingClientRect()
    const { shown } = this.camera
    const [x, y] = shown === null ? place : toScreen(shown, place)
    return [left + x, top + y]
  }

  /** Bring annotations into view, changing as little as possible. */
  reveal(ids: Iterable<AnnotationId>): void {
    const bounds = this.#boundsOf(ids)
    if (bounds !== null) this.camera.reveal(bounds)
  }

  /** Show annotations as large as they fit. */
  fitAnnotations(ids: Iterable<AnnotationId>): void {
    const bounds = this.#boundsOf(ids)
    if (bounds === null) this.#editor.say({ code: 'nothing_selected', text: 'Select something first.' })
    else this.camera.fitBounds(bounds)
  }

  #boundsOf(ids: Iterable<AnnotationId>): Bounds | null {
    const { annotations } = this.#editor.state.document
    const all = [...ids].flatMap((id) => annotations.get(id) ?? [])
    return all.length === 0 ? null : unitedBounds(all.map(({ geometry }) => boundsOf(geometry)))
  }

  #host(): ConstructorParameters<typeof PointerInput>[1] {
    const { camera } = this
    return {
      toPicture: (place) => (camera.shown === null ? place : toPicture(camera.shown, place)),
      dispatch: (event) => this.#editor.dispatch(event),
      panBy: (dx, dy) => camera.panBy(dx, dy),
      zoomBy: (place, factor) => camera.zoomBy(place, factor),
      pinch: (fingers) => camera.pinch(fingers),
      turnBy: (place, degrees) => camera.turnBy(degrees, place),
      turned: () => camera.straighten(),
      asksMenuByResting: () => this.#editor.tool === this.#editor.tools[0],
      menu: (place, client) => {
        this.#selectForMenu(place)
        this.#options.menu(client)
      },
      panning: (phase) => {
        this.#panning = phase
        this.#setCursor()
      },
      kind: (type) => {
        this.#isCoarse = type === 'touch'
        this.#tellTolerance()
        this.#invalidate()
      },
    }
  }

  #cellsIn(view: Viewport, surface: Surface): Size | null {
    return (this.#cells ?? magnification(view, surface) >= CELLS_FROM) ? this.#editor.state.picture : null
  }

  /** The menu is about what it was opened on. */
  #selectForMenu(place: XY): void {
    const { index, isReachable, tolerance, selection } = this.#editor.scene()
    const hits = index.at(place, tolerance).filter(isReachable)
    if (hits.length > 0 && !hits.some(({ id }) => selection.has(id))) this.#editor.select([hits[0]!.id])
  }

  #resize(surface: Surface): void {
    for (const canvas of this.#canvases) sizeCanvas(canvas, surface)
    this.#shapes.resize()
    this.camera.resize(surface)
    // Canvases are empty after a change of size: paint before the browser shows them.
    this.#draw()
  }

  #moved(): void {
    const { shown, surface } = this.camera
    if (shown === null || surface === null) return
    this.#isPictureDirty = true
    this.#tellTolerance()
    this.#options.viewed(shown, surface)
    this.#invalidate()
  }

  #tellTolerance(): void {
    const { shown } = this.camera
    if (shown !== null) this.#editor.setTolerance((this.#isCoarse ? NEAR_FINGER : NEAR_MOUSE) / shown.scale)
  }

  #follow({ state, previous, difference }: Update): void {
    this.#show(state, isRepaint(state, previous) ? null : touchedBy(difference))
  }

  /** `touched`: where the document changed, null when anything may look different. */
  #show(state: EditorState, touched: readonly Bounds[] | null): void {
    this.#drawables = this.#editor.preview()
    const omitted = this.#omittedNow(state)
    if (touched === null || touched.length > 0) this.#names = null
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
      cells: (view, surface) => this.#cellsIn(view, surface),
    }
  }

  #omittedNow({ selection }: EditorState): ReadonlySet<AnnotationId> {
    const changing = this.#drawables.flatMap(changedBy)
    const next = new Set([...(selection.size <= SELECTED_APART ? selection : []), ...changing])
    const isSame = next.size === this.#omitted.size && [...next].every((id) => this.#omitted.has(id))
    return isSame ? this.#omitted : next
  }

  #setCursor(): void {
    const ofTool = turnedCursor(this.#editor.cursor(), this.camera.shown?.turn ?? 0)
    const cursor = { no: ofTool, ready: 'grab', moving: 'grabbing' }[this.#panning]
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
    const { shown: view, surface } = this.camera
    if (view === null || surface === null) return
    if (this.#isPictureDirty) this.#picture.draw(view, surface)
    this.#isPictureDirty = false
    const goesOn = this.#shapes.draw(view, surface)
    this.#active.draw(this.#activeNow(view, surface), this.#shapes.omitted, view, surface)
    if (goesOn) this.#invalidate()
    else if (this.#picture.source !== null) this.#markPainted()
  }

  #activeNow(view: Viewport, surface: Surface): Active {
    const { document, selection, pointer } = this.#editor.state
    const { looksOfClass } = this.#options
    const { isVisible } = this.#editor.scene()
    const isDrawing = this.#hasGuides && this.#editor.cursor() === 'crosshair'
    const guided = isDrawing ? pointer : null
    const cells = this.#cellsIn(view, surface)
    const shown = { cells, drawables: this.#drawables, isVisible, looksOfClass, isCoarse: this.#isCoarse }
    return { document, selection, ...shown, guided, names: this.#namesNow() }
  }

  /** The same value until something is called or shown otherwise. */
  #namesNow(): Names | null {
    const nameOf = this.#nameOf
    if (nameOf === null) return null
    const { isVisible } = this.#editor.scene()
    const { document } = this.#editor.state
    this.#names ??= { document, index: this.#editor.index, isVisible, nameOf }
    return this.#names
  }

  /** For measurements: when picture and shapes were on screen for the first time. */
  #markPainted(): void {
    if (!this.#isPainted) performance.mark(PAINTED)
    this.#isPainted = true
  }
}

const RESIZING: readonly Cursor[] = ['ew-resize', 'nwse-resize', 'ns-resize', 'nesw-resize']

/** Cursors that show a direction turn with the picture. */
function turnedCursor(cursor: Cursor, turn: number): Cursor {
  const index = RESIZING.indexOf(cursor)
  return index < 0 ? cursor : RESIZING[(index + Math.round(turn / 45)) % RESIZING.length]!
}

/** What is shown changed, by another geometry or by a stroke across it. */
function changedBy(drawable: Drawable): readonly AnnotationId[] {
  if (drawable.type === 'stroke') return drawable.from
  return drawable.type === 'geometry' && drawable.replaces !== null ? [drawable.replaces] : []
}

/** The canvas of a layer: that of the view before, if there was one, for a new one costs a frame. */
function canvasIn(element: HTMLElement, layer: string): HTMLCanvasElement {
  const before = element.querySelector<HTMLCanvasElement>(`:scope > [data-layer=${layer}]`)
  if (before !== null) return before
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
