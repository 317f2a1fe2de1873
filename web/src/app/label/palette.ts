/** Everything that can be done in label mode, by name: what the palette searches. */

import {
  geometryClasses,
  keyStepsOf,
  operationAction,
  questionsOf,
  REDO,
  settingAction,
  toolAction,
  UNDO,
  whyNotDrawn,
  whyNotUsed,
  findGeometryClass,
  globalQuestions,
  onlySelected,
  type ActionId,
  type AnnotationId,
  type Question,
} from '../../core/index.ts'
import { readPreference, writePreference } from '../preference.ts'
import { COMMAND_IDS, commandAction, COMMANDS, type Command } from './commands.ts'
import type { Desk } from './desk.svelte.ts'
import { keys } from './keys.svelte.ts'

export interface Entry {
  readonly id: string
  readonly name: string
  readonly group: 'Tool' | 'Operation' | 'Setting' | 'Class' | 'Question' | 'Command'
  readonly stroke: string | undefined
  /** Why it cannot be done now. */
  readonly reason: string | null
  run(): void
}

export interface PaletteHost {
  readonly desk: Desk
  command(command: Command): void
  question(owner: AnnotationId | null, question: Question): void
}

export function entriesOf(host: PaletteHost): readonly Entry[] {
  const entries = [
    ...toolEntries(host),
    ...operationEntries(host),
    ...settingEntries(host),
    ...classEntries(host),
    ...questionEntries(host),
    ...historyEntries(host),
    ...commandEntries(host),
  ]
  const recent = readRecent()
  const rank = ({ id }: Entry): number => (recent.includes(id) ? recent.indexOf(id) : recent.length)
  return entries.sort((a, b) => rank(a) - rank(b))
}

function bound(
  id: ActionId,
  name: string,
  group: Entry['group'],
  reason: string | null,
  run: () => void,
): Entry {
  return { id, name, group, stroke: keys.strokeFor(id), reason, run }
}

function toolEntries({ desk: { editor } }: PaletteHost): readonly Entry[] {
  const scene = editor.scene()
  return editor.tools.map((tool) => {
    const reason = whyNotUsed(tool, scene)
    return bound(toolAction(tool.id), tool.name, 'Tool', reason, () => void editor.useTool(tool.id))
  })
}

function operationEntries({ desk: { editor } }: PaletteHost): readonly Entry[] {
  const scene = editor.scene()
  return editor.operations.flatMap((operation) => {
    const id = operationAction(operation.id)
    const isHere = operation.available(scene)
    const reason = isHere ? whyNotUsed(operation, scene) : 'Select something first.'
    const choices = isHere && reason === null ? (operation.choices?.(scene) ?? []) : []
    if (choices.length === 0)
      return [bound(id, operation.name, 'Operation', reason, () => void editor.run(operation.id))]
    return choices.map((choice): Entry => ({
      id: `${id}.${choice.id}`,
      name: `${operation.name}: ${choice.name}`,
      group: 'Operation',
      stroke: undefined,
      reason,
      run: () => void editor.run(operation.id, choice.id),
    }))
  })
}

function settingEntries({ desk: { editor, readOnly } }: PaletteHost): readonly Entry[] {
  return editor
    .settings()
    .flatMap((setting) =>
      keyStepsOf(setting).map(({ id, name, steps }) =>
        bound(settingAction(id), name, 'Setting', readOnly, () => void editor.step(setting, steps)),
      ),
    )
}

function classEntries({ desk: { editor, readOnly, configuration } }: PaletteHost): readonly Entry[] {
  return geometryClasses(configuration).map((labelClass) => ({
    id: `class.${labelClass.id}`,
    name: `Draw ${labelClass.name}`,
    group: 'Class',
    stroke: labelClass.shortcut ?? undefined,
    reason: readOnly ?? whyNotDrawn(labelClass, editor.state),
    run: () => void editor.activateClass(labelClass.id),
  }))
}

function questionEntries({ desk, question }: PaletteHost): readonly Entry[] {
  const annotation = onlySelected(desk)
  const labelClass = annotation && findGeometryClass(desk.configuration, annotation.classId)
  const asked = [
    ...(labelClass ? questionsOf(labelClass) : []).map((each) => ({ each, owner: annotation!.id })),
    ...globalQuestions(desk.configuration).map((each) => ({ each, owner: null })),
  ]
  return asked.map(({ each, owner }) => ({
    id: `question.${each.id}`,
    name: `Answer ${each.name}`,
    group: 'Question',
    stroke: undefined,
    reason: desk.readOnly,
    run: () => question(owner, each),
  }))
}

function historyEntries({ desk }: PaletteHost): readonly Entry[] {
  const { undoName, redoName, editor } = desk
  const name = (word: string, of: string | null): string => (of === null ? word : `${word}: ${of}`)
  return [
    bound(UNDO, name('Undo', undoName), 'Operation', undoName ? null : 'There is nothing to undo.', () =>
      editor.undo(),
    ),
    bound(REDO, name('Redo', redoName), 'Operation', redoName ? null : 'There is nothing to redo.', () =>
      editor.redo(),
    ),
  ]
}

function commandEntries({ command }: PaletteHost): readonly Entry[] {
  return COMMAND_IDS.filter((id) => id !== 'palette').map((id) =>
    bound(commandAction(id), COMMANDS[id].name, 'Command', null, () => command(id)),
  )
}

const RECENT = 'palette.recent'
const MOST_RECENT = 8

function readRecent(): readonly string[] {
  return (readPreference(RECENT) ?? '').split(' ').filter(Boolean)
}

export function remember(id: string): void {
  const others = readRecent().filter((other) => other !== id)
  writePreference(RECENT, [id, ...others].slice(0, MOST_RECENT).join(' '))
}
