import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError, NetworkError } from '../../api/client.ts'
import type { UploadRequest } from '../../api/upload.ts'

/** A line to the server whose every transfer the test ends itself. */
const { line } = vi.hoisted(() => ({
  line: { sent: [] as { request: UploadRequest; done: () => void; fail: (error: unknown) => void }[] },
}))
vi.mock('../../api/upload.ts', () => ({
  upload: (request: UploadRequest) =>
    new Promise((resolve, reject) => {
      request.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
      line.sent.push({ request, done: () => resolve({}), fail: reject })
    }),
}))

/** What the dataset has already. */
const { kept } = vi.hoisted(() => ({ kept: [] as { mediaName: string; size: number }[] }))
vi.mock('../../api/datasets.ts', () => ({
  uploadUrl: () => '/upload',
  listMedia: async () => ({ items: kept, nextCursor: null, total: kept.length }),
}))

const { uploads } = await import('./uploads.svelte.ts')
const dataset = { id: 'd', name: 'Streets' }
const names = (): string[] => line.sent.map((transfer) => transfer.request.name)
const states = (): string[] => uploads.queue.items.map((item) => item.state)
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
const refused = (status: number, code: string): ApiError => new ApiError(status, { code, detail: `${code}.` })

function add(...paths: string[]): void {
  uploads.add(
    dataset,
    paths.map((path) => ({ file: new File(['x'], path, { type: 'image/jpeg' }), path })),
    'file',
  )
}

beforeEach(() => {
  uploads.cancel()
  uploads.dismiss(dataset.id)
  line.sent = []
  kept.length = 0
})

describe('uploads', () => {
  it('send every file once, three at a time', async () => {
    add('1.jpg', '2.jpg', '3.jpg', '4.jpg', '5.jpg')
    expect(names()).toEqual(['1.jpg', '2.jpg', '3.jpg'])
    for (let index = 0; index < 5; index++) {
      line.sent[index]!.done()
      await settled()
    }
    expect(names()).toEqual(['1.jpg', '2.jpg', '3.jpg', '4.jpg', '5.jpg'])
    expect(uploads.totals).toMatchObject({ done: 5, open: 0 })
  })

  it('stop when paused and send again what was cut short', async () => {
    add('1.jpg', '2.jpg')
    uploads.pause()
    await settled()
    expect(line.sent.every((transfer) => transfer.request.signal.aborted)).toBe(true)
    expect(states()).toEqual(['waiting', 'waiting'])
    uploads.resume()
    expect(names()).toEqual(['1.jpg', '2.jpg', '1.jpg', '2.jpg'])
  })

  it('wait while the server is away and go on by themselves', async () => {
    add('1.jpg')
    line.sent[0]!.fail(new NetworkError())
    await settled()
    expect([uploads.queue.paused, ...states()]).toEqual(['connection', 'waiting'])
    uploads.resumeAfter('session')
    expect(line.sent).toHaveLength(1)
    uploads.resumeAfter('connection')
    expect(line.sent).toHaveLength(2)
  })

  it('stop for a full storage until a person resumes them', async () => {
    add('1.jpg', '2.jpg')
    line.sent[0]!.fail(refused(507, 'storage_full'))
    await settled()
    expect([uploads.queue.paused, ...states()]).toEqual(['storage', 'waiting', 'waiting'])
  })

  it('skip a name that is taken, or report it when asked to', async () => {
    add('1.jpg')
    line.sent[0]!.fail(refused(409, 'name_taken'))
    await settled()
    uploads.skipDuplicates = false
    add('1.jpg')
    line.sent[1]!.fail(refused(409, 'name_taken'))
    await settled()
    uploads.skipDuplicates = true
    expect(states()).toEqual(['duplicate', 'failed'])
  })

  it('count a file that had arrived when its upload was cut short', async () => {
    add('1.jpg')
    kept.push({ mediaName: '1.jpg', size: 1 })
    uploads.pause()
    uploads.resume()
    line.sent[1]!.fail(refused(409, 'name_taken'))
    await settled()
    expect(states()).toEqual(['done'])
  })

  it('report a refused file with the server’s words and go on with the next', async () => {
    add('1.jpg', '2.jpg', '3.jpg', '4.jpg')
    line.sent[0]!.fail(refused(422, 'unreadable_picture'))
    await settled()
    expect(uploads.queue.items[0]).toMatchObject({ state: 'failed', reason: 'unreadable_picture.' })
    expect(names()).toContain('4.jpg')
  })

  it('never send what is no picture', () => {
    uploads.add(dataset, [{ file: new File(['x'], 'a.txt', { type: 'text/plain' }), path: 'a.txt' }], 'file')
    expect([line.sent.length, ...states()]).toEqual([0, 'ignored'])
  })
})
