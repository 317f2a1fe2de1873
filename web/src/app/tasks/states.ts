import { TASK_STATES, type Project, type TaskAction, type TaskState } from '../../api/types.ts'
import type { IconName } from '../../ui/icons.ts'

export interface StateWords {
  label: string
  meaning: string
  /** For a dot or a bar beside the words; never the only sign. */
  color: string
}

export const STATES: Record<TaskState, StateWords> = {
  BACKLOG: {
    label: 'Backlog',
    meaning: 'Not released yet. Nobody is given this task.',
    color: 'light-dark(#a3acb9, #667180)',
  },
  WAITING: {
    label: 'Waiting',
    meaning: 'Released. Any labeler may be given it.',
    color: 'light-dark(#3f7ee8, #5b94f5)',
  },
  IN_PROGRESS: {
    label: 'In progress',
    meaning: 'One labeler works on it; nobody else is given it.',
    color: 'light-dark(#e3a008, #e8b13a)',
  },
  WAITING_CHANGED: {
    label: 'Waiting again',
    meaning: 'To be worked on once more, with the labels it has. Any labeler may be given it.',
    color: 'light-dark(#e0702a, #ee8c4e)',
  },
  SKIPPED: {
    label: 'Skipped',
    meaning: 'A labeler found that it cannot be labelled.',
    color: 'light-dark(#9061d8, #a987e6)',
  },
  COMPLETED: {
    label: 'Completed',
    meaning: 'Labelled and checked for missing answers.',
    color: 'light-dark(#249b5f, #3dba7b)',
  },
  REVIEWED: {
    label: 'Reviewed',
    meaning: 'Completed and accepted by a reviewer.',
    color: 'light-dark(#0d7d74, #2fa79c)',
  },
  REVIEWED_SKIP: {
    label: 'Skip reviewed',
    meaning: 'Skipped, and a reviewer agreed.',
    color: 'light-dark(#6a4fa3, #8a72c2)',
  },
}

/** States that an export takes unless told otherwise. */
export const EXPORTED_STATES: readonly TaskState[] = ['COMPLETED', 'SKIPPED', 'REVIEWED']

export interface ActionWords {
  label: string
  hint: string
  icon: IconName
}

export const ACTIONS: Record<Exclude<TaskAction, 'complete'>, ActionWords> = {
  label: { label: 'Open in label mode', hint: 'Look at the labels or change them.', icon: 'pencil' },
  release: { label: 'Release', hint: 'From the backlog to waiting.', icon: 'release' },
  withdraw: { label: 'Withdraw', hint: 'Back to the backlog.', icon: 'withdraw' },
  reopen: { label: 'Put back to work', hint: 'To waiting again; the labels stay.', icon: 'restore' },
  reset_labeler: { label: 'Take from the labeler', hint: 'Anybody may be given it.', icon: 'user' },
  skip: { label: 'Skip', hint: 'It cannot be labelled.', icon: 'skip' },
}

export function totalTasks(counts: Project['taskCounts']): number {
  return TASK_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0)
}

export function doneTasks(counts: Project['taskCounts']): number {
  return counts.COMPLETED + counts.SKIPPED + counts.REVIEWED + counts.REVIEWED_SKIP
}

export function isTaskState(text: string): text is TaskState {
  return (TASK_STATES as readonly string[]).includes(text)
}
