/** What label mode itself does by key: looking around, stepping, finishing. A new command is one entry here and one in
 * the workspace, which does it. */

import type { ActionId } from '../../core/index.ts'

export interface CommandInfo {
  readonly name: string
  /** Strokes as `strokeOf` names them, unless the person chose others. */
  readonly keys: readonly string[]
  readonly group: 'View' | 'Work'
}

export const COMMANDS = {
  zoomIn: { name: 'Zoom in', keys: ['+', '='], group: 'View' },
  zoomOut: { name: 'Zoom out', keys: ['-'], group: 'View' },
  fit: { name: 'Fit the picture', keys: ['f'], group: 'View' },
  oneToOne: { name: 'Show the picture’s own pixels', keys: ['Shift+f'], group: 'View' },
  cells: { name: 'Show segments as pixels, or as outlines', keys: ['Shift+p'], group: 'View' },
  next: { name: 'Next annotation', keys: ['.', 'Ctrl+ArrowRight'], group: 'Work' },
  previous: { name: 'Previous annotation', keys: [',', 'Ctrl+ArrowLeft'], group: 'Work' },
  answers: { name: 'Go to the next unanswered question', keys: ['a'], group: 'Work' },
  complete: { name: 'Complete and load the next', keys: ['Ctrl+Enter'], group: 'Work' },
  copy: { name: 'Copy the selection', keys: ['Ctrl+c'], group: 'Work' },
  paste: { name: 'Paste at the pointer', keys: ['Ctrl+v'], group: 'Work' },
  pasteInPlace: { name: 'Paste where it was copied', keys: ['Ctrl+Shift+v'], group: 'Work' },
  typePlace: { name: 'Type the next point', keys: ['y'], group: 'Work' },
  comment: { name: 'Comment on the selection', keys: ['c'], group: 'Work' },
  hide: { name: 'Hide the selection', keys: ['h'], group: 'Work' },
  help: { name: 'Keys and gestures', keys: ['?'], group: 'Work' },
} as const satisfies Record<string, CommandInfo>

export type Command = keyof typeof COMMANDS

export const COMMAND_IDS = Object.keys(COMMANDS) as readonly Command[]

export function commandAction(command: Command): ActionId {
  return `command.${command}` as ActionId
}
