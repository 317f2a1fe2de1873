/** The sheet of keys and gestures: what can be given other keys, and what is done by pointer or always by the same key. */

import { geometryClasses, type Configuration, type Setting } from '../../core/index.ts'
import type { Action } from './actions.ts'

export interface Gesture {
  readonly strokes: readonly string[]
  readonly does: string
}

export interface Group {
  readonly title: string
  readonly actions: readonly Action[]
  readonly gestures: readonly Gesture[]
}

const DRAWING: readonly Gesture[] = [
  { strokes: ['Click'], does: 'Set a point' },
  { strokes: ['Drag'], does: 'Draw a rectangle or the outline of a segment; clicks do as well' },
  { strokes: ['Enter', 'Double click', 'Other button'], does: 'Finish a line or polygon' },
  { strokes: ['Click the first point'], does: 'Close a polygon' },
  { strokes: ['Drag'], does: 'Draw a stretch of a line or polygon free-hand' },
  { strokes: ['Alt'], does: 'Hold to turn snapping off, or on' },
  { strokes: ['Shift'], does: 'Hold for directions in steps of 45°, and for squares' },
  { strokes: ['Ctrl+Click'], does: 'Follow the border from the last point; with Shift the other way round' },
  { strokes: ['Backspace'], does: 'Take back the last point; undo does as well' },
  { strokes: ['Escape'], does: 'Cancel; once more to leave the tool' },
]

const EDITING: readonly Gesture[] = [
  { strokes: ['Click'], does: 'Select the smallest; once more the one below it' },
  { strokes: ['Shift+Click', 'Ctrl+Click'], does: 'Add to the selection or take away' },
  { strokes: ['Drag'], does: 'Move what is selected, or a handle of it; elsewhere select with a box' },
  { strokes: ['Click an edge'], does: 'Add a point to the selected shape' },
  { strokes: ['Double click a point'], does: 'Remove the point' },
  { strokes: ['Ctrl+Drag an edge'], does: 'Move the edge; the sides of a rectangle need no key' },
  { strokes: ['Alt+Click'], does: 'List all that lies there' },
  { strokes: ['Other button'], does: 'Menu of the selection' },
]

const LOOKING: readonly Gesture[] = [
  { strokes: ['Wheel', 'Pinch'], does: 'Zoom to the pointer' },
  { strokes: ['Space+Drag', 'Middle button'], does: 'Move the picture' },
  { strokes: ['Shift+Wheel'], does: 'Move the picture sideways' },
  { strokes: ['Alt+Shift+Wheel', 'Twist with two fingers'], does: 'Turn the view' },
  { strokes: ['Arrow keys'], does: 'Move the picture, or what is selected by 1 px; with Shift further' },
]

const ANSWERING: readonly Gesture[] = [
  { strokes: ['1', '…', '0'], does: 'Choose an option of the question that has the focus' },
  { strokes: ['Tab'], does: 'Next question' },
  { strokes: ['Enter'], does: 'Next unanswered question' },
  { strokes: ['Backspace'], does: 'Clear the answer' },
  { strokes: ['Escape'], does: 'Back to the picture' },
]

/** The groups of the sheet; `search` leaves what has the words in its name. */
export function groupsOf(
  actions: readonly Action[],
  settings: readonly Setting[],
  configuration: Configuration,
  search = '',
): readonly Group[] {
  const words = search.toLowerCase().split(/\s+/)
  const isWanted = (name: string): boolean => words.every((word) => name.toLowerCase().includes(word))
  const group = (title: string, gestures: readonly Gesture[]): Group => ({
    title,
    actions: actions.filter((action) => action.group === title && isWanted(action.name)),
    gestures: gestures.filter(({ does }) => isWanted(does)),
  })
  return [
    group('Tools', []),
    group('Tool settings', wheelSteps(settings)),
    group('Classes', classDigits(configuration)),
    group('Drawing', DRAWING),
    group('Selecting and editing', EDITING),
    group('View', LOOKING),
    group('Answers', ANSWERING),
    group('Work', []),
  ].filter((each) => each.actions.length + each.gestures.length > 0)
}

function classDigits(configuration: Configuration): readonly Gesture[] {
  return geometryClasses(configuration).flatMap(({ shortcut, name }) =>
    shortcut === null ? [] : [{ strokes: [shortcut], does: `Draw ${name}` }],
  )
}

function wheelSteps(settings: readonly Setting[]): readonly Gesture[] {
  return settings
    .filter((setting) => setting.kind === 'number' && setting.wheel)
    .map(({ name }) => ({ strokes: ['Alt+Wheel'], does: `${name} smaller, larger` }))
}
