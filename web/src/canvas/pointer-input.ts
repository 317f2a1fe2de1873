/**
 * Mouse, pen, touch and wheel on an element, turned into events of the editor and movements of the view. Positions
 * come from pointer events alone: wheel and click events are cut to whole pixels.
 */

import type { Button, Event as EditorEvent, Modifiers } from '../core/index.ts'
import type { XY } from '../geometry/index.ts'
import type { Fingers } from './viewport.ts'

export interface PointerHost {
  toPicture(at: XY): XY
  /** True when somebody had use for it. */
  dispatch(event: EditorEvent): boolean
  panBy(dx: number, dy: number): void
  zoomBy(at: XY, factor: number): void
  pinch(fingers: Fingers): void
  /** Turn the view clockwise around a place. */
  turnBy(at: XY, degrees: number): void
  /** Two fingers have turned the view and let go. */
  turned(): void
  /** Whether a finger that rests on the picture asks for the menu. */
  asksMenuByResting(): boolean
  /** The other button was pressed and no tool had use for it. */
  menu(at: XY, client: XY): void
  /** The view is being moved by hand: 'ready' while it would be. */
  panning(phase: 'no' | 'ready' | 'moving'): void
  /** Fingers need more room than a mouse. */
  kind(type: string): void
}

type Press =
  | { readonly type: 'none' }
  | { readonly type: 'editing'; readonly pointer: number; readonly kind: string }
  | { readonly type: 'panning'; readonly pointer: number; readonly last: XY }
  | Pinching

/** `from`: degrees at which the fingers lay on each other at first. */
interface Pinching {
  readonly type: 'pinching'
  readonly pointers: readonly [number, number]
  readonly from: number
  readonly isTurning: boolean
}

const NONE: Press = { type: 'none' }
/** Degrees that two fingers turn before the view turns with them. */
const TWIST = 14
const TURN_PER_WHEEL_PX = 0.05
/** For so long after the pen was near, whatever else touches is the hand that holds it. */
const PALM_MS = 500
const LINE_PX = 16
const PER_WHEEL_PX = 0.0016
const PER_PINCH_PX = 0.01
const LONGEST_TURN_PX = 240
/** Wheels turn by 100 to 120 a notch, touch pads by less and more often. */
const PER_STEP_PX = 60

export class PointerInput {
  readonly #element: HTMLElement
  readonly #host: PointerHost
  readonly #ends = new AbortController()
  #press: Press = NONE
  #spaceHeld = false
  /** The other button was pressed for the menu, which some systems open on its release. */
  #asksMenu = false
  #last: XY = [0, 0]
  /** When a pen was near last, null before the first time. Whoever has a pen draws with it and moves with fingers. */
  #penMs: number | null = null
  /** Turned with Alt held, and not a whole step yet. */
  #turnedPx = 0
  readonly #touches = new Map<number, XY>()

