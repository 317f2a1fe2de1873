// What reaches the editor from outside, in image coordinates. The viewport turned screen into image before.

import type { XY } from '../geometry/index.ts'

/** `ctrl` is Control or Command. */
export interface Modifiers {
  readonly shift: boolean
  readonly ctrl: boolean
  readonly alt: boolean
}

export type Button = 'primary' | 'secondary'

export type Event =
  | { readonly type: 'down'; readonly at: XY; readonly button: Button; readonly modifiers: Modifiers }
  | { readonly type: 'move'; readonly at: XY; readonly modifiers: Modifiers }
  | { readonly type: 'up'; readonly at: XY; readonly modifiers: Modifiers }
  | { readonly type: 'doubleClick'; readonly at: XY; readonly modifiers: Modifiers }
  /** The press was taken away (pointer cancelled, second finger): what it began is given up. */
  | { readonly type: 'cancel' }
  /** The pointer is over the picture no more. */
  | { readonly type: 'leave' }
  /** The wheel turned with Alt held, by whole steps: up is positive, 0 less than one. */
  | { readonly type: 'turn'; readonly steps: number; readonly modifiers: Modifiers }
  /** `key` as in KeyboardEvent.key. */
  | { readonly type: 'key'; readonly key: string; readonly modifiers: Modifiers }
  /** Offered to a tool that is busy before the history is asked: take back the last point, or set it again. */
  | { readonly type: 'undo' }
  | { readonly type: 'redo' }
  /** A key that is held with others was let go. */
  | { readonly type: 'released'; readonly modifiers: Modifiers }
  /** A place that was typed, such as "120, 45". */
  | { readonly type: 'typed'; readonly text: string }

export const NO_MODIFIERS: Modifiers = { shift: false, ctrl: false, alt: false }

type Reaction<Type, State, Scene, Result> = (
  event: Extract<Event, { readonly type: Type }>,
  state: State,
  scene: Scene,
) => Result | null

type Reactions<State, Scene, Result> = {
  readonly [Type in Event['type']]?: Reaction<Type, State, Scene, Result>
}

/** One function for all events out of one for each type; types that are left out give null. */
export function reacting<State, Scene, Result>(
  reactions: Reactions<State, Scene, Result>,
): (event: Event, state: State, scene: Scene) => Result | null {
  return (event, state, scene) => {
    const react = reactions[event.type] as Reaction<Event['type'], State, Scene, Result> | undefined
    return react?.(event, state, scene) ?? null
  }
}
