import { expect, test } from 'vitest'
import type { ClassId } from '../core/configuration.ts'
import { differenceBetween, NO_DIFFERENCE } from '../core/difference.ts'
import { withAnnotations, type AnnotationId, type Document } from '../core/document.ts'
import { memoryDrafts, type Draft, type DraftStore } from './saves-drafts.ts'
import { sendLeftovers } from './saves-leftovers.ts'
import { openTask, type Opened } from './saves-open.ts'
import {
  configurationOf,
  documentOf,
  PLACE,
  pointAt,
  ServerInMemory,
  ANIMAL,
  WEATHER,
} from './saves-samples.ts'
import type { Side } from './saves-resolve.ts'

function draftOf(was: Document, is: Document, more: Partial<Draft> = {}): Draft {
  return {
    taskId: 'task',
    tabId: 'gone',
    userId: 'ada',
    title: 'crane.jpg',
    ...PLACE,
    revision: 0,
    configurations: [configurationOf(1)],
    sent: null,
    waiting: differenceBetween(was, is),
    aside: NO_DIFFERENCE,
    edits: 1,
    at: 1,
    ...more,
  }
}

interface Attempt {
  opened: Opened
  asked: number
}

async function open(
  server: ServerInMemory,
  drafts: DraftStore,
  { alive = [] as string[], side = 'mine' as Side } = {},
): Promise<Attempt> {
  let asked = 0
  const opened = await openTask({
    taskId: 'task',
    tabId: 'here',
    userId: 'ada',
    drafts,
    nowMs: () => 5,
    isAlive: async (tabId) => alive.includes(tabId),
    load: () => server.load(),
    save: (body) => server.save(body),
    newId: () => 'copy',
    decide: async (conflicts) => {
      asked += 1
      return conflicts.map(() => side)
    },
  })
  return { opened, asked }
}

async function stored(...drafts: readonly Draft[]): Promise<DraftStore> {
  const store = memoryDrafts()
  for (const draft of drafts) await store.put(draft)
  return store
}

const ids = (document: Document): string[] => [...document.annotations.keys()].sort()

test('a task without drafts is shown as the server has it', async () => {
  const { opened } = await open(new ServerInMemory(documentOf(pointAt('a', 1))), memoryDrafts())
  expect(ids(opened.document)).toEqual(['a'])
  expect(opened.start).toMatchObject({ revision: 0, edits: 0, waiting: NO_DIFFERENCE })
})

test('the draft of a tab that is gone is shown, waits to be sent, and is now of this tab', async () => {
  const was = documentOf(pointAt('a', 1))
  const drafts = await stored(draftOf(was, documentOf(pointAt('a', 2), pointAt('b', 3))))
  const { opened } = await open(new ServerInMemory(was), drafts)
  expect(ids(opened.document)).toEqual(['a', 'b'])
  expect([...opened.start.waiting.annotations.keys()]).toEqual(['a', 'b'])
  expect((await drafts.list('ada')).map(({ tabId }) => tabId)).toEqual(['here'])
})

test('the draft of a living tab and that of another person are left alone', async () => {
  const was = documentOf()
  const drafts = await stored(
    draftOf(was, documentOf(pointAt('a', 1)), { tabId: 'alive' }),
    draftOf(was, documentOf(pointAt('b', 1)), { userId: 'lin' }),
  )
  const { opened } = await open(new ServerInMemory(was), drafts, { alive: ['alive'] })
  expect(ids(opened.document)).toEqual([])
  expect(await drafts.list('ada')).toHaveLength(1)
  expect(await drafts.list('lin')).toHaveLength(1)
})

test('a save whose answer the tab did not live to see is not made twice', async () => {
  const [was, is] = [documentOf(), documentOf(pointAt('a', 1))]
  const server = new ServerInMemory(was)
  const sent = { changeId: 'change', difference: differenceBetween(was, is) }
  await server.save({
    changeId: 'change',
    revision: 0,
    configurationRevision: 1,
    created: [pointAt('a', 1)],
    updated: [],
    deleted: [],
    answers: { set: {}, removed: [] },
  })
  server.change((document) => withAnnotations(document, [['a' as AnnotationId, undefined]]))
  const drafts = await stored(draftOf(is, is, { sent }))
  const { opened, asked } = await open(server, drafts)
  expect(ids(opened.document)).toEqual([])
  expect(asked).toBe(0)
  expect(server.revision).toBe(2)
  expect(await drafts.list('ada')).toEqual([])
})

test('a save that never arrived arrives now', async () => {
  const [was, is] = [documentOf(), documentOf(pointAt('a', 1))]
  const server = new ServerInMemory(was)
  const sent = { changeId: 'change', difference: differenceBetween(was, is) }
  await open(server, await stored(draftOf(is, is, { sent })))
  expect(ids(server.document)).toEqual(['a'])
})

test.each([
  ['mine', 2],
  ['theirs', 9],
] as const)('where others touched the same the person decides: %s', async (side, x) => {
  const was = documentOf(pointAt('a', 1))
  const server = new ServerInMemory(was)
  server.change((document) => withAnnotations(document, [['a' as AnnotationId, pointAt('a', 9)]]))
  const drafts = await stored(draftOf(was, documentOf(pointAt('a', 2))))
  const { opened, asked } = await open(server, drafts, { side })
  expect(asked).toBe(1)
  expect(opened.document.annotations.get('a' as AnnotationId)?.geometry).toMatchObject({ x })
  expect(opened.start.revision).toBe(1)
})

