/** Finishing a task and going on with the next. */

import { takeNextTask } from '../../api/tasks.ts'
import { navigation } from '../navigation.svelte.ts'

/** Opens the project's next task; false when there is none. */
export async function openNext(projectId: string): Promise<boolean> {
  const { taskId } = await takeNextTask(projectId)
  if (taskId === null) return false
  await navigation.go(`/label/${taskId}`, { replace: true })
  return true
}
