import { get, patch, post, put, remove, request } from './client.ts'
import type {
  ClassInput,
  Configuration,
  ConfigurationEffects,
  ExportSummary,
  ImportResult,
  Project,
  TaskState,
} from './types.ts'

const at = (id: string): string => `/api/projects/${id}`

export interface ProjectFields {
  name: string
  shortDescription: string
  description: string
}

export const listProjects = (
  query: { search?: string; deleted?: boolean } = {},
): Promise<{ items: Project[] }> => get('/api/projects', query)
export const getProject = (id: string): Promise<Project> => get(at(id))
export const createProject = (fields: ProjectFields & { owner?: string }): Promise<Project> =>
  post('/api/projects', fields)
export const changeProject = (id: string, fields: Partial<ProjectFields>): Promise<Project> =>
  patch(at(id), fields)
export const deleteProject = (id: string): Promise<void> => remove(at(id))
export const restoreProject = (id: string): Promise<Project> => post(`${at(id)}/restore`)

export const connectDataset = (project: string, dataset: string): Promise<{ tasksCreated: number }> =>
  put(`${at(project)}/datasets/${dataset}`)
export const disconnectDataset = (project: string, dataset: string, confirm: boolean): Promise<void> =>
  remove(`${at(project)}/datasets/${dataset}`, confirm ? { confirm } : {})

export const getConfiguration = (project: string): Promise<Configuration> =>
  get(`${at(project)}/configuration`)
export const getEffects = (project: string, classes: ClassInput[]): Promise<ConfigurationEffects> =>
  post(`${at(project)}/configuration/effects`, { classes })

export interface ConfigurationSave {
  revision: number
  classes: ClassInput[]
  confirm: boolean
  reopen: boolean | null
}

export const saveConfiguration = (project: string, save: ConfigurationSave): Promise<Configuration> =>
  put(`${at(project)}/configuration`, save)
export const importConfiguration = (project: string, file: Blob): Promise<Configuration> =>
  request('POST', `${at(project)}/configuration/file`, { file })
export const configurationFileUrl = (project: string): string => `${at(project)}/configuration/file`

export const getExportSummary = (project: string, status: readonly TaskState[]): Promise<ExportSummary> =>
  get(`${at(project)}/export/summary`, { status: status.map((state) => state.toLowerCase()) })
export const exportUrl = (project: string): string => `${at(project)}/export`
/** What to do with geometries that leave their picture. */
export type OutOfBounds = 'refuse' | 'keep' | 'clip'

export const importLabels = (project: string, file: Blob, outOfBounds: OutOfBounds): Promise<ImportResult> =>
  request('POST', `${at(project)}/import`, { file, query: { outOfBounds } })
