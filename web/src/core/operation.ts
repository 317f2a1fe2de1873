// A command on the selection: toolbar button, menu entry and key are all made from this.

import type { Scene } from './scene.ts'
import type { Outcome } from './tool.ts'

export interface Choice {
  readonly id: string
  readonly name: string
  /** Left out where it is a class, which has its colour. */
  readonly icon?: string
}

export interface Operation {
  readonly id: string
  readonly name: string
  /** Null for commands that are worked by key alone. */
  readonly icon: string | null
  /** Strokes that run it unless the person chose others: KeyboardEvent.key with "Ctrl+" and "Shift+" before it. */
  readonly keys: readonly string[]
  /** It changes nothing, so it works where nothing may be changed. */
  readonly looks?: true
  /** Whether the command makes sense here at all; otherwise it is not shown. */
  available(scene: Scene): boolean
  /** The reason why it cannot be run now: the tooltip. */
  disabled(scene: Scene): string | null
  /** What the person chooses among, for commands that need a choice. */
  choices?(scene: Scene): readonly Choice[]
  run(scene: Scene, choice?: string): Outcome
}