  constructor(element: HTMLElement, host: PointerHost) {
    this.#element = element
    this.#host = host
    const { signal } = this.#ends
    const on = <Name extends keyof HTMLElementEventMap>(
      name: Name,
      listener: (event: HTMLElementEventMap[Name]) => void,
      passive = false,
    ): void => element.addEventListener(name, listener, { signal, passive })
    on('pointerdown', (event) => this.#down(event))
    on('pointermove', (event) => this.#move(event))
    on('pointerup', (event) => this.#up(event))
    on('pointercancel', (event) => this.#lost(event))
    on('lostpointercapture', (event) => this.#lost(event))
    on('pointerleave', () => this.#press.type === 'none' && this.#host.dispatch({ type: 'leave' }))
    on('dblclick', (event) => this.#doubleClick(event))
    on('contextmenu', (event) => this.#menu(event))
    on('wheel', (event) => this.#wheel(event))
    addEventListener('blur', () => this.holdSpace(false), { signal })
  }

  close(): void {
    this.#ends.abort()
  }

  /** While held, presses move the view. */
  holdSpace(held: boolean): void {
    if (this.#spaceHeld === held) return
    this.#spaceHeld = held
    if (this.#press.type === 'none') this.#host.panning(held ? 'ready' : 'no')
  }

  #at(event: MouseEvent): XY {
    const box = this.#element.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }

  #down(event: PointerEvent): void {
    const at = this.#at(event)
    this.#last = at
    this.#asksMenu = false
    this.#element.focus({ preventScroll: true })
    this.#element.setPointerCapture(event.pointerId)
    if (event.pointerType === 'pen') this.#notePen(event)
    else if (event.pointerType === 'touch') {
      if (this.#isPalm(event)) return
      this.#touches.set(event.pointerId, at)
    }
    this.#host.kind(event.pointerType)
    if (this.#touches.size === 2) return this.#startPinch()
    if (this.#press.type === 'none' && this.#touches.size < 2) this.#startPress(event, at)
  }

  #startPress(event: PointerEvent, at: XY): void {
    const isMoving = this.#spaceHeld || (event.pointerType === 'touch' && this.#penMs !== null)
    if (event.button === 1 || (event.button === 0 && isMoving)) {
      // Without this the middle button scrolls by itself.
      event.preventDefault()
      this.#press = { type: 'panning', pointer: event.pointerId, last: at }
      return this.#host.panning('moving')
    }
    this.#pressTool(event, at)
  }

  /** The hand was on the screen before the pen: what it began is given up. */
  #notePen(event: PointerEvent): void {
    this.#penMs = event.timeStamp
    this.#touches.clear()
    const { type } = this.#press
    if (type === 'editing' && this.#press.kind === 'touch') this.#host.dispatch({ type: 'cancel' })
    else if (type !== 'pinching' && type !== 'panning') return
    this.#press = NONE
    this.#host.panning(this.#spaceHeld ? 'ready' : 'no')
  }

  #isPalm({ timeStamp }: PointerEvent): boolean {
    const isPenDown = this.#press.type === 'editing' && this.#press.kind === 'pen'
    return isPenDown || (this.#penMs !== null && timeStamp - this.#penMs < PALM_MS)
  }

  #pressTool(event: PointerEvent, at: XY): void {
    const button: Button | null = event.button === 0 ? 'primary' : event.button === 2 ? 'secondary' : null
    if (button === null) return
    this.#press = { type: 'editing', pointer: event.pointerId, kind: event.pointerType }
    const place = this.#host.toPicture(at)
    const isUsed = this.#host.dispatch({ type: 'down', at: place, button, modifiers: modifiersOf(event) })
    if (button === 'primary' || isUsed) return
    this.#press = NONE
    this.#asksMenu = true
  }

  /** The other button where no tool had use for it, or the menu key. */
  #menu(event: MouseEvent): void {
    event.preventDefault()
    if (this.#press.type === 'editing') return this.#menuByResting(event)
    const isKey = !(event instanceof PointerEvent) || event.pointerId === -1
    if (!this.#asksMenu && !isKey) return
    this.#asksMenu = false
    this.#host.menu(this.#host.toPicture(isKey ? this.#at(event) : this.#last), [
      event.clientX,
      event.clientY,
    ])
  }

  /** A finger rests on the picture: what it began is given up for the menu. */
  #menuByResting({ clientX, clientY }: MouseEvent): void {
    const isFinger = this.#press.type === 'editing' && this.#press.kind !== 'mouse'
    if (!isFinger || !this.#host.asksMenuByResting()) return
    this.#press = NONE
    this.#host.dispatch({ type: 'cancel' })
    this.#host.menu(this.#host.toPicture(this.#last), [clientX, clientY])
  }

  /** A second finger gives up what the first one began. */
  #startPinch(): void {
    if (this.#press.type === 'editing') this.#host.dispatch({ type: 'cancel' })
    const [[a, from], [b, to]] = [...this.#touches] as [[number, XY], [number, XY]]
    this.#press = { type: 'pinching', pointers: [a, b], from: degrees(from, to), isTurning: false }
  }

  #move(event: PointerEvent): void {
    const press = this.#press
    if (event.pointerType === 'pen') this.#penMs = event.timeStamp
    if (press.type === 'pinching') return this.#pinch(event, press)
    if (press.type !== 'none' && press.pointer !== event.pointerId) return
    const at = this.#at(event)
    if (press.type === 'panning') {
      this.#press = { ...press, last: at }
      return this.#host.panBy(at[0] - press.last[0], at[1] - press.last[1])
    }
    const all = press.type === 'editing' ? event.getCoalescedEvents() : []
    for (const each of all.length > 0 ? all : [event]) this.#moveTool(each)
    this.#last = at
  }

  #moveTool(event: PointerEvent): void {
    const at = this.#host.toPicture(this.#at(event))
    this.#host.dispatch({ type: 'move', at, modifiers: modifiersOf(event) })
  }

  #pinch(event: PointerEvent, press: Pinching): void {
    const { pointers, from } = press
    const [a, b] = pointers.map((pointer) => this.#touches.get(pointer))
    if (a === undefined || b === undefined || !pointers.includes(event.pointerId)) return
    const at = this.#at(event)
    this.#touches.set(event.pointerId, at)
    const after: readonly [XY, XY] = event.pointerId === pointers[0] ? [at, b] : [a, at]
    const isTurning = press.isTurning || Math.abs(halfTurn(degrees(...after) - from)) > TWIST
    if (isTurning !== press.isTurning) this.#press = { ...press, isTurning }
    this.#host.pinch({ before: [a, b], after, isTurning })
  }

  #up(event: PointerEvent): void {
    this.#touches.delete(event.pointerId)
    const press = this.#press
    if (press.type === 'pinching') return this.#endPinch()
    if (press.type === 'none' || press.pointer !== event.pointerId) return
    this.#press = NONE
    if (press.type === 'panning') return this.#host.panning(this.#spaceHeld ? 'ready' : 'no')
    const at = this.#host.toPicture(this.#at(event))
    this.#host.dispatch({ type: 'up', at, modifiers: modifiersOf(event) })
  }

  #endPinch(): void {
    if (this.#touches.size > 0) return
    const wasTurning = this.#press.type === 'pinching' && this.#press.isTurning
    this.#press = NONE
    if (wasTurning) this.#host.turned()
  }

  #lost(event: PointerEvent): void {
    this.#touches.delete(event.pointerId)
    const press = this.#press
    if (press.type === 'pinching') return this.#endPinch()
    if (press.type === 'none' || press.pointer !== event.pointerId) return
    this.#press = NONE
    if (press.type === 'editing') this.#host.dispatch({ type: 'cancel' })
    else if (press.type === 'panning') this.#host.panning(this.#spaceHeld ? 'ready' : 'no')
  }

  #doubleClick(event: MouseEvent): void {
    const at = this.#host.toPicture(this.#last)
    this.#host.dispatch({ type: 'doubleClick', at, modifiers: modifiersOf(event) })
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    const [dx, dy] = turned(event)
    if (event.altKey && event.shiftKey)
      return this.#host.turnBy(this.#wheelPlace(event), (dx || dy) * TURN_PER_WHEEL_PX)
    if (event.altKey && this.#step(dx || dy, event)) return
    if (event.shiftKey) return this.#host.panBy(-(dx || dy), 0)
    const perPixel = event.ctrlKey ? PER_PINCH_PX : PER_WHEEL_PX
    const turn = Math.max(-LONGEST_TURN_PX, Math.min(LONGEST_TURN_PX, dy))
    this.#host.zoomBy(this.#wheelPlace(event), Math.exp(-turn * perPixel))
  }

  /** With Alt the wheel belongs to the tool; false when it has no use for it. */
  #step(turnPx: number, event: WheelEvent): boolean {
    if (Math.sign(turnPx) !== Math.sign(this.#turnedPx)) this.#turnedPx = 0
    this.#turnedPx += Math.abs(turnPx) > PER_STEP_PX ? Math.sign(turnPx) * PER_STEP_PX : turnPx
    const steps = -Math.trunc(this.#turnedPx / PER_STEP_PX) + 0
    this.#turnedPx += steps * PER_STEP_PX
    return this.#host.dispatch({ type: 'turn', steps, modifiers: modifiersOf(event) })
  }

  /** Where the pointer was last, unless the wheel turns elsewhere. */
  #wheelPlace(event: WheelEvent): XY {
    const at = this.#at(event)
    const isSame = Math.abs(at[0] - this.#last[0]) <= 1.5 && Math.abs(at[1] - this.#last[1]) <= 1.5
    return isSame ? this.#last : at
  }
}

/** The direction from one position to another. */
function degrees(from: XY, to: XY): number {
  return (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI
}

/** The same turn the short way round. */
function halfTurn(turn: number): number {
  return turn - 360 * Math.round(turn / 360)
}

function turned({ deltaX, deltaY, deltaMode }: WheelEvent): XY {
  const unit = deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1
  return [deltaX * unit, deltaY * unit]
}

export function modifiersOf(event: MouseEvent | KeyboardEvent): Modifiers {
  return { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey, alt: event.altKey }
}
