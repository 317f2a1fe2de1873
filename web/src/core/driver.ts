// Drives an editor as a hand does: presses, moves, keys, in image coordinates. For tests and scripts.

import type { XY } from '../geometry/index.ts'
import type { Editor } from './editor.ts'
import { NO_MODIFIERS, type Button, type Modifiers } from './event.ts'

export interface Driver {
  down(at: XY, modifiers?: Partial<Modifiers>, button?: Button): Driver
  move(at: XY, modifiers?: Partial<Modifiers>): Driver
  up(at: XY, modifiers?: Partial<Modifiers>): Driver
  click(at: XY, modifiers?: Partial<Modifiers>): Driver
  secondaryClick(at: XY): Driver
  /** Two clicks and the event that follows them, as a browser sends it. */
  doubleClick(at: XY): Driver
  /** Press at the first place, release at the last. */
  drag(path: readonly XY[], modifiers?: Partial<Modifiers>): Driver
  key(key: string, modifiers?: Partial<Modifiers>): Driver
  /** The wheel with Alt held, up is positive. */
  turn(steps: number): Driver
  cancel(): Driver
  type(text: string): Driver
  /** Every key that is held with others is let go. */
  letGo(): Driver
}

export function drive(editor: Editor): Driver {
  const all = (modifiers: Partial<Modifiers> = {}): Modifiers => ({ ...NO_MODIFIERS, ...modifiers })
  const driver: Driver = {
    down: (at, modifiers, button = 'primary') => {
      editor.dispatch({ type: 'down', at, button, modifiers: all(modifiers) })
      return driver
    },
    move: (at, modifiers) => {
      editor.dispatch({ type: 'move', at, modifiers: all(modifiers) })
      return driver
    },
    up: (at, modifiers) => {
      editor.dispatch({ type: 'up', at, modifiers: all(modifiers) })
      return driver
    },
    click: (at, modifiers) => driver.move(at, modifiers).down(at, modifiers).up(at, modifiers),
    secondaryClick: (at) => driver.move(at).down(at, {}, 'secondary').up(at),
    doubleClick: (at) => {
      driver.click(at).click(at)
      editor.dispatch({ type: 'doubleClick', at, modifiers: NO_MODIFIERS })
      return driver
    },
    drag: (path, modifiers) => {
      const [from, to] = [path[0]!, path.at(-1)!]
      driver.move(from, modifiers).down(from, modifiers)
      for (const at of path.slice(1)) driver.move(at, modifiers)
      return driver.up(to, modifiers)
    },
    key: (key, modifiers) => {
      editor.dispatch({ type: 'key', key, modifiers: all(modifiers) })
      return driver
    },
    turn: (steps) => {
      editor.dispatch({ type: 'turn', steps, modifiers: all({ alt: true }) })
      return driver
    },
    letGo: () => {
      editor.dispatch({ type: 'released', modifiers: NO_MODIFIERS })
      return driver
    },
    type: (text) => {
      editor.dispatch({ type: 'typed', text })
      return driver
    },
    cancel: () => {
      editor.dispatch({ type: 'cancel' })
      return driver
    },
  }
  return driver
}
