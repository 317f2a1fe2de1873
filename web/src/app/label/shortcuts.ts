/** The sheet of keys and gestures, made from the same tables that the keys work by. */

import {
  geometryClasses,
  strokesOf,
  type Configuration,
  type Operation,
  type Setting,
  type Tool,
} from '../../core/index.ts'
import { COMMANDS, type Command } from './keyboard.ts'

export interface Shortcut {
  readonly strokes: readonly string[]
  readonly does: string
}

export interface Group {
  readonly title: string
  readonly shortcuts: readonly Shortcut[]
}

const COMMAND_NAMES: Readonly<Record<Command, string>> = {
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fit: 'Fit the picture',
  oneToOne: 'Show the picture’s own pixels',
  next: 'Next annotation',
  previous: 'Previous annotation',
  answers: 'Go to the next unanswered question',
  complete: 'Complete and load the next',
  copy: 'Copy the selection',
  paste: 'Paste at the pointer',
  comment: 'Comment on the selection',
  hide: 'Hide the selection',
  help: 'This sheet',
}

const VIEW: readonly Command[] = ['zoomIn', 'zoomOut', 'fit', 'oneToOne']
const WORK: readonly Command[] = [
  'next',
  'previous',
  'answers',
  'complete',
  'copy',
  'paste',
  'comment',
  'hide',
  'help',
]

const DRAWING: readonly Shortcut[] = [
  { strokes: ['Click'], does: 'Set a point' },
  { strokes: ['Drag'], does: 'Draw a rectangle or an outline; two clicks do as well' },
  { strokes: ['Enter', 'Double click', 'Other button'], does: 'Finish a line or polygon' },
  { strokes: ['Click the first point'], does: 'Close a polygon' },
  { strokes: ['Backspace', 'Ctrl+z'], does: 'Take back the last point' },
  { strokes: ['Escape'], does: 'Cancel; once more to leave the tool' },
]

const EDITING: readonly Shortcut[] = [
  { strokes: ['Click'], does: 'Select the smallest; once more the one below it' },
  { strokes: ['Shift+Click', 'Ctrl+Click'], does: 'Add to the selection or take away' },
  { strokes: ['Drag'], does: 'Move what is selected, or a handle of it; elsewhere select with a box' },
  { strokes: ['Click an edge'], does: 'Add a point to the selected shape' },
  { strokes: ['Double click a point'], does: 'Remove the point' },
  { strokes: ['Other button'], does: 'Menu of the selection' },
]

const LOOKING: readonly Shortcut[] = [
  { strokes: ['Wheel', 'Pinch'], does: 'Zoom to the pointer' },
  { strokes: ['Space+Drag', 'Middle button'], does: 'Move the picture' },
  { strokes: ['Shift+Wheel'], does: 'Move the picture sideways' },
  { strokes: ['Arrow keys'], does: 'Move the picture, or what is selected by 1 px; with Shift further' },
]

const ANSWERING: readonly Shortcut[] = [
  { strokes: ['1', '…', '0'], does: 'Choose an option of the question that has the focus' },
  { strokes: ['Tab'], does: 'Next question' },
  { strokes: ['Enter'], does: 'Next unanswered question' },
  { strokes: ['Backspace'], does: 'Clear the answer' },
  { strokes: ['Escape'], does: 'Back to the picture' },
]

export function groupsOf(
  configuration: Configuration,
  tools: readonly Tool[],
  operations: readonly Operation[],
): readonly Group[] {
  return [
    { title: 'Tools', shortcuts: tools.map(({ key, name }) => ({ strokes: [key], does: name })) },
    { title: 'Tool settings', shortcuts: settingShortcuts(tools) },
    { title: 'Classes', shortcuts: classShortcuts(configuration) },
    { title: 'Drawing', shortcuts: DRAWING },
    { title: 'Selecting and editing', shortcuts: [...EDITING, ...operationShortcuts(operations)] },
    { title: 'Undo', shortcuts: UNDO },
    { title: 'View', shortcuts: [...LOOKING, ...commandShortcuts(VIEW)] },
    { title: 'Answers', shortcuts: ANSWERING },
    { title: 'Work', shortcuts: commandShortcuts(WORK) },
  ].filter(({ shortcuts }) => shortcuts.length > 0)
}

const UNDO: readonly Shortcut[] = [
  { strokes: ['Ctrl+z'], does: 'Undo' },
  { strokes: ['Ctrl+Shift+z', 'Ctrl+y'], does: 'Redo' },
]

function classShortcuts(configuration: Configuration): readonly Shortcut[] {
  return geometryClasses(configuration).flatMap(({ shortcut, name }) =>
    shortcut === null ? [] : [{ strokes: [shortcut], does: `Draw ${name}` }],
  )
}

/** Each setting once, though several tools share it. */
function settingShortcuts(tools: readonly Tool[]): readonly Shortcut[] {
  const settings = new Set(tools.flatMap((tool) => tool.settings))
  return [...settings].filter((setting) => strokesOf(setting).length > 0).map(settingShortcut)
}

function settingShortcut(setting: Setting): Shortcut {
  const isStepped = setting.kind === 'number'
  const strokes = [...strokesOf(setting), ...(isStepped && setting.wheel ? ['Alt+Wheel'] : [])]
  return { strokes, does: isStepped ? `${setting.name} smaller, larger` : setting.name }
}

function operationShortcuts(operations: readonly Operation[]): readonly Shortcut[] {
  return operations
    .filter(({ keys, icon }) => keys.length > 0 && icon !== null)
    .map(({ keys, name }) => ({ strokes: keys, does: name }))
}

function commandShortcuts(commands: readonly Command[]): readonly Shortcut[] {
  return commands.map((command) => ({
    strokes: Object.entries(COMMANDS).flatMap(([stroke, does]) => (does === command ? [stroke] : [])),
    does: COMMAND_NAMES[command],
  }))
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
}

/** The parts of a stroke as they stand on keys: "Ctrl+d" is Ctrl and D. */
export function strokeParts(stroke: string): readonly string[] {
  if (stroke.length === 1) return [stroke.toUpperCase()]
  const parts = stroke.split('+')
  return parts.map((part) => KEY_NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part))
}

export function strokeText(stroke: string): string {
  return strokeParts(stroke).join('+')
}
