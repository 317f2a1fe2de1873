import type { Dataset, Project } from '../../api/types.ts'
import { doneTasks, totalTasks } from '../tasks/states.ts'

export interface Step {
  title: string
  text: string
  done: boolean
  href: string
  action: string
}

/** The way from nothing to an exported file, and how far an organisation has come. */
export function gettingStarted(projects: readonly Project[], datasets: readonly Dataset[]): Step[] {
  const some = (holds: (project: Project) => boolean): Project | undefined => projects.find(holds)
  const first = projects[0]
  const at = (page: string): string => (first ? `/projects/${first.id}${page}` : '/projects')
  return [
    {
      title: 'Create a dataset and upload pictures',
      text: 'A dataset holds the media. Drop files or whole folders onto its page.',
      done: datasets.some((dataset) => dataset.mediaCount > 0),
      href: datasets[0] ? `/datasets/${datasets[0].id}` : '/datasets?create',
      action: datasets[0] ? 'Upload pictures' : 'Create a dataset',
    },
    {
      title: 'Create a project and connect the dataset',
      text: 'A project says what is labelled. Every medium of a connected dataset becomes a task.',
      done: some((project) => totalTasks(project.taskCounts) > 0) !== undefined,
      href: first ? at('/settings') : '/projects?create',
      action: first ? 'Connect the dataset' : 'Create a project',
    },
    {
      title: 'Define the label configuration',
      text: 'The classes to draw and the questions to answer, with colours and shortcuts.',
      done: some((project) => project.hasConfiguration) !== undefined,
      href: at('/configuration'),
      action: 'Define classes',
    },
    {
      title: 'Release tasks',
      text: 'Only released tasks are given to labelers.',
      done: some((project) => totalTasks(project.taskCounts) > project.taskCounts.BACKLOG) !== undefined,
      href: at('/tasks'),
      action: 'Release tasks',
    },
    {
      title: 'Label',
      text: 'Press “Start labelling” on this page. The next task loads by itself.',
      done: some((project) => doneTasks(project.taskCounts) > 0) !== undefined,
      href: '/',
      action: '',
    },
    {
      title: 'Export the labels',
      text: 'One file with everything that is finished, from the project’s home.',
      done: false,
      href: at(''),
      action: 'Go to the export',
    },
  ]
}
