/** Keys that are pressed while the next picture is on its way. They are meant for it, so they wait and are given to it. */

import { modifiersOf } from '../../canvas/pointer-input.ts'
import { isBound, strokeOf, type Bindings } from '../../core/index.ts'
import { commandAction } from './commands.ts'
import { FINISHING, MODIFIERS } from './keyboard.ts'

export class HeldKeys {
  /** How many wait. */
  count = $state(0)
  /** What was wanted of a picture that nobody has seen. */
  #wanted: 'click' | 'finish' | null = null
  #isGiving = false
  #waiting: readonly KeyboardEvent[] = []

  /** While keys are given out, those that are pressed go behind them. */
  get isGiving(): boolean {
    return this.#isGiving
  }

  /** Take a key from the page, unless it is one of the browser's. */
  hold(event: KeyboardEvent, bindings: Bindings): void {
    const stroke = strokeOf(event.key, modifiersOf(event))
    if (!isOurs(event, stroke, bindings)) return
    event.preventDefault()
    event.stopPropagation()
    if (event.repeat) return
    if (FINISHING.some((command) => isBound(bindings, commandAction(command), stroke)))
      this.#wanted = 'finish'
    else this.#set([...this.#waiting, event])
  }

  /** A click has no meaning on what is not seen. */
  noteClick(): void {
    this.#wanted ??= 'click'
  }

  /** Press them one after the other, each where the one before it put the focus; gives what was left out. */
  async give(): Promise<'click' | 'finish' | null> {
    this.#isGiving = true
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve))
      const [next, ...later] = this.#waiting
      this.#set(later)
      if (next) press(next, document.activeElement ?? document.body)
    }
    this.#isGiving = false
    const wanted = this.#wanted
    this.#wanted = null
    return wanted
  }

  /** Forget them; gives how many they were. */
  drop(): number {
    const { length } = this.#waiting
    this.#set([])
    this.#wanted = null
    return length
  }

  #set(waiting: readonly KeyboardEvent[]): void {
    this.#waiting = waiting
    this.count = waiting.length
  }
}

function isOurs(event: KeyboardEvent, stroke: string, bindings: Bindings): boolean {
  const { key } = event
  if (event.isComposing || key === 'Tab' || /^F\d+$/.test(key) || MODIFIERS.includes(key)) return false
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
  return isPlain || [...bindings.values()].some((strokes) => strokes.includes(stroke))
}

function press(event: KeyboardEvent, target: Element): void {
  const isFree = target.dispatchEvent(new KeyboardEvent('keydown', event))
  if (isFree && !event.ctrlKey && !event.metaKey) write(event.key, target)
  target.dispatchEvent(new KeyboardEvent('keyup', event))
}

/** Keys that no hand presses write nothing by themselves. */
function write(key: string, field: Element): void {
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return
  if (key.length !== 1 || field.selectionStart === null) return
  field.setRangeText(key, field.selectionStart, field.selectionEnd ?? field.selectionStart, 'end')
  field.dispatchEvent(new InputEvent('input', { bubbles: true, data: key }))
}
