import { expect, test } from 'vitest'
import { differenceBetween, NO_DIFFERENCE } from '../core/difference.ts'
import { memoryDrafts, type Draft } from './saves-drafts.ts'
import { Keeper } from './saves-keeper.ts'
import { readDraft } from './saves-parse.ts'
import { configurationOf, documentOf, PLACE, pointAt } from './saves-samples.ts'

const draft: Draft = {
  ...PLACE,
  taskId: 'task',
  tabId: 'tab',
  userId: 'ada',
  title: 'crane.jpg',
  revision: 0,
  configurations: [configurationOf(1)],
  sent: null,
  waiting: differenceBetween(documentOf(), documentOf(pointAt('a', 1))),
  aside: NO_DIFFERENCE,
  edits: 1,
  at: 1,
}

test('a draft is read as it was written', () => {
  expect(readDraft(structuredClone(draft))).toEqual(draft)
})

test('what earlier versions did not write is empty', () => {
  const { taskId, tabId, userId, title, revision, sent, waiting, edits, at } = draft
  const earlier = {
    taskId,
    tabId,
    userId,
    title,
    revision,
    configurationRevision: 1,
    sent,
    waiting,
    edits,
    at,
  }
  expect(readDraft(earlier)).toMatchObject({
    aside: NO_DIFFERENCE,
    parents: [],
    configurations: [],
    reason: null,
  })
})

test.each([
  ['nothing', undefined],
  ['text', 'draft'],
  ['no person', { ...draft, userId: undefined }],
  ['no difference', { ...draft, waiting: { annotations: {}, answers: {} } }],
  ['half a save', { ...draft, sent: { changeId: 'x' } }],
  [
    'an annotation without a geometry',
    { ...draft, waiting: { annotations: new Map([['a', [undefined, { id: 'a' }]]]), answers: new Map() } },
  ],
])('%s is no draft, and hides no other', async (_what, record) => {
  expect(readDraft(record)).toBeNull()
  const store = memoryDrafts()
  await store.put(draft)
  await store.put({ ...(record as Draft), taskId: 'other', tabId: 'damaged' })
  const isHidden = (record as Partial<Draft> | undefined)?.userId === undefined
  expect((await store.list('ada')).map(({ tabId }) => tabId)).toEqual(['tab'])
  expect((await store.unreadable('ada')).map(({ key }) => key[1])).toEqual(['damaged'])
  expect(await store.unreadable('lin')).toHaveLength(isHidden ? 1 : 0)
})

test('states that follow one another quickly are written once, the newest', async () => {
  const written: number[] = []
  const store = {
    ...memoryDrafts(),
    lasting: true,
    put: async ({ edits }: Draft) => void written.push(edits),
  }
  const keeper = new Keeper(store, draft, () => undefined)
  for (const edits of [1, 2, 3]) keeper.keep({ ...draft, edits })
  expect(keeper.isKept).toBe(false)
  await keeper.settled()
  expect([written, keeper.isKept]).toEqual([[3], true])
})

test('after it was released nothing more is written', async () => {
  const store = { ...memoryDrafts(), lasting: true }
  const keeper = new Keeper(store, draft, () => undefined)
  keeper.keep(draft)
  await keeper.release()
  keeper.keep(null)
  await keeper.settled()
  expect(await store.list('ada')).toHaveLength(1)
})

test.each([
  ['QuotaExceededError', 'full'],
  ['InvalidStateError', 'failing'],
])('%s: the store is %s until it takes something again', async (name, trouble) => {
  let isWell = false
  const put = (): Promise<void> =>
    isWell ? Promise.resolve() : Promise.reject(Object.assign(new Error('no'), { name }))
  const keeper = new Keeper({ ...memoryDrafts(), lasting: true, put }, draft, () => undefined)
  keeper.keep(draft)
  await keeper.settled()
  expect([keeper.isKept, keeper.trouble]).toEqual([false, trouble])
  isWell = true
  keeper.keep(draft)
  await keeper.settled()
  expect([keeper.isKept, keeper.trouble]).toEqual([true, null])
})
