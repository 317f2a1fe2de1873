import { beforeEach, expect, test, vi } from 'vitest'
import { differenceBetween, NO_DIFFERENCE } from '../core/difference.ts'
import type { Draft } from './saves-drafts.ts'
import { readDraft } from './saves-parse.ts'
import { configurationOf, documentOf, PLACE, pointAt, WEATHER } from './saves-samples.ts'
import { listSlips, putSlip, removeSlip } from './saves-slips.ts'

const after = { ...documentOf(pointAt('b', 2)), answers: { [WEATHER]: 'rain' } }
const draft: Draft = {
  ...PLACE,
  taskId: 'task',
  tabId: 'tab',
  userId: 'ada',
  title: 'crane.jpg',
  revision: 0,
  configurations: [configurationOf(1)],
  sent: { changeId: 'change', difference: differenceBetween(documentOf(pointAt('a', 1)), documentOf()) },
  waiting: differenceBetween(documentOf(), after),
  aside: NO_DIFFERENCE,
  edits: 2,
  at: 1,
}

class Storage {
  room = Infinity
  setItem(name: string, text: string): void {
    if (text.length > this.room) throw new DOMException('full', 'QuotaExceededError')
    ;(this as Record<string, unknown>)[name] = text
  }
  getItem(name: string): unknown {
    return (this as Record<string, unknown>)[name] ?? null
  }
  removeItem(name: string): void {
    Reflect.deleteProperty(this, name)
  }
}

let storage: Storage
beforeEach(() => {
  storage = new Storage()
  vi.stubGlobal('localStorage', storage)
})

test('a draft is read from a slip as it was written, with deletions and answers', () => {
  expect(putSlip(draft)).toBe(true)
  const [slip] = listSlips()
  expect(slip?.key).toEqual(['task', 'tab'])
  expect(slip?.content).toEqual(draft)
  expect(readDraft(slip?.content)).toEqual(draft)
})

test('what lies beside the slips is no slip, and a damaged one is told as such', () => {
  storage.setItem('labelwright.theme', 'dark')
  storage.setItem('labelwright.slip.task other', '{')
  expect(listSlips()).toEqual([{ key: ['task', 'other'], content: undefined }])
})

test('a slip is forgotten once the draft is kept elsewhere', () => {
  putSlip(draft)
  removeSlip('task', 'tab')
  expect(listSlips()).toEqual([])
})

test('a storage that is full or refused says so, and hides nothing', () => {
  storage.room = 10
  expect(putSlip(draft)).toBe(false)
  vi.stubGlobal('localStorage', undefined)
  expect(putSlip(draft)).toBe(false)
  expect(listSlips()).toEqual([])
  expect(() => removeSlip('task', 'tab')).not.toThrow()
})
