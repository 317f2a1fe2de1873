/** Finishing a task and going on with the next. */

import { takeNextTask } from '../../api/tasks.ts'
import { navigation } from '../navigation.svelte.ts'

/** What came of asking for the next task. */
export type Next = 'opened' | 'same' | 'none'

/** Opens the project's next task, which may be the one that is open. */
export async function openNext(projectId: string, current: string): Promise<Next> {
  const { taskId } = await takeNextTask(projectId)
  if (taskId === null) return 'none'
  if (taskId === current) return 'same'
  await navigation.go(`/label/${taskId}`, { replace: true })
  return 'opened'
}
