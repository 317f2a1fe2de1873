/**
 * Work that the server does not have yet, kept by the browser. One draft for each tab and task, so that tabs do
 * not write over one another; the draft of a tab that is gone is taken over by the next that opens the task.
 */

import type { Configuration } from '../core/configuration.ts'
import type { Difference } from '../core/difference.ts'
import type { Annotation } from '../core/document.ts'
import { readDraft } from './saves-parse.ts'
import { listSlips, putSlip, removeSlip } from './saves-slips.ts'

export interface Draft {
  readonly taskId: string
  readonly tabId: string
  readonly userId: string
  /** Name of the picture, for people. */
  readonly title: string
  readonly mediumId: string
  readonly project: { readonly id: string; readonly name: string }
  /** The revision that `sent` was made on, or `waiting` when nothing was sent. */
  readonly revision: number
  /** The one that it was made on, then the earlier ones that `aside` speaks of. */
  readonly configurations: readonly Configuration[]
  /** On its way to the server, perhaps there already. */
  readonly sent: Sent | null
  /** Made since. */
  readonly waiting: Difference
  /** What the label configuration has no place for any more: kept, and sent when there is a place again. */
  readonly aside: Difference
  /** What this work is nested in, in case that somebody deletes it. */
  readonly parents: readonly Annotation[]
  /** How many edits it holds. */
  readonly edits: number
  /** Why the server does not have it, for people; null while nothing stands in the way. */
  readonly reason: string | null
  readonly at: number
}

export interface Sent {
  readonly changeId: string
  readonly difference: Difference
}

/** A record that is no draft: written by another version, or damaged. */
export interface Unreadable {
  readonly key: DraftKey
  /** Undefined: not even the browser can read it. */
  readonly content: unknown
}

export type DraftKey = readonly [taskId: string, tabId: string]

export interface DraftStore {
  /** False: gone when the tab is closed. */
  readonly lasting: boolean
  list(userId: string): Promise<readonly Draft[]>
  /** Records of this person, or of nobody who can be told. */
  unreadable(userId: string): Promise<readonly Unreadable[]>
  /** Keep `draft` and forget those of the given tabs, both or neither. */
  put(draft: Draft, replaced?: readonly string[]): Promise<void>
  /** Keep `draft` before the page ends, which waits for nothing; false: it cannot. */
  putAtOnce(draft: Draft): boolean
  remove(taskId: string, tabId: string): Promise<void>
}

const DATABASE = 'labelwright'
const STORE = 'drafts'
const OPENING_MS = 5000

/** The browser's own database, or memory where it is refused (private windows, damaged profiles). */
export async function openDrafts(): Promise<DraftStore> {
  try {
    return indexedDrafts(await opened())
  } catch {
    return memoryDrafts()
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ['taskId', 'tabId'] })
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB cannot be opened'))
    request.onblocked = () => reject(new Error('IndexedDB is blocked by another tab'))
    setTimeout(() => reject(new Error('IndexedDB does not answer')), OPENING_MS)
  })
}

function indexedDrafts(first: IDBDatabase): DraftStore {
  const connection = reopening(first)
  const records = async (): Promise<readonly Unreadable[]> => {
    const store = async (): Promise<IDBObjectStore> =>
      (await connection()).transaction(STORE).objectStore(STORE)
    const keys = (await result((await store()).getAllKeys())) as unknown as readonly DraftKey[]
    // One by one: a damaged record does not hide the others.
    const stored = keys.map(async (key) => ({ key, content: await readable(store, key) }))
    return withSlips(await Promise.all(stored), listSlips())
  }
  return {
    lasting: true,
    list: async (userId) => draftsAmong(await records(), userId),
    unreadable: async (userId) => unreadableAmong(await records(), userId),
    put: async (draft, replaced = []) => {
      const { taskId } = draft
      await written(await connection(), (store) => {
        store.put(draft)
        for (const tabId of replaced) store.delete([taskId, tabId])
      })
      for (const tabId of [draft.tabId, ...replaced]) removeSlip(taskId, tabId)
    },
    putAtOnce: putSlip,
    remove: async (taskId, tabId) => {
      await written(await connection(), (store) => store.delete([taskId, tabId]))
      removeSlip(taskId, tabId)
    },
  }
}

/** The browser may close a database that is in use, such as when its data are cleared: then it is opened anew. */
function reopening(first: IDBDatabase): () => Promise<IDBDatabase> {
  let current: IDBDatabase | null = null
  const take = (database: IDBDatabase): IDBDatabase => {
    database.onclose = () => (current = null)
    database.onversionchange = () => {
      database.close()
      current = null
    }
    return (current = database)
  }
  take(first)
  return async () => current ?? take(await opened())
}

/** Of two records of one tab the newer counts. */
function withSlips(stored: readonly Unreadable[], slips: readonly Unreadable[]): readonly Unreadable[] {
  const byKey = new Map(stored.map((record) => [String(record.key), record]))
  for (const slip of slips) {
    const other = byKey.get(String(slip.key))
    if (other === undefined || atOf(slip) >= atOf(other)) byKey.set(String(slip.key), slip)
  }
  return [...byKey.values()]
}

const atOf = ({ content }: Unreadable): number => readDraft(content)?.at ?? -1

async function readable(store: () => Promise<IDBObjectStore>, key: DraftKey): Promise<unknown> {
  try {
    return await result((await store()).get(key as unknown as IDBValidKey))
  } catch {
    return undefined
  }
}

function draftsAmong(records: readonly Unreadable[], userId: string): readonly Draft[] {
  return records.flatMap(({ content }) => readDraft(content) ?? []).filter((draft) => draft.userId === userId)
}

function unreadableAmong(records: readonly Unreadable[], userId: string): readonly Unreadable[] {
  return records.filter(({ content }) => {
    const owner = (content as Partial<Draft> | undefined)?.userId
    return readDraft(content) === null && (typeof owner !== 'string' || owner === userId)
  })
}

function result<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB cannot be read'))
  })
}

/** Resolves when the change is on the disk, not merely in the browser's memory. */
function written(database: IDBDatabase, change: (store: IDBObjectStore) => void): Promise<void> {
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' })
  change(transaction.objectStore(STORE))
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB refused the draft'))
  })
}

export function memoryDrafts(): DraftStore {
  const kept = new Map<string, Unreadable>()
  const name = (taskId: string, tabId: string): string => `${taskId} ${tabId}`
  return {
    lasting: false,
    list: async (userId) => draftsAmong([...kept.values()], userId),
    unreadable: async (userId) => unreadableAmong([...kept.values()], userId),
    put: async (draft, replaced = []) => {
      const { taskId, tabId } = draft
      kept.set(name(taskId, tabId), { key: [taskId, tabId], content: draft })
      for (const other of replaced) kept.delete(name(taskId, other))
    },
    putAtOnce: () => false,
    remove: async (taskId, tabId) => void kept.delete(name(taskId, tabId)),
  }
}
