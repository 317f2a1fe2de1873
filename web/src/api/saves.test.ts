import { expect, test } from 'vitest'
import { differenceBetween, NO_DIFFERENCE, type Difference } from '../core/difference.ts'
import { withAnnotations, type AnnotationId, type Document } from '../core/document.ts'
import { ApiError } from './client.ts'
import { memoryDrafts, type DraftStore } from './saves-drafts.ts'
import {
  ANIMAL,
  CAR,
  configurationOf,
  documentOf,
  PLACE,
  HandClock,
  pointAt,
  Screen,
  ServerInMemory,
  WEATHER,
} from './saves-samples.ts'
import { SaveQueue } from './saves.ts'

interface Desk {
  server: ServerInMemory
  screen: Screen
  clock: HandClock
  drafts: DraftStore
  queue: SaveQueue
  put(id: string, x: number, classId?: typeof CAR): void
  drop(id: string): void
}

function desk(
  document: Document = documentOf(),
  drafts: DraftStore = memoryDrafts(),
  waiting: Difference = NO_DIFFERENCE,
): Desk {
  const [server, screen, clock] = [new ServerInMemory(document), new Screen(document), new HandClock()]
  let made = 0
  const queue = new SaveQueue(
    {
      taskId: 'task',
      tabId: 'tab',
      userId: 'ada',
      title: 'crane.jpg',
      ...PLACE,
      revision: 0,
      configurations: [configurationOf(1)],
      waiting,
      aside: NO_DIFFERENCE,
      edits: waiting.annotations.size,
    },
    {
      server,
      drafts: { ...drafts, lasting: true },
      host: screen,
      timing: clock,
      newId: () => `change-${++made}`,
    },
  )
  const edit = (id: string, annotation: ReturnType<typeof pointAt> | undefined): void =>
    queue.add(screen.edit((shown) => withAnnotations(shown, [[id as AnnotationId, annotation]])))
  return {
    server,
    screen,
    clock,
    drafts,
    queue,
    put: (id, x, classId = CAR) => edit(id, pointAt(id, x, classId)),
    drop: (id) => edit(id, undefined),
  }
}

const xOf = (document: Document, id: string): number | undefined => {
  const geometry = document.annotations.get(id as AnnotationId)?.geometry
  return geometry?.kind === 'point' ? geometry.x : undefined
}

test('an edit is kept by the browser before it is sent', async () => {
  const { put, clock, screen, drafts, server } = desk()
  put('a', 1)
  await clock.pass(0)
  expect(screen.status_).toMatchObject({ state: 'saving', unsaved: 1, kept: true })
  expect((await drafts.list('ada'))[0]?.waiting.annotations.size).toBe(1)
  expect(server.received).toHaveLength(0)
})

test('a queue that takes over work never says that it is saved before it is', async () => {
  const waiting = differenceBetween(documentOf(), documentOf(pointAt('a', 1)))
  const { screen, clock, server } = desk(documentOf(), memoryDrafts(), waiting)
  expect(screen.status_).toMatchObject({ state: 'saving', unsaved: 1 })
  await clock.pass(200)
  expect(screen.status_).toMatchObject({ state: 'saved', unsaved: 0 })
  expect(xOf(server.document, 'a')).toBe(1)
})

