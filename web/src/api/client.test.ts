import { afterEach, describe, expect, it, vi } from 'vitest'
import { address, ApiError, get, listen, NetworkError, post, problem } from './client.ts'

const header = (values: Record<string, string>) => (name: string) => values[name] ?? null

afterEach(() => vi.unstubAllGlobals())

function answer(status: number, body: unknown): void {
  vi.stubGlobal(
    'fetch',
    async () => new Response(body === undefined ? null : JSON.stringify(body), { status }),
  )
}

describe('an address', () => {
  it('repeats the key of a list and leaves empty values out', () => {
    expect(address('/x', { state: ['A', 'B'], search: '', cursor: null, limit: 100 })).toBe(
      '/x?state=A&state=B&limit=100',
    )
  })

  it('encodes what people type', () => {
    expect(address('/x', { search: 'a&b é' })).toBe('/x?search=a%26b+%C3%A9')
  })
})

describe('a failed answer', () => {
  it('keeps code, detail, extras and the message of each field', () => {
    const body = {
      code: 'name_taken',
      detail: 'Taken.',
      errors: [{ pointer: '/name', code: 'x', message: 'No.' }],
      tasks: 3,
    }
    const error = problem(409, JSON.stringify(body), header({}))
    expect(error.code).toBe('name_taken')
    expect(error.message).toBe('Taken.')
    expect(error.issue('name')).toBe('No.')
    expect(error.extras.tasks).toBe(3)
  })

  it('says how long to wait', () => {
    expect(problem(429, '{}', header({ 'Retry-After': '30' })).retryAfterS).toBe(30)
  })

  it('stays readable when a proxy answers with a page', () => {
    expect(problem(502, '<html>', header({})).message).toContain('502')
  })
})

describe('a request', () => {
  it('returns the parsed answer', async () => {
    answer(200, { id: 1 })
    await expect(get('/x')).resolves.toEqual({ id: 1 })
  })

  it('tells once when nobody is signed in, and not for a wrong password', async () => {
    const signedOut = vi.fn()
    listen({ signedOut })
    answer(401, { code: 'wrong_credentials' })
    await expect(post('/x')).rejects.toBeInstanceOf(ApiError)
    expect(signedOut).not.toHaveBeenCalled()
    answer(401, { code: 'not_signed_in' })
    await expect(get('/x')).rejects.toBeInstanceOf(ApiError)
    expect(signedOut).toHaveBeenCalledOnce()
  })

  it('becomes a NetworkError when the server is away', async () => {
    const reached = vi.fn()
    listen({ reached })
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')))
    await expect(get('/x')).rejects.toBeInstanceOf(NetworkError)
    expect(reached).toHaveBeenCalledWith(false)
  })

  it('becomes a NetworkError when the server does not answer for longer than somebody waits', async () => {
    const hanging = (_: string, { signal }: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason as Error)),
      )
    vi.stubGlobal('fetch', hanging)
    await expect(post('/x', {}, 1)).rejects.toBeInstanceOf(NetworkError)
  })

  it('becomes a NetworkError when the connection breaks in the middle of the answer', async () => {
    const broken = new ReadableStream({
      start: (controller) => controller.error(new TypeError('terminated')),
    })
    vi.stubGlobal('fetch', async () => new Response(broken))
    await expect(get('/x')).rejects.toBeInstanceOf(NetworkError)
  })

  it('is refused when the page of another server comes as the answer', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>Sign in to the network</html>'))
    await expect(get('/x')).rejects.toMatchObject({ status: 502, code: 'not_our_server' })
  })
})
