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
  fitWidth: { name: 'Fit the width', keys: ['Shift+w'], group: 'View' },
  fitSelection: { name: 'Fit the selection', keys: ['Shift+z'], group: 'View' },
  turnRight: { name: 'Turn the view right', keys: ['r'], group: 'View' },
  turnLeft: { name: 'Turn the view left', keys: ['Shift+r'], group: 'View' },
  turnABitRight: { name: 'Turn the view right by 5°', keys: ['Alt+r'], group: 'View' },
  turnABitLeft: { name: 'Turn the view left by 5°', keys: ['Alt+Shift+r'], group: 'View' },
  upright: { name: 'Turn the view upright', keys: ['Shift+u'], group: 'View' },
  peek: { name: 'See the picture without labels, while held', keys: ['u'], group: 'View' },
  names: { name: 'Names at shapes: none, class, class and answer', keys: ['Shift+t'], group: 'View' },
  overview: { name: 'Show or hide the overview', keys: ['Shift+m'], group: 'View' },
  guides: { name: 'Guides while drawing', keys: ['Shift+g'], group: 'View' },
  grid: { name: 'Pixel grid', keys: ['Shift+x'], group: 'View' },
  invert: { name: 'Invert the picture', keys: ['Shift+i'], group: 'View' },
  plainPicture: { name: 'Show the picture as it is', keys: ['Shift+o'], group: 'View' },
  look: { name: 'Open the menu of the view', keys: ['Shift+y'], group: 'View' },
  about: { name: 'About this picture: dataset, size, type', keys: ['Ctrl+i'], group: 'View' },
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
  history: { name: 'Show the history, or the answers', keys: ['Ctrl+Shift+h'], group: 'View' },
  left: { name: 'Fold the left panel away, or show it', keys: ['Ctrl+b'], group: 'View' },
  right: { name: 'Fold the right panel away, or show it', keys: ['Ctrl+j'], group: 'View' },
  skip: { name: 'Skip and load the next', keys: ['Ctrl+Shift+Enter'], group: 'Work' },
  palette: { name: 'Search everything', keys: ['Ctrl+k', 'Ctrl+Shift+p'], group: 'Work' },
  help: { name: 'Keys and gestures', keys: ['?'], group: 'Work' },
} as const satisfies Record<string, CommandInfo>

export type Command = keyof typeof COMMANDS

export const COMMAND_IDS = Object.keys(COMMANDS) as readonly Command[]

export function commandAction(command: Command): ActionId {
  return `command.${command}` as ActionId
}
