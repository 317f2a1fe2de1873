/** How wide the panels of label mode are, and which are folded away; the browser remembers it. */

import { readPreference, writePreference } from '../preference.ts'

export type Side = 'left' | 'right'

const NAME = 'panels'
const LEAST_PX = 180
const MOST_PX = 560
const USUAL: Readonly<Record<Side, number>> = { left: 256, right: 288 }

interface Panel {
  readonly width: number
  readonly open: boolean
}

class Layout {
  panels: Readonly<Record<Side, Panel>> = $state.raw(remembered())

  /** Width of the column; 0 when it is folded away. */
  columnPx(side: Side): number {
    const { width, open } = this.panels[side]
    return open ? width : 0
  }

  resize(side: Side, width: number): void {
    this.#set(side, { width: Math.round(Math.min(Math.max(width, LEAST_PX), MOST_PX)), open: true })
  }

  toggle(side: Side): void {
    const { width, open } = this.panels[side]
    this.#set(side, { width, open: !open })
  }

  show(side: Side): void {
    if (!this.panels[side].open) this.toggle(side)
  }

  #set(side: Side, panel: Panel): void {
    this.panels = { ...this.panels, [side]: panel }
    const { left, right } = this.panels
    writePreference(NAME, [left, right].map(({ width, open }) => (open ? width : -width)).join(' '))
  }
}

function remembered(): Record<Side, Panel> {
  const [left, right] = (readPreference(NAME) ?? '').split(' ').map(Number)
  return { left: panelOf(left, USUAL.left), right: panelOf(right, USUAL.right) }
}

function panelOf(stored: number | undefined, usual: number): Panel {
  const width = Math.abs(stored ?? 0)
  const fits = width >= LEAST_PX && width <= MOST_PX
  return fits ? { width, open: (stored ?? 0) > 0 } : { width: usual, open: true }
}

export const layout = new Layout()
