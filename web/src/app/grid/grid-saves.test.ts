import { expect, test } from 'vitest'
import { ApiError } from '../../api/client.ts'
import { memoryDrafts, type DraftStore } from '../../api/saves-drafts.ts'
import { sendLeftovers } from '../../api/saves-leftovers.ts'
import {
  configurationOf,
  documentOf,
  HandClock,
  PLACE,
  pointAt,
  ServerInMemory,
  WEATHER,
} from '../../api/saves-samples.ts'
import type { Answers } from '../../core/index.ts'
import { GridSaves, type GridStatus } from './grid-saves.ts'
import type { Change } from './grid.ts'

const answered = (taskId: string, was: string | undefined, is: string | undefined): Change => ({
  taskId,
  classId: WEATHER,
  was,
  is,
})

interface World {
  readonly saves: GridSaves
  readonly servers: Map<string, ServerInMemory>
  readonly clock: HandClock
  readonly drafts: DraftStore
  readonly statuses: Map<string, GridStatus>
  readonly shown: Map<string, Answers>
  readonly overtaken: string[]
  readonly reconfigured: number[]
  server(taskId?: string): ServerInMemory
}

/** Pictures with one point each, of which nothing is answered. */
function makeWorld(...ids: readonly string[]): World {
  const servers = new Map(ids.map((id) => [id, new ServerInMemory(documentOf(pointAt(`of-${id}`, 5)))]))
  const [clock, drafts] = [new HandClock(), { ...memoryDrafts(), lasting: true }]
  const [statuses, shown] = [new Map<string, GridStatus>(), new Map<string, Answers>()]
  const [overtaken, reconfigured]: [string[], number[]] = [[], []]
  let made = 0
  const saves = new GridSaves({
    tabId: 'tab',
    userId: 'ada',
    drafts,
    timing: clock,
    newId: () => `change-${++made}`,
    serverFor: (taskId) => servers.get(taskId)!,
    status: (taskId, status) => void statuses.set(taskId, status),
    show: (taskId, answers) => void shown.set(taskId, answers),
    overtaken: (taskId) => void overtaken.push(taskId),
    reconfigured: () => void reconfigured.push(1),
    saved: () => undefined,
  })
  const { mediumId, project } = PLACE
  for (const taskId of ids)
    saves.knows({
      taskId,
      title: taskId,
      mediumId,
      project,
      revision: 0,
      configurations: [configurationOf(1)],
      answers: {},
    })
  const server = (taskId = ids[0]!): ServerInMemory => servers.get(taskId)!
  return { saves, servers, clock, drafts, statuses, shown, overtaken, reconfigured, server }
}

test('answers arrive in order, and what is drawn is left alone', async () => {
  const { saves, clock, statuses, server } = makeWorld('a')
  saves.add([answered('a', undefined, 'sun')])
  await clock.pass(200)
  saves.add([answered('a', 'sun', undefined)])
  await clock.pass(200)
  expect(server().received.map(({ revision, answers }) => [revision, answers])).toEqual([
    [0, { set: { [WEATHER]: 'sun' }, removed: [] }],
    [1, { set: {}, removed: [WEATHER] }],
  ])
  expect(server().document.annotations.size).toBe(1)
  expect(statuses.get('a')).toEqual({ waiting: 0, kept: true, trouble: null, again: false })
})

test('an answer is kept on this computer before it is sent, and let go when the server has it', async () => {
  const { saves, clock, drafts, statuses, server } = makeWorld('a')
  let release = (): void => undefined
  server().busy = new Promise((resolve) => (release = resolve))
  saves.add([answered('a', undefined, 'sun')])
  await clock.pass(200)
  const [draft] = await drafts.list('ada')
  expect(draft).toMatchObject({ taskId: 'a', tabId: 'tab', title: 'a', edits: 1 })
  expect([...draft!.sent!.difference.answers]).toEqual([[WEATHER, [undefined, 'sun']]])
  expect(statuses.get('a')).toMatchObject({ waiting: 1, kept: true })
  release()
  await clock.pass(200)
  expect(await drafts.list('ada')).toEqual([])
  expect(saves.isSaved('a')).toBe(true)
})

test('what a tab that died left behind arrives from the next one, once', async () => {
  const { saves, clock, drafts, server } = makeWorld('a', 'b')
  server('a').losing = 1 // it arrives, and its answer does not
  server('b').reachable = false
  saves.add([answered('a', undefined, 'sun'), answered('b', undefined, 'rain')])
  await clock.pass(200)
  expect((await drafts.list('ada')).map(({ taskId }) => taskId)).toEqual(['a', 'b'])
  server('b').reachable = true
  let made = 0
  const left = await sendLeftovers({
    drafts,
    userId: 'ada',
    except: null,
    nowMs: () => 0,
    isAlive: () => Promise.resolve(false),
    newId: () => `later-${++made}`,
    serverFor: (taskId) => server(taskId),
  })
  expect(left).toEqual([])
  expect(['a', 'b'].map((id) => [server(id).revision, server(id).document.answers[WEATHER]])).toEqual([
    [1, 'sun'],
    [1, 'rain'],
  ])
  expect(await drafts.list('ada')).toEqual([])
})

