/** The one way to the server: JSON in and out, problems as `ApiError`, lost connections as `NetworkError`. */

import { forgetEarly, takeEarly } from './early.ts'

export interface FieldIssue {
  /** JSON pointer into what was sent, such as `/classes/0/key`. */
  pointer: string
  code: string
  message: string
}

export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly issues: readonly FieldIssue[]
  readonly issueCount: number
  /** Everything else that the problem carries, such as `currentRevision`. */
  readonly extras: Readonly<Record<string, unknown>>
  readonly retryAfterS: number | null

  constructor(status: number, problem: Record<string, unknown>, retryAfterS: number | null = null) {
    super(text(problem.detail) ?? text(problem.title) ?? `The server answered with status ${status}.`)
    this.name = 'ApiError'
    this.status = status
    this.code = text(problem.code) ?? 'unknown'
    this.issues = Array.isArray(problem.errors) ? (problem.errors as FieldIssue[]) : []
    this.issueCount = typeof problem.errorCount === 'number' ? problem.errorCount : this.issues.length
    this.extras = problem
    this.retryAfterS = retryAfterS
  }

  /** The message for one field, by the end of its pointer: `name` finds `/name`. */
  issue(field: string): string | undefined {
    return this.issues.find((issue) => issue.pointer === `/${field}`)?.message
  }
}

export class NetworkError extends Error {
  constructor() {
    super('The server cannot be reached. Check the connection and try again.')
    this.name = 'NetworkError'
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value ? value : null
}

export interface ClientEvents {
  /** A request was refused because nobody is signed in. */
  signedOut: () => void
  /** Called with every answer (true) and every lost connection (false). */
  reached: (online: boolean) => void
}

const listeners: Partial<ClientEvents> = {}

export function listen(events: Partial<ClientEvents>): void {
  Object.assign(listeners, events)
}

export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>

/** Build `path?query`; empty values are left out, lists repeat their key. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue
    const values = typeof value === 'object' ? value : [String(value)]
    for (const one of values) search.append(key, one)
  }
  const encoded = search.toString()
  return encoded ? `${path}?${encoded}` : path
}

export interface Options {
  query?: Query
  body?: unknown
  signal?: AbortSignal | undefined
  /** Sent as it is, instead of JSON. */
  file?: Blob
  keepalive?: boolean
}

/** Read a problem from a failed answer's text; a proxy's HTML page becomes a plain sentence. */
export function problem(status: number, body: string, header: (name: string) => string | null): ApiError {
  const after = Number(header('Retry-After'))
  return new ApiError(status, parsedProblem(status, body), Number.isFinite(after) && after > 0 ? after : null)
}

function parsedProblem(status: number, body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch {
    return { title: `The server answered with status ${status} and no explanation.` }
  }
}

export function announce(error: ApiError | null): void {
  listeners.reached?.(true)
  if (error?.status === 401 && error.code === 'not_signed_in') listeners.signedOut?.()
}

export function announceLost(): void {
  listeners.reached?.(false)
}

function sent(options: Options): Pick<RequestInit, 'body' | 'headers'> {
  if (options.file) return { body: options.file, headers: { 'Content-Type': 'application/json' } }
  if (options.body === undefined) return {}
  return { body: JSON.stringify(options.body), headers: { 'Content-Type': 'application/json' } }
}

async function fetched(method: string, path: string, options: Options): Promise<Response> {
  const url = address(path, options.query)
  const request = (): Promise<Response> =>
    fetch(url, {
      method,
      credentials: 'same-origin',
      signal: options.signal ?? null,
      keepalive: options.keepalive ?? false,
      ...sent(options),
    })
  if (method === 'GET') return lostUnless(takeEarly(url) ?? request())
  forgetEarly()
  try {
    return await lostUnless(request())
  } finally {
    forgetEarly()
  }
}

/** Raises NetworkError where a connection breaks, before the answer or in the middle of it; AbortError as it is. */
async function lostUnless<Value>(arriving: Promise<Value>): Promise<Value> {
  try {
    return await arriving
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    announceLost()
    throw new NetworkError()
  }
}

/** Send one request and return its parsed answer. Raises ApiError, NetworkError, or AbortError. */
export async function request<Answer>(method: string, path: string, options: Options = {}): Promise<Answer> {
  const response = await fetched(method, path, options)
  const body = await lostUnless(response.text())
  if (!response.ok) {
    const error = problem(response.status, body, (name) => response.headers.get(name))
    announce(error)
    throw error
  }
  const answer = parsed<Answer>(body)
  announce(null)
  return answer
}

/** A network that signs people in answers with its own page where the server should. */
function parsed<Answer>(body: string): Answer {
  try {
    return (body ? JSON.parse(body) : undefined) as Answer
  } catch {
    const detail = 'Something between this computer and the server answered in its place. Check the network.'
    throw new ApiError(502, { code: 'not_our_server', detail })
  }
}

export const get = <Answer>(path: string, query?: Query, signal?: AbortSignal): Promise<Answer> =>
  request<Answer>('GET', path, { ...(query && { query }), signal })

/** Where somebody stands and waits, a server that does not answer within `patienceMs` counts as one that is lost. */
export const post = <Answer>(path: string, body?: unknown, patienceMs?: number): Promise<Answer> =>
  request<Answer>('POST', path, {
    body,
    signal: patienceMs === undefined ? undefined : AbortSignal.timeout(patienceMs),
  })

export const put = <Answer>(path: string, body?: unknown): Promise<Answer> =>
  request<Answer>('PUT', path, { body })

export const patch = <Answer>(path: string, body?: unknown): Promise<Answer> =>
  request<Answer>('PATCH', path, { body })

export const remove = (path: string, query?: Query): Promise<void> =>
  request<undefined>('DELETE', path, query ? { query } : {})