test('edits in quick succession are one save, and a saved draft is gone', async () => {
  const { put, clock, screen, drafts, server } = desk()
  put('a', 1)
  put('a', 2)
  put('b', 3)
  await clock.pass(200)
  expect(server.received).toHaveLength(1)
  expect(server.received[0]?.created.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(screen.status_).toMatchObject({ state: 'saved', unsaved: 0, savedAt: 1001 })
  expect(await drafts.list('ada')).toEqual([])
})

test('an edit made while another is on its way goes out after it', async () => {
  const { put, clock, server } = desk()
  let answer = (): void => undefined
  server.busy = new Promise((resolve) => (answer = resolve))
  put('a', 1)
  await clock.pass(200)
  put('a', 2)
  await clock.pass(200)
  expect(server.received).toHaveLength(1)
  answer()
  await clock.pass(0)
  expect(server.received.map(({ revision }) => revision)).toEqual([0, 1])
  expect(xOf(server.document, 'a')).toBe(2)
})

test('what is undone before it was sent is not sent', async () => {
  const { put, drop, clock, screen, server, drafts } = desk()
  put('a', 1)
  drop('a')
  await clock.pass(200)
  expect(server.received).toHaveLength(0)
  expect(screen.status_).toMatchObject({ state: 'saved', unsaved: 0 })
  expect(await drafts.list('ada')).toEqual([])
})

test('without a connection edits are counted, kept, and sent when it is back', async () => {
  const { put, clock, screen, server, drafts } = desk()
  server.reachable = false
  put('a', 1)
  await clock.pass(200)
  put('b', 2)
  await clock.pass(10)
  expect(screen.status_).toMatchObject({ state: 'unsaved', unsaved: 2, kept: true })
  expect(screen.status_?.trouble?.kind).toBe('offline')
  expect(await drafts.list('ada')).toHaveLength(1)
  server.reachable = true
  await clock.pass(60_000)
  expect(screen.status_).toMatchObject({ state: 'saved', unsaved: 0, trouble: null })
  expect([...server.document.annotations.keys()]).toEqual(['a', 'b'])
})

test('a lost answer is asked for again with the same change id and applied once', async () => {
  const { put, clock, server, screen } = desk()
  server.losing = 1
  put('a', 1)
  await clock.pass(200)
  expect(screen.status_?.state).toBe('unsaved')
  await clock.pass(5000)
  expect(server.received.map(({ changeId }) => changeId)).toEqual(['change-1', 'change-1'])
  expect(server.revision).toBe(1)
  expect(screen.status_?.state).toBe('saved')
})

test('waits grow while the server fails, and a wish to retry ends the wait', async () => {
  const { put, clock, server, queue } = desk()
  server.refusal = new ApiError(503, { detail: 'Restarting.' })
  put('a', 1)
  await clock.pass(200)
  for (const wait of [1000, 2000, 4000]) {
    const before = server.received.length
    await clock.pass(wait - 1)
    expect(server.received).toHaveLength(before)
    await clock.pass(1)
    expect(server.received).toHaveLength(before + 1)
  }
  server.refusal = null
  queue.retry()
  await clock.pass(0)
  expect(server.revision).toBe(1)
})

test('work of others is taken in where it does not touch mine', async () => {
  const { put, clock, server, screen } = desk(documentOf(pointAt('a', 1), pointAt('b', 1)))
  server.change((document) => withAnnotations(document, [['b' as AnnotationId, pointAt('b', 9)]]))
  put('a', 5)
  await clock.pass(200)
  await clock.pass(2000)
  expect(screen.asked).toBe(0)
  for (const document of [screen.shown, server.document]) {
    expect([xOf(document, 'a'), xOf(document, 'b')]).toEqual([5, 9])
  }
})

test.each([
  ['mine', 5],
  ['theirs', 9],
] as const)('where both touched the same the person decides: %s', async (side, x) => {
  const { put, clock, server, screen } = desk(documentOf(pointAt('a', 1)))
  screen.side = side
  server.change((document) => withAnnotations(document, [['a' as AnnotationId, pointAt('a', 9)]]))
  put('a', 5)
  await clock.pass(200)
  await clock.pass(2000)
  expect(screen.asked).toBe(1)
  expect([xOf(screen.shown, 'a'), xOf(server.document, 'a')]).toEqual([x, x])
  expect(screen.status_?.state).toBe('saved')
})

test('an edit of what somebody deleted comes back as a new one when I insist', async () => {
  const { put, clock, server, screen } = desk(documentOf(pointAt('a', 1)))
  server.change((document) => withAnnotations(document, [['a' as AnnotationId, undefined]]))
  put('a', 5)
  await clock.pass(200)
  await clock.pass(2000)
  expect(screen.asked).toBe(1)
  expect(server.received.at(-1)?.created.map(({ id }) => id)).toEqual(['a'])
  expect(xOf(server.document, 'a')).toBe(5)
})

test('annotations that nobody changed stay the same objects, so that undo knows them', async () => {
  const { put, clock, server, screen } = desk(documentOf(pointAt('a', 1), pointAt('b', 1)))
  const before = screen.shown.annotations.get('b' as AnnotationId)
  server.change((document) => withAnnotations(document, [['c' as AnnotationId, pointAt('c', 9)]]))
  put('a', 5)
  await clock.pass(200)
  await clock.pass(2000)
  expect(screen.shown.annotations.get('b' as AnnotationId)).toBe(before)
  expect(xOf(screen.shown, 'c')).toBe(9)
})

test('another tab that saved is followed when there is nothing to save here', async () => {
  const { clock, server, screen, queue } = desk(documentOf(pointAt('a', 1)))
  server.change((document) => withAnnotations(document, [['a' as AnnotationId, pointAt('a', 9)]]))
  queue.refresh(1)
  await clock.pass(200)
  expect(xOf(screen.shown, 'a')).toBe(9)
  expect(server.received).toHaveLength(0)
  expect(screen.status_?.state).toBe('saved')
})

test('after the session ended the same change is sent once somebody signed in', async () => {
  const { put, clock, server, screen, queue } = desk()
  server.refusal = new ApiError(401, { code: 'not_signed_in' })
  put('a', 1)
  await clock.pass(200)
  await clock.pass(120_000)
  expect(server.received).toHaveLength(1)
  expect(screen.status_).toMatchObject({ state: 'unsaved', unsaved: 1, kept: true })
  expect(screen.status_?.trouble?.kind).toBe('signedOut')
  server.refusal = null
  queue.retry()
  await clock.pass(200)
  expect(server.received[1]?.changeId).toBe(server.received[0]?.changeId)
  expect(screen.status_?.state).toBe('saved')
})

test('a class that is gone does not keep the rest from being saved', async () => {
  const { put, clock, server, screen, queue } = desk()
  server.configuration = configurationOf(2, [ANIMAL])
  put('a', 1)
  put('b', 2, ANIMAL)
  await clock.pass(200)
  await clock.pass(2000)
  expect([...server.document.annotations.keys()]).toEqual(['a'])
  expect([...(screen.aside?.annotations.keys() ?? [])]).toEqual(['b'])
  expect([...(queue.draft()?.aside.annotations.keys() ?? [])]).toEqual(['b'])
  expect(server.received.at(-1)?.configurationRevision).toBe(2)
})

test('an answer to a question that is gone is put aside', async () => {
  const { clock, server, screen, queue, put } = desk()
  server.configuration = configurationOf(2, [WEATHER, ANIMAL])
  put('b', 2, ANIMAL)
  queue.add(screen.edit((shown) => ({ ...shown, answers: { [WEATHER]: 'sun' } })))
  await clock.pass(200)
  await clock.pass(2000)
  expect(server.document.answers).toEqual({})
  expect([...(screen.aside?.answers.keys() ?? [])]).toEqual([WEATHER])
})

test('work on a task that was taken away stays in the draft', async () => {
  const { put, clock, server, screen, queue, drafts } = desk()
  server.editable = false
  put('a', 1)
  await clock.pass(200)
  await clock.pass(120_000)
  expect(server.received).toHaveLength(1)
  expect(screen.status_).toMatchObject({ state: 'unsaved', unsaved: 1, kept: true })
  expect(screen.status_?.trouble).toMatchObject({ kind: 'refused', message: 'The task is completed.' })
  expect([...(queue.draft()?.sent?.difference.annotations.keys() ?? [])]).toEqual(['a'])
  await queue.discard()
  expect(await drafts.list('ada')).toEqual([])
})

test('content the server refuses waits for the next edit', async () => {
  const { put, drop, clock, server, screen } = desk()
  server.refusal = new ApiError(422, { code: 'invalid_labels', detail: 'One annotation is refused.' })
  put('a', 1)
  put('b', 1)
  await clock.pass(200)
  await clock.pass(120_000)
  expect(server.received).toHaveLength(1)
  expect(screen.status_?.trouble?.kind).toBe('invalid')
  server.refusal = null
  drop('a')
  await clock.pass(200)
  expect([...server.document.annotations.keys()]).toEqual(['b'])
  expect(screen.status_?.state).toBe('saved')
})

test('a disk that refuses is told, and the work goes to the server all the same', async () => {
  const refusing = { ...memoryDrafts(), put: () => Promise.reject(new Error('no space')) }
  const { put, clock, server, screen } = desk(documentOf(), refusing)
  server.reachable = false
  put('a', 1)
  await clock.pass(200)
  expect(screen.status_?.kept).toBe(false)
  server.reachable = true
  await clock.pass(60_000)
  expect(xOf(server.document, 'a')).toBe(1)
})

test('a disk that never answers does not hold up the server', async () => {
  const hanging = { ...memoryDrafts(), put: () => new Promise<void>(() => undefined) }
  const { put, clock, server, screen } = desk(documentOf(), hanging)
  put('a', 1)
  await clock.pass(200)
  expect(server.received).toHaveLength(0)
  await clock.pass(3000)
  expect(xOf(server.document, 'a')).toBe(1)
  expect(screen.status_).toMatchObject({ state: 'saved', kept: false })
})

test('what nobody foresaw is told and tried again', async () => {
  const { put, clock, server, screen } = desk()
  server.refusal = new TypeError('x is undefined') as unknown as ApiError
  put('a', 1)
  await clock.pass(200)
  expect(screen.status_?.trouble?.message).toContain('x is undefined')
  server.refusal = null
  await clock.pass(5000)
  expect(screen.status_?.state).toBe('saved')
})

test('a queue that is closed has kept everything and writes nothing more', async () => {
  const { put, clock, server, queue, drafts } = desk()
  server.busy = new Promise(() => undefined)
  put('a', 1)
  await clock.pass(200)
  put('b', 2)
  await queue.close()
  const [draft] = await drafts.list('ada')
  expect([...(draft?.sent?.difference.annotations.keys() ?? [])]).toEqual(['a'])
  expect([...(draft?.waiting.annotations.keys() ?? [])]).toEqual(['b'])
})

test('a flush sends at once and says whether the server has everything', async () => {
  const { put, clock, server, queue } = desk()
  put('a', 1)
  const first = queue.flush()
  await clock.pass(0)
  expect(await first).toBe(true)
  server.reachable = false
  put('a', 2)
  const second = queue.flush()
  await clock.pass(0)
  expect(await second).toBe(false)
})
