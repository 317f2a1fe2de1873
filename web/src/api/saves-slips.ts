/**
 * Drafts of pages that ended before the browser's database had them. The database answers later, and a page that is
 * left does not wait; local storage writes at once, so that the last stroke is there too.
 */

import type { Draft, DraftKey, Unreadable } from './saves-drafts.ts'

const PREFIX = 'labelwright.slip.'

/** False: local storage is full or refused. */
export function putSlip(draft: Draft): boolean {
  try {
    localStorage.setItem(nameOf(draft.taskId, draft.tabId), JSON.stringify(plain(draft)))
    return true
  } catch {
    return false
  }
}

export function removeSlip(taskId: string, tabId: string): void {
  try {
    localStorage.removeItem(nameOf(taskId, tabId))
  } catch {
    // Nothing can be in a storage that is refused.
  }
}

export function listSlips(): readonly Unreadable[] {
  try {
    return Object.keys(localStorage).flatMap((name) => {
      const text = name.startsWith(PREFIX) ? localStorage.getItem(name) : null
      return text === null ? [] : [{ key: keyOf(name), content: read(text) }]
    })
  } catch {
    return []
  }
}

const nameOf = (taskId: string, tabId: string): string => `${PREFIX}${taskId} ${tabId}`

function keyOf(name: string): DraftKey {
  const [taskId = '', tabId = ''] = name.slice(PREFIX.length).split(' ')
  return [taskId, tabId]
}

/** Undefined: damaged. */
function read(text: string): unknown {
  try {
    return restored(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** As JSON can say it, which has neither maps nor a word for what is absent. */
function plain(value: unknown): unknown {
  if (value === undefined) return { $: 'absent' }
  if (value instanceof Map) return { $: 'map', entries: plain([...value]) }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
}

function restored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(restored)
  if (typeof value !== 'object' || value === null) return value
  const { $: kind, entries } = value as { $?: unknown; entries?: unknown }
  if (kind === 'absent') return undefined
  if (kind === 'map') return new Map(restored(entries) as [unknown, unknown][])
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, restored(each)]))
}
