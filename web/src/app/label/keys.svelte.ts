/** The keys of the person who is signed in; the browser remembers what they chose. */

import type { ActionId, Bindings } from '../../core/index.ts'
import { OPERATIONS, TOOLS } from '../../tools/index.ts'
import { readPreference, writePreference } from '../preference.ts'
import { actionsOf, bindingsFor, type Choices } from './actions.ts'
import { readKeys, writeKeys } from './keys-file.ts'

export const ACTIONS = actionsOf(TOOLS, OPERATIONS)

class Keys {
  #name = ''
  choices: Choices = $state.raw(new Map())
  readonly bindings: Bindings = $derived(bindingsFor(ACTIONS, this.choices))

  /** Take what this person chose in this browser. */
  open(userId: string): void {
    this.#name = `keys.${userId}`
    this.choices = remembered(this.#name)
  }

  choose(choices: Choices): void {
    this.choices = choices
    writePreference(this.#name, choices.size === 0 ? null : writeKeys(choices))
  }

  /** The stroke to show beside a button. */
  strokeFor(action: ActionId): string | undefined {
    return this.bindings.get(action)?.[0]
  }
}

function remembered(name: string): Choices {
  try {
    return readKeys(readPreference(name) ?? '')
  } catch {
    return new Map()
  }
}

export const keys = new Keys()
