import { takeNextTask } from '../../api/tasks.ts'
import { toasts } from '../../ui/toasts.svelte.ts'
import { report } from '../feedback.ts'
import { navigation } from '../navigation.svelte.ts'

/** Take the project's next task and open it. Returns false when there was none. */
export async function startLabelling(project: string): Promise<boolean> {
  try {
    const { taskId } = await takeNextTask(project)
    if (taskId) await navigation.go(`/label/${taskId}`)
    else toasts.show('info', 'No task is waiting in this project', { detail: 'Somebody was faster.' })
    return taskId !== null
  } catch (error) {
    report('No task could be opened', error)
    return false
  }
}
