/** What somebody copied, kept by the browser so that its other tabs can paste it; in memory where it keeps nothing. */

import { readCopies, type Copies } from '../../tools/copies.ts'

const DATABASE = 'labelwright-copies'
const STORE = 'copies'

const memory = new Map<string, Copies>()

export async function keepCopies(userId: string, copies: Copies): Promise<void> {
  memory.set(userId, copies)
  await inStore('readwrite', (store) => store.put(copies, userId)).catch(() => undefined)
}

/** What was copied last in any tab, null when nothing was. */
export async function keptCopies(userId: string): Promise<Copies | null> {
  const kept = await inStore('readonly', (store) => store.get(userId)).catch(() => undefined)
  return readCopies(kept) ?? memory.get(userId) ?? null
}

async function inStore(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const opening = indexedDB.open(DATABASE, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = (await answered(opening)) as IDBDatabase
  try {
    return await answered(ask(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

function answered(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('The browser keeps no copies.'))
  })
}
