/**
 * Work that the server does not have yet, kept by the browser. One draft for each tab and task, so that tabs do
 * not write over one another; the draft of a tab that is gone is taken over by the next that opens the task.
 */

import type { Difference } from '../core/difference.ts'

export interface Draft {
  readonly taskId: string
  readonly tabId: string
  readonly userId: string
  /** Name of the picture, for people. */
  readonly title: string
  /** The revision that `sent` was made on, or `waiting` when nothing was sent. */
  readonly revision: number
  readonly configurationRevision: number
  /** On its way to the server, perhaps there already. */
  readonly sent: Sent | null
  /** Made since. */
  readonly waiting: Difference
  /** What the label configuration has no place for any more: kept to be downloaded, never sent. */
  readonly aside: Difference
  /** How many edits it holds. */
  readonly edits: number
  readonly at: number
}

export interface Sent {
  readonly changeId: string
  readonly difference: Difference
}

export interface DraftStore {
  /** False: gone when the tab is closed. */
  readonly lasting: boolean
  list(userId: string): Promise<readonly Draft[]>
  /** Keep `draft` and forget those of the given tabs, both or neither. */
  put(draft: Draft, replaced?: readonly string[]): Promise<void>
  remove(taskId: string, tabId: string): Promise<void>
}

const DATABASE = 'labelwright'
const STORE = 'drafts'

/** The browser's own database, or memory where it is refused (private windows, full disks). */
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
  })
}

function indexedDrafts(database: IDBDatabase): DraftStore {
  return {
    lasting: true,
    list: async (userId) => {
      const all = await result<Draft[]>(database.transaction(STORE).objectStore(STORE).getAll())
      return all.filter((draft) => draft.userId === userId)
    },
    put: (draft, replaced = []) =>
      written(database, (store) => {
        store.put(draft)
        for (const tabId of replaced) store.delete([draft.taskId, tabId])
      }),
    remove: (taskId, tabId) => written(database, (store) => store.delete([taskId, tabId])),
  }
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
  const drafts = new Map<string, Draft>()
  const key = (taskId: string, tabId: string): string => `${taskId} ${tabId}`
  return {
    lasting: false,
    list: async (userId) => [...drafts.values()].filter((draft) => draft.userId === userId),
    put: async (draft, replaced = []) => {
      drafts.set(key(draft.taskId, draft.tabId), draft)
      for (const tabId of replaced) drafts.delete(key(draft.taskId, tabId))
    },
    remove: async (taskId, tabId) => void drafts.delete(key(taskId, tabId)),
  }
}
