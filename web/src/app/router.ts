/** Addresses to pages, and nothing else: no DOM, no state. */

const PATTERNS = {
  '/': 'overview',
  '/sign-in': 'sign-in',
  '/setup': 'setup',
  '/account': 'account',
  '/projects': 'projects',
  '/projects/:project': 'project-home',
  '/projects/:project/tasks': 'project-tasks',
  '/projects/:project/grid': 'project-grid',
  '/projects/:project/configuration': 'project-configuration',
  '/projects/:project/files': 'project-files',
  '/projects/:project/settings': 'project-settings',
  '/datasets': 'datasets',
  '/datasets/:dataset': 'dataset-media',
  '/datasets/:dataset/settings': 'dataset-settings',
  '/drafts': 'drafts',
  '/tokens': 'tokens',
  '/members': 'members',
  '/label/:task': 'label',
} as const

export type PageName = (typeof PATTERNS)[keyof typeof PATTERNS] | 'not-found'

export interface Route {
  page: PageName
  params: Readonly<Record<string, string>>
}

function matched(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index]!
    if (part.startsWith(':') && value) params[part.slice(1)] = decoded(value)
    else if (part !== value) return null
  }
  return params
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Find the page of a path; a slash at the end makes no difference. */
export function routeOf(path: string): Route {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, '') || '/' : path
  for (const [pattern, page] of Object.entries(PATTERNS)) {
    const params = matched(pattern, trimmed)
    if (params) return { page, params }
  }
  return { page: 'not-found', params: {} }
}

const SERVER = /^\/(api|schema|health|assets)(\/|$)/

/** Whether the application, not the server, answers an address of this origin. */
export function isOurs(url: URL, origin: string): boolean {
  return url.origin === origin && !SERVER.test(url.pathname)
}

/** A path and query to come back to after signing in; anything that leaves the application becomes `/`. */
export function safeNext(next: string | null, origin: string): string {
  if (!next?.startsWith('/')) return '/'
  const url = URL.canParse(next, origin) ? new URL(next, origin) : null
  return url && isOurs(url, origin) ? url.pathname + url.search : '/'
}

/** `search` with some values changed; empty values leave. */
export function withQuery(
  search: string,
  changes: Record<string, string | readonly string[] | null>,
): string {
  const query = new URLSearchParams(search)
  for (const [key, value] of Object.entries(changes)) {
    query.delete(key)
    const values = value === null || value === '' ? [] : typeof value === 'string' ? [value] : value
    for (const one of values) query.append(key, one)
  }
  const text = query.toString()
  return text ? `?${text}` : ''
}
