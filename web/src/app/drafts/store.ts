/** The drafts of this browser, and the server that they are sent to. */

import { getTask, saveLabels } from '../../api/labels.ts'
import { openDrafts, type DraftStore } from '../../api/saves-drafts.ts'
import { sendLeftovers, type Left } from '../../api/saves-leftovers.ts'
import type { Tabs } from '../../api/saves-tabs.ts'
import type { SaveServer } from '../../api/saves.ts'
import { idMaker } from '../../core/index.ts'

const TIMEOUT_MS = 30_000

export const newId = idMaker(
  () => Date.now(),
  (bytes) => crypto.getRandomValues(bytes),
)

let store: Promise<DraftStore> | undefined
export const drafts = (): Promise<DraftStore> => (store ??= openDrafts())

export function serverFor(taskId: string): SaveServer {
  return {
    load: () => getTask(taskId, AbortSignal.timeout(TIMEOUT_MS)),
    save: (body) => saveLabels(taskId, body, TIMEOUT_MS),
  }
}

let sending: Promise<unknown> = Promise.resolve()

/** One after the other, also where tabs do so at once: what two take over at once one of them would send in vain. */
async function inTurn<Result>(send: () => Promise<Result>): Promise<Result> {
  // Pages without encryption have no locks, and look after themselves alone.
  if ('locks' in navigator) return await navigator.locks.request('labelwright.kept', send)
  const mine = sending.then(send)
  sending = mine.catch(() => undefined)
  return mine
}

/** Send what this browser keeps of other tasks than `except`; the answer is what stays. */
export function sendKept(
  userId: string,
  tabs: Pick<Tabs, 'isAlive'>,
  except: string | null,
): Promise<readonly Left[]> {
  return inTurn(() => sendNow(userId, tabs, except))
}

async function sendNow(
  userId: string,
  tabs: Pick<Tabs, 'isAlive'>,
  except: string | null,
): Promise<readonly Left[]> {
  return sendLeftovers({
    drafts: await drafts(),
    userId,
    except,
    nowMs: () => Date.now(),
    isAlive: (tabId) => tabs.isAlive(tabId),
    newId,
    serverFor,
  })
}
