// Names of key strokes ("Delete", "Ctrl+d", "Shift+ArrowLeft"), and what they do: a value that the editor is given.

import type { Modifiers } from './event.ts'
import type { Operation } from './operation.ts'
import { keyStepsOf, type Setting } from './setting.ts'
import type { Tool } from './tool.ts'

/** Shift counts only with keys that it does not change into another character. */
export function strokeOf(key: string, { ctrl, shift, alt }: Modifiers): string {
  const isLetter = key.length === 1 && key.toLowerCase() !== key.toUpperCase()
  const named = isLetter ? key.toLowerCase() : key
  const shifted = shift && (isLetter || key.length > 1)
  return `${ctrl ? 'Ctrl+' : ''}${alt ? 'Alt+' : ''}${shifted ? 'Shift+' : ''}${named}`
}

/** Names what a stroke does: it chooses a tool, runs an operation, steps a setting, takes back or does again. */
export type ActionId = string & { readonly idOf: 'action' }

export const UNDO = 'undo' as ActionId
export const REDO = 'redo' as ActionId

export function toolAction(id: string): ActionId {
  return `tool.${id}` as ActionId
}

export function operationAction(id: string): ActionId {
  return `operation.${id}` as ActionId
}

/** `step` is the id of a `KeyStep`. */
export function settingAction(step: string): ActionId {
  return `setting.${step}` as ActionId
}

/** The strokes of each action. Two may share one: the first that makes sense where it is pressed takes it. */
export type Bindings = ReadonlyMap<ActionId, readonly string[]>

/** Each setting once, though several tools share it. */
export function settingsOf(tools: readonly Tool[]): readonly Setting[] {
  return [...new Map(tools.flatMap(({ settings }) => settings.map((each) => [each.id, each]))).values()]
}

/** The strokes that tools, their settings and operations state themselves. */
export function statedBindings(tools: readonly Tool[], operations: readonly Operation[]): Bindings {
  const steps = settingsOf(tools).flatMap(keyStepsOf)
  return new Map<ActionId, readonly string[]>([
    [UNDO, ['Ctrl+z']],
    [REDO, ['Ctrl+Shift+z', 'Ctrl+y']],
    ...operations.map(({ id, keys }) => [operationAction(id), keys] as const),
    ...tools.map(({ id, key }) => [toolAction(id), [key]] as const),
    ...steps.map(({ id, keys }) => [settingAction(id), keys] as const),
  ])
}

export function isBound(bindings: Bindings, action: ActionId, stroke: string): boolean {
  return bindings.get(action)?.includes(stroke) ?? false
}
