import { expect, test } from 'vitest'
import { strokesOf } from '../../core/index.ts'
import { makeConfiguration } from '../../core/builders.ts'
import { OPERATIONS, TOOLS } from '../../tools/index.ts'
import { COMMANDS } from './keyboard.ts'
import { groupsOf } from './shortcuts.ts'

test('no tool, operation or setting has a key that the page keeps for itself', () => {
  const strokes = [
    ...TOOLS.flatMap(({ key, settings }) => [key, ...settings.flatMap(strokesOf)]),
    ...OPERATIONS.flatMap(({ keys }) => keys),
  ]
  expect(strokes.filter((stroke) => Object.hasOwn(COMMANDS, stroke))).toEqual([])
})

test('the sheet says each thing once a group', () => {
  for (const { title, shortcuts } of groupsOf(makeConfiguration([]), TOOLS, OPERATIONS)) {
    const said = shortcuts.map(({ does }) => does)
    expect([title, new Set(said).size]).toEqual([title, said.length])
  }
})
