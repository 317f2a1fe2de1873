import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type * as client from './client.ts'
import type * as early from './early.ts'

const asked: string[] = []
const answers = new Map<string, Promise<Response>>()
const pictures = new Map<string, Promise<ImageBitmap>>()
let api: typeof client & typeof early

beforeEach(async () => {
  asked.length = 0
  answers.clear()
  pictures.clear()
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    return new Response('{"from":"fetch"}')
  })
  vi.stubGlobal('early', { answers, pictures, askForTask: async (id: string) => void asked.push(id) })
  vi.resetModules()
  api = { ...(await import('./client.ts')), ...(await import('./early.ts')) }
})
afterEach(() => vi.unstubAllGlobals())

const answer = () => Promise.resolve(new Response('{"from":"early"}'))

test('what was asked for early is taken once', async () => {
  answers.set('/api/session', answer())
  expect(await api.get('/api/session')).toEqual({ from: 'early' })
  expect(await api.get('/api/session')).toEqual({ from: 'fetch' })
})

test('a change makes what was asked for before it stale', async () => {
  answers.set('/api/tasks/1', answer())
  await api.patch('/api/tasks/1/labels', {})
  expect(await api.get('/api/tasks/1')).toEqual({ from: 'fetch' })
})

test('what was asked while a change was on its way is stale too', async () => {
  const change = api.patch('/api/tasks/1/labels', {})
  answers.set('/api/tasks/1', answer())
  await change
  expect(await api.get('/api/tasks/1')).toEqual({ from: 'fetch' })
})

test('an early request that got lost is told like any other', async () => {
  const lost = Promise.reject(new TypeError('lost'))
  answers.set('/api/session', lost)
  await expect(api.get('/api/session')).rejects.toBeInstanceOf(api.NetworkError)
})

test('a task that is on its way is not asked for again', () => {
  api.askEarly('1')
  answers.set('/api/tasks/1', answer())
  api.askEarly('1')
  expect(asked).toEqual(['1'])
})

test('a picture that nobody took is let go before the next one comes', async () => {
  const close = vi.fn()
  pictures.set('/a', Promise.resolve({ close } as unknown as ImageBitmap))
  pictures.set('/b', Promise.reject(new Error('no picture')))
  api.askEarly('2')
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce())
  expect(api.takeEarlyPicture('/a')).toBeUndefined()
})

test('without a start page everything is fetched', async () => {
  vi.unstubAllGlobals()
  vi.resetModules()
  vi.stubGlobal('fetch', async () => new Response('{}'))
  const { askEarly, takeEarly } = await import('./early.ts')
  askEarly('1')
  expect(takeEarly('/x')).toBeUndefined()
})
