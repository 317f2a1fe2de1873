import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Task } from '../../api/types.ts'
import type * as room from './prepared.ts'

const asked: string[] = []
const close = vi.fn()
const pictures = new Map<string, Promise<ImageBitmap>>()
let prepared: typeof room

const taskOf = (id: string, revision: number): Task => ({ id, revision }) as Task
const detail = (id: string) => ({
  task: { ...taskOf(id, 3), state: 'WAITING' },
  revision: 3,
  medium: { id: `m-${id}` },
  configuration: { revision: 5 },
  document: { annotations: [] },
  editable: false,
  readOnlyReason: 'It is not yours.',
})

beforeEach(async () => {
  asked.length = 0
  close.mockClear()
  pictures.clear()
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    return new Response(JSON.stringify(detail(path.split('/').at(-1)!)))
  })
  vi.stubGlobal('early', {
    answers: new Map(),
    pictures,
    askForTask: async (id: string) => {
      pictures.set(id, Promise.resolve({ close } as unknown as ImageBitmap))
    },
  })
  vi.resetModules()
  prepared = await import('./prepared.ts')
})
afterEach(() => vi.unstubAllGlobals())

test('what was loaded is taken once it is handed out, and may be edited', async () => {
  await prepared.prepare('a')
  expect(prepared.isHandedOut('a')).toBe(false)
  prepared.handOver({ taskId: 'a', task: taskOf('a', 3), configurationRevision: 5 })
  expect([prepared.isHandedOut('a'), prepared.isHandedOut('b')]).toEqual([true, false])
  expect(prepared.takePrepared('a')).toMatchObject({
    task: { id: 'a' },
    document: { annotations: [] },
    editable: true,
    readOnlyReason: null,
  })
  expect(prepared.takePrepared('a')).toBeNull()
})

test.each([
  ['another task', taskOf('b', 3), 5],
  ['labels that changed since', taskOf('a', 4), 5],
  ['a configuration that changed since', taskOf('a', 3), 6],
  ['nothing', null, null],
])('%s is loaded anew', async (_, task, configurationRevision) => {
  await prepared.prepare('a')
  prepared.handOver({ taskId: task?.id ?? null, task, configurationRevision })
  expect(prepared.isHandedOut('a')).toBe(false)
  expect(prepared.takePrepared('a')).toBeNull()
  expect(prepared.takePrepared('b')).toBeNull()
})

test('nothing is taken before the server handed it out', async () => {
  await prepared.prepare('a')
  expect(prepared.takePrepared('a')).toBeNull()
})

test('one picture is kept at most, and none after label mode is left', async () => {
  await prepared.prepare('a')
  await prepared.prepare('b')
  await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(1))
  prepared.forgetPrepared()
  await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(2))
  prepared.handOver({ taskId: 'b', task: taskOf('b', 3), configurationRevision: 5 })
  expect(prepared.takePrepared('b')).toBeNull()
})

test('a task that is prepared is not asked for again', async () => {
  await prepared.prepare('a')
  await prepared.prepare('a')
  expect(asked).toEqual(['/api/tasks/a'])
})
