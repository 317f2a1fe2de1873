/** Key presses in label mode: what the page itself does with them, and when they belong to a field instead. */

import { modifiersOf } from '../../canvas/pointer-input.ts'
import { isBound, strokeOf, type Bindings } from '../../core/index.ts'
import { COMMAND_IDS, commandAction, type Command } from './commands.ts'

export interface KeyHost {
  bindings(): Bindings
  /** The editor's turn; true when it had use for the key. */
  edit(event: KeyboardEvent): boolean
  /** A key that is held with others was let go. */
  release(event: KeyboardEvent): void
  holdSpace(held: boolean): void
  panBy(dx: number, dy: number): void
  run(command: Command): void
}

const PANS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}
const PAN_PX = 40

/** A key went down anywhere on the page. */
export function pressed(event: KeyboardEvent, host: KeyHost): void {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return
  // The browser closes what is open over the page.
  if (event.key === 'Escape' && document.querySelector('[popover=auto]:popover-open')) return
  const stroke = strokeOf(event.key, modifiersOf(event))
  const bindings = host.bindings()
  const command = COMMAND_IDS.find((each) => isBound(bindings, commandAction(each), stroke))
  if (isForField(event) && !worksInFields(command, stroke)) return
  if (command !== undefined) run(command, event, host)
  else if (!worked(event, stroke, host)) return
  event.preventDefault()
}

/** What ends the work on a picture. */
export const FINISHING: readonly Command[] = ['complete', 'skip']

/** A key that stays down would finish pictures that nobody has seen. */
function run(command: Command, { repeat }: KeyboardEvent, host: KeyHost): void {
  if (!repeat || !FINISHING.includes(command)) host.run(command)
}

export const MODIFIERS: readonly string[] = ['Alt', 'Control', 'Meta', 'Shift']

/** A key was let go. Alt alone would go to the menu bar of some browsers. */
export function letGo(event: KeyboardEvent, host: KeyHost): void {
  if (event.key === ' ') host.holdSpace(false)
  if (!MODIFIERS.includes(event.key)) return
  if (event.key === 'Alt') event.preventDefault()
  host.release(event)
}

const IN_FIELDS: readonly Command[] = [...FINISHING, 'palette']

/** Typing must stay typing, so only with a modifier. */
function worksInFields(command: Command | undefined, stroke: string): boolean {
  return command !== undefined && IN_FIELDS.includes(command) && /^(Ctrl|Alt)\+/.test(stroke)
}

function worked(event: KeyboardEvent, stroke: string, host: KeyHost): boolean {
  if (event.key !== ' ') return host.edit(event) || panned(stroke, event.key, host)
  host.holdSpace(true)
  return true
}

function panned(stroke: string, key: string, host: KeyHost): boolean {
  const [x, y] = PANS[key] ?? [0, 0]
  const far = stroke.startsWith('Shift+') ? 4 : 1
  if (x === 0 && y === 0) return false
  host.panBy(x * PAN_PX * far, y * PAN_PX * far)
  return true
}

/** Fields and buttons keep the keys that they work by. */
function isForField({ target, key }: KeyboardEvent): boolean {
  return isTyping(target) || (isControl(target) && belongsToControl(key))
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !['radio', 'checkbox', 'range'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('a, button, input, [role=menu], [role=listbox], [role=tree]') !== null
  )
}

/** Keys that work buttons, fields and lists. */
function belongsToControl(key: string): boolean {
  return key === ' ' || key === 'Enter' || key === 'Tab' || key.startsWith('Arrow')
}
