import type { Project } from '../../../api/types.ts'
import { totalTasks } from '../../tasks/states.ts'

export interface GuideStep {
  title: string
  text: string
  done: boolean
  href: string
  link: string
}

/** What an admin does before labelers can start, and which of it is done. */
export function guide(project: Project): GuideStep[] {
  const base = `/projects/${project.id}`
  const total = totalTasks(project.taskCounts)
  return [
    {
      title: 'Define the label configuration',
      text: 'Classes to draw and questions to answer.',
      done: project.hasConfiguration,
      href: `${base}/configuration`,
      link: 'Label configuration',
    },
    {
      title: 'Connect a dataset',
      text: 'Every medium of it becomes a task in the backlog.',
      done: project.datasets.length > 0,
      href: `${base}/settings`,
      link: 'Connect a dataset',
    },
    {
      title: 'Release tasks',
      text: 'Labelers are given released tasks only.',
      done: total > project.taskCounts.BACKLOG,
      href: `${base}/tasks`,
      link: 'Task list',
    },
    {
      title: 'Label and export',
      text: 'Finished tasks are in the exported file.',
      done: project.exportable,
      href: '/',
      link: 'Start labelling',
    },
  ]
}