test('drafts of two tabs are put on top of one another, the older first', async () => {
  const was = documentOf(pointAt('a', 1))
  const drafts = await stored(
    draftOf(was, documentOf(pointAt('a', 1), pointAt('c', 1)), { tabId: 'newer', at: 2 }),
    draftOf(was, documentOf(pointAt('a', 1), pointAt('b', 1)), { tabId: 'older', at: 1 }),
  )
  const { opened } = await open(new ServerInMemory(was), drafts)
  expect(ids(opened.document)).toEqual(['a', 'b', 'c'])
  expect(opened.start.edits).toBe(2)
  expect((await drafts.list('ada')).map(({ tabId }) => tabId)).toEqual(['here'])
})

test('what the label configuration has no place for is put aside', async () => {
  const was = documentOf()
  const server = new ServerInMemory(was)
  server.configuration = configurationOf(2, [ANIMAL])
  const drafts = await stored(draftOf(was, documentOf(pointAt('a', 1), pointAt('b', 1, ANIMAL))))
  const { opened } = await open(server, drafts)
  expect(ids(opened.document)).toEqual(['a'])
  expect([...opened.start.aside.annotations.keys()]).toEqual(['b'])
})

test('what is nested in an annotation that others deleted brings it back from the draft', async () => {
  const was = documentOf(pointAt('a', 1))
  const server = new ServerInMemory(documentOf())
  const nested = documentOf(pointAt('a', 1), pointAt('n', 1, undefined, 'a'))
  const drafts = await stored(draftOf(was, nested, { parents: [pointAt('a', 1)] }))
  const { opened } = await open(server, drafts)
  expect(ids(opened.document)).toEqual(['a', 'n'])
})

test('what was put aside comes back when its class does, also under a new id', async () => {
  const was = documentOf()
  const server = new ServerInMemory(was)
  const [first, without] = [configurationOf(1), configurationOf(2, [ANIMAL])]
  const again = {
    ...first,
    revision: 3,
    classes: first.classes.map((each) => ({
      ...each,
      id: (each.id === ANIMAL ? 'new' : each.id) as ClassId,
    })),
  }
  const aside = differenceBetween(was, documentOf(pointAt('a', 1, ANIMAL)))
  const drafts = await stored(draftOf(was, was, { aside, configurations: [without, first] }))
  server.configuration = without
  expect((await open(server, drafts)).opened.start.aside.annotations.size).toBe(1)
  server.configuration = again
  const { opened } = await open(server, drafts)
  expect([...opened.document.annotations.values()]).toMatchObject([{ id: 'a', classId: 'new' }])
  expect(opened.start.aside.annotations.size).toBe(0)
})

test('an answer that was put aside does not write over the one that was given since', async () => {
  const base = documentOf(pointAt('a', 1))
  const answered = (answer: string): Document => ({ ...base, answers: { [WEATHER]: answer } })
  const server = new ServerInMemory(answered('rain'))
  const drafts = await stored(draftOf(base, base, { aside: differenceBetween(base, answered('sun')) }))
  const { opened } = await open(server, drafts)
  expect(opened.document.answers).toEqual({ [WEATHER]: 'rain' })
  expect(await drafts.list('ada')).toEqual([])
})

test('work for a task that takes none any more is kept and not shown as if it were saved', async () => {
  const was = documentOf()
  const server = new ServerInMemory(was)
  server.editable = false
  const drafts = await stored(draftOf(was, documentOf(pointAt('a', 1))))
  const { opened } = await open(server, drafts)
  expect(ids(opened.document)).toEqual([])
  expect([...opened.start.waiting.annotations.keys()]).toEqual(['a'])
  expect(await drafts.list('ada')).toHaveLength(1)
})

async function leftAfterSending(
  server: ServerInMemory,
  drafts: DraftStore,
  except = 'another',
): Promise<string[]> {
  let made = 0
  const left = await sendLeftovers({
    drafts,
    userId: 'ada',
    except,
    nowMs: () => 9,
    isAlive: async (tabId) => tabId === 'alive',
    newId: () => `new-${++made}`,
    serverFor: () => server,
  })
  return left.map(({ draft }) => draft.taskId)
}

test('work on another task is sent without being asked', async () => {
  const was = documentOf(pointAt('a', 1))
  const server = new ServerInMemory(was)
  server.change((document) => withAnnotations(document, [['c' as AnnotationId, pointAt('c', 1)]]))
  const drafts = await stored(draftOf(was, documentOf(pointAt('a', 1), pointAt('b', 1))))
  expect(await leftAfterSending(server, drafts)).toEqual([])
  expect(ids(server.document)).toEqual(['a', 'b', 'c'])
  expect(await drafts.list('ada')).toEqual([])
})

test('work that a living tab or the open task looks after is left to them', async () => {
  const was = documentOf()
  const server = new ServerInMemory(was)
  const drafts = await stored(draftOf(was, documentOf(pointAt('a', 1)), { tabId: 'alive' }))
  await leftAfterSending(server, drafts)
  await leftAfterSending(server, await stored(draftOf(was, documentOf(pointAt('a', 1)))), 'task')
  expect(server.revision).toBe(0)
})

test.each([
  [
    'others changed the same',
    (server: ServerInMemory) =>
      server.change((document) => withAnnotations(document, [['a' as AnnotationId, pointAt('a', 9)]])),
  ],
  ['the task takes nothing more', (server: ServerInMemory) => void (server.editable = false)],
  ['the server is away', (server: ServerInMemory) => void (server.reachable = false)],
])('work stays on this computer when %s', async (_why, happen) => {
  const was = documentOf(pointAt('a', 1))
  const server = new ServerInMemory(was)
  const drafts = await stored(draftOf(was, documentOf(pointAt('a', 2))))
  happen(server)
  expect(await leftAfterSending(server, drafts)).toEqual(['task'])
  expect((await drafts.list('ada')).map(({ waiting }) => [...waiting.annotations.keys()])).toEqual([['a']])
})
