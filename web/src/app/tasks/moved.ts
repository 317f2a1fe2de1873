import type { TaskMove } from '../../api/tasks.ts'
import { toasts } from '../../ui/toasts.svelte.ts'
import { count, counted } from '../format.ts'

/** Say how many tasks were released or withdrawn, and how many could not be. */
export function tellMoved(
  direction: TaskMove['direction'],
  result: { moved: number; unchanged: number },
): void {
  const verb = direction === 'WAITING' ? 'released' : 'withdrawn'
  const rest =
    direction === 'WAITING'
      ? 'were not in the backlog and stay as they are.'
      : 'are being worked on, finished, or in the backlog already, and stay as they are.'
  const detail = result.unchanged ? { detail: `${count(result.unchanged)} ${rest}` } : {}
  toasts.show(result.moved ? 'success' : 'info', `${counted(result.moved, 'task')} ${verb}`, detail)
}
