import { expect, test } from 'vitest'
import type { Trouble } from '../../api/saves-trouble.ts'
import type { SaveStatus } from '../../api/saves.ts'
import { noticeOf } from './save-notice.ts'

const saved: SaveStatus = {
  state: 'saved',
  unsaved: 0,
  kept: true,
  keepTrouble: null,
  savedAt: null,
  trouble: null,
}
const trouble = (kind: Trouble['kind'], message = ''): Trouble => ({
  kind,
  blocks: false,
  message,
  issues: [],
})
const unsaved = (count: number, more: Partial<SaveStatus> = {}): SaveStatus => ({
  ...saved,
  state: 'unsaved',
  unsaved: count,
  trouble: trouble('offline'),
  ...more,
})

test('nothing is said while everything goes well', () => {
  expect(noticeOf(saved, true)).toBeNull()
  expect(noticeOf({ ...saved, state: 'saving', unsaved: 3 }, true)).toBeNull()
})

test('without a connection the waiting edits are counted for the eye and said once to the ear', () => {
  expect(noticeOf(saved, false)?.text).toContain('Go on: your work is kept on this computer.')
  const [one, three] = [noticeOf(unsaved(1), true), noticeOf(unsaved(3), true)]
  expect(one?.text).toContain('1 edit waits on this computer')
  expect(three?.text).toContain('3 edits wait on this computer')
  expect(one?.spoken).toBe(three?.spoken)
})

test('what is nowhere but in this tab is said with more weight', () => {
  const notice = noticeOf(unsaved(2, { kept: false, keepTrouble: 'full' }), true)
  expect(notice).toMatchObject({ tone: 'danger' })
  expect(notice?.text).toContain('2 edits are only in this tab')
  expect(notice?.spoken).toContain('no space left')
})

test('a browser that keeps nothing is told before anything is lost', () => {
  expect(noticeOf({ ...saved, kept: false, keepTrouble: 'unavailable' }, true)?.kind).toBe('unkept')
})

test('what the server refuses is told with its reason', () => {
  const notice = noticeOf(unsaved(1, { trouble: trouble('invalid', 'The ring crosses itself.') }), true)
  expect(notice?.text).toBe('The server does not take 1 edit. The ring crosses itself.')
})

test.each(['signedOut', 'refused'] as const)('%s has a dialog of its own', (kind) => {
  expect(noticeOf(unsaved(1, { trouble: trouble(kind) }), true)).toBeNull()
})
