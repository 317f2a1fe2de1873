import { expect, test } from 'vitest'
import { ApiError, NetworkError } from '../../api/client.ts'
import type { SaveBody } from '../../api/labels.ts'
import type { Answers, ClassId } from '../../core/index.ts'
import { GridSaves, type GridStatus } from './grid-saves.ts'

const WEATHER = 'weather' as ClassId
const change = (taskId: string, was: string | undefined, is: string | undefined) => ({
  taskId,
  classId: WEATHER,
  was,
  is,
})

/** A server with one picture per id, and a clock that the test turns. */
function makeWorld(): {
  saves: GridSaves
  sent: SaveBody[]
  statuses: Map<string, GridStatus>
  fail: unknown[]
  stored: { revision: number; answers: Answers }
  overtaken: Answers[]
  tick: () => Promise<void>
} {
  const world = {
    sent: [] as SaveBody[],
    statuses: new Map<string, GridStatus>(),
    fail: [] as unknown[],
    stored: { revision: 3, answers: {} as Answers },
    overtaken: [] as Answers[],
  }
  const timers: (() => void)[] = []
  let ids = 0
  const saves = new GridSaves({
    newId: () => `change ${++ids}`,
    after: (_, call) => void timers.push(call),
    status: (taskId, status) => void world.statuses.set(taskId, status),
    overtaken: (_, answers) => void world.overtaken.push(answers),
    server: {
      save: (_, body) => {
        world.sent.push(body)
        const failure = world.fail.shift()
        if (failure !== undefined) return Promise.reject(failure as Error)
        return Promise.resolve({ revision: body.revision + 1, savedAt: 0 })
      },
      load: () => Promise.resolve({ ...world.stored, configurationRevision: 2 }),
    },
  })
  saves.knows('a', 1, 1)
  const tick = async (): Promise<void> => {
    timers.splice(0).forEach((call) => call())
    await saves.settle()
  }
  return { ...world, saves, tick, stored: world.stored }
}

test('answers are sent on the revision that is known, and the next ones on the one that came back', async () => {
  const { saves, sent, statuses } = makeWorld()
  saves.add([change('a', undefined, 'sun')])
  await saves.settle()
  saves.add([change('a', 'sun', undefined)])
  await saves.settle()
  expect(sent.map(({ revision, answers }) => [revision, answers])).toEqual([
    [1, { set: { weather: 'sun' }, removed: [] }],
    [2, { set: {}, removed: ['weather'] }],
  ])
  expect(statuses.get('a')).toEqual({ waiting: 0, trouble: null, again: false })
})

test('a lost connection is tried again with the same id', async () => {
  const { saves, sent, fail, statuses, tick } = makeWorld()
  fail.push(new NetworkError())
  saves.add([change('a', undefined, 'sun')])
  await saves.settle()
  expect(statuses.get('a')).toMatchObject({ waiting: 1, again: true })
  await tick()
  expect(sent.map(({ changeId }) => changeId)).toEqual(['change 1', 'change 1'])
  expect(saves.isSaved('a')).toBe(true)
})

test('what is refused stands still with its reason until it is tried again', async () => {
  const { saves, sent, fail, statuses, tick } = makeWorld()
  fail.push(new ApiError(403, { code: 'not_your_task', detail: 'Not yours.' }))
  saves.add([change('a', undefined, 'sun')])
  await tick()
  expect(statuses.get('a')).toEqual({ waiting: 1, trouble: 'Not yours.', again: false })
  saves.retry()
  await saves.settle()
  expect([sent.length, saves.isSaved('a')]).toEqual([2, true])
})

test('answers go on top of what somebody saved meanwhile', async () => {
  const { saves, sent, fail } = makeWorld()
  fail.push(new ApiError(409, { code: 'revision_conflict' }))
  saves.add([change('a', undefined, 'sun')])
  await saves.settle()
  expect(sent.map(({ revision, configurationRevision }) => [revision, configurationRevision])).toEqual([
    [1, 1],
    [3, 2],
  ])
})

test('what somebody else answered otherwise stays theirs, and is told', async () => {
  const { saves, sent, fail, stored, overtaken } = makeWorld()
  stored.answers = { weather: 'rain' }
  fail.push(new ApiError(409, { code: 'revision_conflict' }))
  saves.add([change('a', undefined, 'sun')])
  await saves.settle()
  expect([sent.length, overtaken]).toEqual([1, [{ weather: 'rain' }]])
  expect(saves.isSaved('a')).toBe(true)
})
