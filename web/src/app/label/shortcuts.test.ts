import { expect, test } from 'vitest'
import { settingsOf } from '../../core/index.ts'
import { makeConfiguration } from '../../core/builders.ts'
import { OPERATIONS, TOOLS } from '../../tools/index.ts'
import { actionsOf } from './actions.ts'
import { groupsOf } from './shortcuts.ts'

const sheet = (search?: string) =>
  groupsOf(actionsOf(TOOLS, OPERATIONS), settingsOf(TOOLS), makeConfiguration([]), search)

test('the sheet says each thing once a group', () => {
  for (const { title, actions, gestures } of sheet()) {
    const said = [...actions.map(({ name }) => name), ...gestures.map(({ does }) => does)]
    expect([title, new Set(said).size]).toEqual([title, said.length])
  }
})

test('the sheet has every action, and a search leaves those with its words', () => {
  const shown = sheet().flatMap(({ actions }) => actions)
  expect(shown).toHaveLength(actionsOf(TOOLS, OPERATIONS).length)
  const [group, ...others] = sheet('left  move')
  expect([group!.title, others]).toEqual(['Selecting and editing', []])
  expect(group!.actions.map(({ name }) => name)).toEqual(['Move left by 1 px', 'Move left by 10 px'])
})
