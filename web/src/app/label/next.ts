/** Finishing a task and going on with the next. */

import { listTasks, takeNextTask, type HandOut } from '../../api/tasks.ts'
import { navigation } from '../navigation.svelte.ts'
import { handOver, prepare } from './prepared.ts'

/** What came of asking for the next task. */
export type Next = 'opened' | 'same' | 'none'

/** Opens the project's next task, which may be the one that is open. Which one that is the server says alone. */
export async function openNext(projectId: string, current: string): Promise<Next> {
  return goTo(await takeNextTask(projectId), current)
}

/** Opens what the server gave. */
export async function goTo(given: HandOut, current: string): Promise<Next> {
  if (given.taskId === null) return 'none'
  if (given.taskId === current) return 'same'
  handOver(given)
  await navigation.go(`/label/${given.taskId}`, { replace: true })
  return 'opened'
}

/** Load what will probably come next; being wrong costs nothing but that. */
export async function prepareNext(projectId: string, current: string): Promise<void> {
  try {
    const { items } = await listTasks(projectId, { state: ['WAITING', 'WAITING_CHANGED'], limit: 2 })
    const next = items.find(({ id }) => id !== current)
    if (next) await prepare(next.id)
  } catch {
    // It is loaded when it is needed.
  }
}
