/** Holds the view of one picture and moves it; what a fitted view shows stays fitted when the canvas changes. */

import type { Bounds, Size, XY } from '../geometry/index.ts'
import * as at from './viewport.ts'

/** A view to come back to, on another picture or another canvas: its middle in parts of the picture. */
export interface Outlook {
  readonly scale: number
  readonly turn: number
  readonly middle: XY
}

const ARROWS = ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']

/** The arrow that goes on the picture where the pressed one goes on the screen; other keys are as they were. */
export function arrowOnPicture(key: string, turn: number): string {
  const index = ARROWS.indexOf(key)
  return index < 0 ? key : ARROWS[(index + 8 - Math.round(turn / 90)) % ARROWS.length]!
}

/** Degrees that fingers may be off. */
const STRAIGHT_WITHIN = 5

type Fitted = 'whole' | 'width' | null
type Move = (view: at.Viewport, surface: at.Surface) => at.Viewport

export class Camera {
  readonly #size: Size
  readonly #moved: () => void
  #surface: at.Surface | null = null
  /** Exact; what is drawn and read is `shown`. */
  #view: at.Viewport | null = null
  #shown: at.Viewport | null = null
  #fitted: Fitted = 'whole'
  #start: { readonly turn: number; readonly outlook: Outlook | null } = { turn: 0, outlook: null }

  /** `moved` is called after every movement, and with the first view. */
  constructor(picture: Size, moved: () => void) {
    this.#size = picture
    this.#moved = moved
  }

  /** The view on whole device pixels: what is drawn and what pointers are read with. */
  get shown(): at.Viewport | null {
    return this.#shown
  }

  get surface(): at.Surface | null {
    return this.#surface
  }

  /** Null while the picture is fitted: then there is nothing to come back to. */
  get outlook(): Outlook | null {
    const [view, surface] = [this.#view, this.#surface]
    if (view === null || surface === null || this.#fitted !== null) return null
    const [x, y] = at.toPicture(view, [surface.css.w / 2, surface.css.h / 2])
    return { scale: view.scale, turn: view.turn, middle: [x / this.#size.w, y / this.#size.h] }
  }

  /** How to begin, asked for before the first size is known. */
  startWith(turn: number, outlook: Outlook | null): void {
    this.#start = { turn, outlook }
  }

  resize(surface: at.Surface): void {
    const [before, view] = [this.#surface, this.#view]
    this.#surface = surface
    if (view === null || before === null) this.#view = this.#first(surface)
    else this.#view = this.#refitted(view, surface) ?? at.resized(view, before, surface, this.#size)
    this.#tell()
  }

  fit(): void {
    this.#fit('whole')
  }

  fitWidth(): void {
    this.#fit('width')
  }

  /** Bounds as large as they fit. */
  fitBounds(bounds: Bounds): void {
    this.#move((view, surface) => at.fitBounds(view, bounds, this.#size, surface))
  }

  oneToOne(): void {
    this.#move((view, surface) => at.oneToOne(view, this.#size, surface))
  }

  zoom(direction: 1 | -1): void {
    this.#move((view, surface) => at.zoomStep(view, direction, this.#size, surface))
  }

  zoomBy(place: XY, factor: number): void {
    this.#move((view, surface) => at.zoomBy(view, place, factor, this.#size, surface))
  }

  pinch(fingers: at.Fingers): void {
    this.#move((view, surface) => at.pinch(view, fingers, this.#size, surface))
  }

  panBy(dx: number, dy: number): void {
    this.#move((view, surface) => at.panBy(view, dx, dy, this.#size, surface))
  }

  centre(place: XY): void {
    this.#move((view, surface) => at.centred(view, place, this.#size, surface))
  }

  /** Bring bounds into view, changing as little as possible. */
  reveal(bounds: Bounds): void {
    this.#move((view, surface) => at.revealing(view, bounds, this.#size, surface))
  }

  /** Turn clockwise around a position on the screen, its middle unless given. What is fitted stays fitted. */
  turnBy(degrees: number, around?: XY): void {
    const [view, surface] = [this.#view, this.#surface]
    if (view === null || surface === null) return
    const place: XY = around ?? [surface.css.w / 2, surface.css.h / 2]
    const turned = at.turnBy(view, place, degrees, this.#size, surface)
    this.#view = this.#refitted(turned, surface) ?? turned
    this.#tell()
  }

  /** A turn that is nearly upright, or on one side, becomes so. */
  straighten(): void {
    if (this.#view === null) return
    const rest = ((this.#view.turn + 45) % 90) - 45
    if (rest !== 0 && Math.abs(rest) <= STRAIGHT_WITHIN) this.turnBy(-rest)
  }

  turnTo(degrees: number): void {
    if (this.#view !== null) this.turnBy(degrees - this.#view.turn)
  }

  #first(surface: at.Surface): at.Viewport {
    const { turn, outlook } = this.#start
    if (outlook === null) return at.fit(this.#size, surface, turn)
    this.#fitted = null
    const { scale, middle } = outlook
    const begun = { ...at.fit(this.#size, surface, outlook.turn), scale }
    return at.centred(begun, [middle[0] * this.#size.w, middle[1] * this.#size.h], this.#size, surface)
  }

  #refitted({ turn }: at.Viewport, surface: at.Surface): at.Viewport | null {
    if (this.#fitted === null) return null
    return this.#fitted === 'whole'
      ? at.fit(this.#size, surface, turn)
      : at.fitWidth(this.#size, surface, turn)
  }

  #fit(fitted: Fitted): void {
    const [view, surface] = [this.#view, this.#surface]
    if (view === null || surface === null) return
    this.#fitted = fitted
    this.#view = this.#refitted(view, surface)
    this.#tell()
  }

  #move(change: Move): void {
    const [view, surface] = [this.#view, this.#surface]
    if (view === null || surface === null) return
    const moved = change(view, surface)
    if (moved === view) return
    this.#fitted = null
    this.#view = moved
    this.#tell()
  }

  #tell(): void {
    if (this.#view === null || this.#surface === null) return
    this.#shown = at.onDevicePixels(this.#view, this.#surface)
    this.#moved()
  }
}
