import { describe, expect, test } from 'vitest'
import {
  keyStepsOf,
  operationAction,
  REDO,
  settingAction,
  settingsOf,
  toolAction,
  UNDO,
} from '../../core/index.ts'
import { makeConfiguration, makeGeometryClass } from '../../core/builders.ts'
import { OPERATIONS, TOOLS } from '../../tools/index.ts'
import {
  actionsOf,
  bindingsFor,
  firstFixed,
  granted,
  resetOne,
  rivalsOf,
  strokesOf,
  whyFixed,
  withStrokes,
  type Choices,
} from './actions.ts'
import { COMMAND_IDS, commandAction } from './commands.ts'
import { readKeys, writeKeys } from './keys-file.ts'
import { strokeParts } from './strokes.ts'

const ACTIONS = actionsOf(TOOLS, OPERATIONS)
const NONE: Choices = new Map()
const DRAW = toolAction('draw')
const DUPLICATE = operationAction('duplicate')
const configuration = makeConfiguration([makeGeometryClass('ship', 'rectangle', { shortcut: '1' })])
const strokes = (choices: Choices, id: (typeof ACTIONS)[number]['id']) => strokesOf(ACTIONS, choices, id)

describe('the table', () => {
  test('holds every tool, setting, operation and command, undo and redo, once each', () => {
    const ids = ACTIONS.map(({ id }) => id)
    const wanted = [
      ...TOOLS.map(({ id }) => toolAction(id)),
      ...OPERATIONS.map(({ id }) => operationAction(id)),
      ...settingsOf(TOOLS)
        .flatMap(keyStepsOf)
        .map(({ id }) => settingAction(id)),
      ...COMMAND_IDS.map(commandAction),
      ...[UNDO, REDO],
    ]
    expect(new Set(ids)).toEqual(new Set(wanted))
    expect(ids).toHaveLength(wanted.length)
  })

  test('gives nothing a key that is fixed, and commands no key of a tool or operation', () => {
    const bindings = bindingsFor(ACTIONS, NONE)
    for (const stroke of [...bindings.values()].flat()) expect(whyFixed(stroke, configuration)).toBeNull()
    const own = COMMAND_IDS.flatMap((id) => bindings.get(commandAction(id))!)
    const others = [...bindings].flatMap(([id, keys]) => (id.startsWith('command.') ? [] : keys))
    expect(own.filter((stroke) => others.includes(stroke))).toEqual([])
    expect(new Set(own).size).toBe(own.length)
  })
})

describe('choosing keys', () => {
  test('a free stroke replaces the old one', () => {
    const choices = granted(ACTIONS, NONE, { id: DRAW, stroke: 'q', instead: 'd' })
    expect(strokes(choices, DRAW)).toEqual(['q'])
    expect(bindingsFor(ACTIONS, choices).get(DRAW)).toEqual(['q'])
  })

  test('a stroke that another has is swapped', () => {
    expect(rivalsOf(ACTIONS, NONE, DRAW, 'Ctrl+d').map(({ id }) => id)).toEqual([DUPLICATE])
    const choices = granted(ACTIONS, NONE, { id: DRAW, stroke: 'Ctrl+d', instead: 'd' })
    expect([strokes(choices, DRAW), strokes(choices, DUPLICATE)]).toEqual([['Ctrl+d'], ['d']])
    expect(rivalsOf(ACTIONS, choices, DRAW, 'Ctrl+d')).toEqual([])
  })

  test('a further stroke is taken from whom had it', () => {
    const choices = granted(ACTIONS, NONE, { id: DRAW, stroke: 'Ctrl+d', instead: null })
    expect([strokes(choices, DRAW), strokes(choices, DUPLICATE)]).toEqual([['d', 'Ctrl+d'], []])
  })

  test('resetting one gives it back, and takes it from whom had it since', () => {
    const swapped = granted(ACTIONS, NONE, { id: DRAW, stroke: 'Ctrl+d', instead: 'd' })
    const choices = resetOne(ACTIONS, swapped, DRAW)
    expect([strokes(choices, DRAW), strokes(choices, DUPLICATE)]).toEqual([['d'], []])
    expect(resetOne(ACTIONS, choices, DUPLICATE)).toEqual(NONE)
  })

  test('stated strokes are no choice', () => {
    expect(withStrokes(ACTIONS, NONE, DRAW, ['d'])).toEqual(NONE)
  })

  test('digits, keys of gestures and keys of the browser cannot be taken', () => {
    expect(whyFixed('1', configuration)).toContain('1 draws ship')
    expect(whyFixed('7', configuration)).toContain('label configuration')
    for (const stroke of ['Escape', 'Enter', ' ', 'Ctrl+w'])
      expect(whyFixed(stroke, configuration)).not.toBeNull()
    expect(firstFixed(new Map([[DRAW, ['q', '1']]]), configuration)).toContain('ship')
    expect(firstFixed(new Map([[DRAW, ['q']]]), configuration)).toBeNull()
  })
})

describe('the file of keys', () => {
  test('what is written is read', () => {
    const choices: Choices = new Map([
      [DRAW, ['q', 'Ctrl+Shift+d']],
      [DUPLICATE, []],
    ])
    expect(readKeys(writeKeys(choices))).toEqual(choices)
  })

  test.each([
    ['', 'not a JSON object'],
    ['[]', 'not a JSON object'],
    ['{"format":"other"}', 'format'],
    ['{"format":"labelwright-keys"}', 'keys'],
    ['{"format":"labelwright-keys","keys":{"tool.draw":"d"}}', 'tool.draw'],
  ])('%s is refused', (text, reason) => {
    expect(() => readKeys(text)).toThrow(reason)
  })
})

test.each([
  ['d', ['D']],
  ['+', ['+']],
  ['Ctrl++', ['Ctrl', '+']],
  ['Ctrl+Shift+ArrowLeft', ['Ctrl', 'Shift', '←']],
  ['Space+Drag', ['Space', 'Drag']],
])('%s stands on keys as %j', (stroke, parts) => {
  expect(strokeParts(stroke)).toEqual(parts)
})
