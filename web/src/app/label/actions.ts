/** The one table of what keys can do in label mode, and the keys that people choose for it. */

import {
  classWithShortcut,
  isBound,
  keyStepsOf,
  operationAction,
  REDO,
  settingAction,
  settingsOf,
  statedBindings,
  toolAction,
  UNDO,
  type ActionId,
  type Bindings,
  type Configuration,
  type Operation,
  type Tool,
} from '../../core/index.ts'
import { COMMAND_IDS, commandAction, COMMANDS } from './commands.ts'
import { strokeText } from './strokes.ts'

export interface Action {
  readonly id: ActionId
  readonly name: string
  readonly group: 'Tools' | 'Tool settings' | 'Selecting and editing' | 'View' | 'Work'
  /** Its strokes when nothing was chosen. */
  readonly keys: readonly string[]
}

/** The strokes that a person chose instead of the stated ones. */
export type Choices = ReadonlyMap<ActionId, readonly string[]>

export function actionsOf(tools: readonly Tool[], operations: readonly Operation[]): readonly Action[] {
  const stated = statedBindings(tools, operations)
  const action = (id: ActionId, name: string, group: Action['group']): Action => {
    return { id, name, group, keys: stated.get(id) ?? [] }
  }
  return [
    ...tools.map(({ id, name }) => action(toolAction(id), name, 'Tools')),
    ...settingsOf(tools)
      .flatMap(keyStepsOf)
      .map(({ id, name }) => action(settingAction(id), name, 'Tool settings')),
    action(UNDO, 'Undo', 'Selecting and editing'),
    action(REDO, 'Redo', 'Selecting and editing'),
    ...operations.map(({ id, name }) => action(operationAction(id), name, 'Selecting and editing')),
    ...COMMAND_IDS.map((command): Action => ({ id: commandAction(command), ...COMMANDS[command] })),
  ]
}

/** What keys do, all told. */
export function bindingsFor(actions: readonly Action[], choices: Choices): Bindings {
  return new Map(actions.map(({ id, keys }) => [id, choices.get(id) ?? keys]))
}

/** The others that a stroke stands for as well. What shares a stroke by statement is told apart by its place. */
export function rivalsOf(
  actions: readonly Action[],
  choices: Choices,
  id: ActionId,
  stroke: string,
): readonly Action[] {
  const bindings = bindingsFor(actions, choices)
  const isStated = (one: Action | undefined): boolean => one?.keys.includes(stroke) ?? false
  const own = actions.find((action) => action.id === id)
  return actions.filter(
    (other) => other.id !== id && isBound(bindings, other.id, stroke) && !(isStated(own) && isStated(other)),
  )
}

const FIXED: Readonly<Record<string, string>> = {
  Escape: 'Escape gives up what is being done.',
  Enter: 'Enter finishes a drawing.',
  Tab: 'Tab goes from field to field.',
  'Shift+Tab': 'Tab goes from field to field.',
  ' ': 'The space bar moves the picture.',
}
const OF_BROWSER = ['n', 't', 'w'].flatMap((key) => [`Ctrl+${key}`, `Ctrl+Shift+${key}`])

/** Why nothing can be put on a stroke; null when something can. */
export function whyFixed(stroke: string, configuration: Configuration): string | null {
  if (OF_BROWSER.includes(stroke)) return `The browser keeps ${strokeText(stroke)} for itself.`
  if (!/^\d$/.test(stroke)) return FIXED[stroke] ?? null
  const owner = classWithShortcut(configuration, stroke)
  const use = owner === undefined ? 'Digits choose classes and options' : `${stroke} draws ${owner.name}`
  return `${use}. Digits are given in the label configuration.`
}

/** The choices with other strokes for one action. */
export function withStrokes(
  actions: readonly Action[],
  choices: Choices,
  id: ActionId,
  strokes: readonly string[],
): Choices {
  const stated = actions.find((action) => action.id === id)?.keys ?? []
  const next = new Map(choices)
  if (sameStrokes(stated, strokes)) next.delete(id)
  else next.set(id, [...new Set(strokes)])
  return next
}

function sameStrokes(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((stroke, index) => stroke === others[index])
}

/** Where a stroke goes: in place of an old one, or as a further one. */
export interface Wish {
  readonly id: ActionId
  readonly stroke: string
  readonly instead: string | null
}

/** Gives the stroke to the action; whoever had it gets the old one for it, when there is one. */
export function granted(
  actions: readonly Action[],
  choices: Choices,
  { id, stroke, instead }: Wish,
): Choices {
  let next = choices
  for (const rival of rivalsOf(actions, choices, id, stroke)) {
    const given = strokesOf(actions, next, rival.id).flatMap((own) =>
      own !== stroke ? [own] : instead === null ? [] : [instead],
    )
    next = withStrokes(actions, next, rival.id, given)
  }
  const own = strokesOf(actions, next, id)
  const wanted = instead === null ? [...own, stroke] : own.map((each) => (each === instead ? stroke : each))
  return withStrokes(actions, next, id, wanted)
}

/** Back to the stated strokes; whoever was given one of them loses it. */
export function resetOne(actions: readonly Action[], choices: Choices, id: ActionId): Choices {
  const stated = actions.find((action) => action.id === id)?.keys ?? []
  let next = withStrokes(actions, choices, id, stated)
  for (const stroke of stated) {
    for (const rival of rivalsOf(actions, next, id, stroke)) {
      const left = strokesOf(actions, next, rival.id).filter((own) => own !== stroke)
      next = withStrokes(actions, next, rival.id, left)
    }
  }
  return next
}

export function strokesOf(actions: readonly Action[], choices: Choices, id: ActionId): readonly string[] {
  return choices.get(id) ?? actions.find((action) => action.id === id)?.keys ?? []
}

/** Why chosen keys cannot be taken as they are; null when they can. */
export function firstFixed(choices: Choices, configuration: Configuration): string | null {
  const reasons = [...choices.values()].flat().map((stroke) => whyFixed(stroke, configuration))
  return reasons.find((reason) => reason !== null) ?? null
}