test('a lost connection is told and tried again by itself with the same id', async () => {
  const { saves, clock, statuses, server } = makeWorld('a')
  server().reachable = false
  saves.add([answered('a', undefined, 'sun')])
  await clock.pass(200)
  expect(statuses.get('a')).toMatchObject({ waiting: 1, kept: true, again: true })
  server().reachable = true
  await clock.pass(2000)
  expect([saves.isSaved('a'), server().received.map(({ changeId }) => changeId)]).toEqual([
    true,
    ['change-1'],
  ])
})

test('a picture that is taken away says so, and its answer stays on this computer', async () => {
  const { saves, clock, statuses, server, drafts } = makeWorld('a', 'b')
  server('a').refusal = new ApiError(403, { code: 'not_your_task', detail: 'Not yours.' })
  saves.add([answered('a', undefined, 'sun'), answered('b', undefined, 'sun')])
  await clock.pass(200)
  expect(statuses.get('a')).toMatchObject({ waiting: 1, trouble: 'Not yours.', again: false })
  expect(saves.isSaved('b')).toBe(true)
  const settled = saves.settle()
  await clock.pass(200)
  await settled
  await saves.close()
  expect(await drafts.list('ada')).toMatchObject([{ taskId: 'a', reason: 'Not yours.' }])
})

test('answers go on top of what others saved meanwhile, which is shown', async () => {
  const { saves, clock, server, shown, overtaken } = makeWorld('a')
  server().change((document) => ({ ...document, answers: { note: 'fog' } }))
  saves.add([answered('a', undefined, 'sun')])
  await clock.pass(200)
  expect(server().document.answers).toEqual({ note: 'fog', [WEATHER]: 'sun' })
  expect([shown.get('a'), overtaken]).toEqual([{ note: 'fog', [WEATHER]: 'sun' }, []])
})

test('what somebody else answered otherwise stays theirs, and is told', async () => {
  const { saves, clock, server, shown, overtaken } = makeWorld('a')
  server().change((document) => ({ ...document, answers: { [WEATHER]: 'rain' } }))
  saves.add([answered('a', undefined, 'sun')])
  await clock.pass(200)
  expect([server().document.answers, shown.get('a'), overtaken]).toEqual([
    { [WEATHER]: 'rain' },
    { [WEATHER]: 'rain' },
    ['a'],
  ])
  expect(saves.isSaved('a')).toBe(true)
})

test('a question that is gone is told, and its answer put aside', async () => {
  const { saves, clock, server, reconfigured, drafts } = makeWorld('a')
  server().configuration = configurationOf(2, [WEATHER])
  server().change((document) => document)
  saves.add([answered('a', undefined, 'sun')])
  await clock.pass(200)
  expect(reconfigured).toHaveLength(1)
  expect(await drafts.list('ada')).toMatchObject([
    { aside: { answers: new Map([[WEATHER, [undefined, 'sun']]]) } },
  ])
})

test('the server is asked for a few pictures at once', async () => {
  const ids = Array.from({ length: 12 }, (_, index) => `p${index}`)
  const { saves, clock, servers } = makeWorld(...ids)
  let release = (): void => undefined
  const gate = new Promise<void>((resolve) => (release = resolve))
  for (const server of servers.values()) server.busy = gate
  saves.add(ids.map((id) => answered(id, undefined, 'sun')))
  await clock.pass(200)
  const asked = (): number => [...servers.values()].filter(({ received }) => received.length > 0).length
  expect(asked()).toBe(4)
  release()
  await clock.pass(200)
  expect([asked(), ids.every((id) => saves.isSaved(id))]).toEqual([12, true])
})

test('what waits is shown on top of what the server says when the pictures are listed again', async () => {
  const { saves, clock, server } = makeWorld('a')
  server().reachable = false
  saves.add([answered('a', undefined, 'sun')])
  await clock.pass(200)
  const again = { taskId: 'a', title: 'a', ...PLACE, revision: 0, configurations: [], answers: {} }
  expect(saves.knows(again)).toEqual({ [WEATHER]: 'sun' })
  server().reachable = true
  await clock.pass(2000)
  expect(saves.knows({ ...again, answers: { note: 'fog' } })).toEqual({ note: 'fog' })
})
