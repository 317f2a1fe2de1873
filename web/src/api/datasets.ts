import { get, patch, post, remove } from './client.ts'
import type { Dataset, LinkResult, Medium, MediumSource, MediumState, Page } from './types.ts'

const at = (id: string): string => `/api/datasets/${id}`

export interface DatasetFields {
  name: string
  shortDescription: string
}

export const listDatasets = (
  query: { search?: string; deleted?: boolean } = {},
): Promise<{ items: Dataset[] }> => get('/api/datasets', query)
export const getDataset = (id: string): Promise<Dataset> => get(at(id))
export const createDataset = (fields: DatasetFields & { owner?: string }): Promise<Dataset> =>
  post('/api/datasets', fields)
export const changeDataset = (id: string, fields: Partial<DatasetFields>): Promise<Dataset> =>
  patch(at(id), fields)
export const deleteDataset = (id: string): Promise<void> => remove(at(id))
export const restoreDataset = (id: string): Promise<Dataset> => post(`${at(id)}/restore`)

export interface MediaQuery {
  search?: string | undefined
  state?: MediumState | '' | undefined
  source?: MediumSource | '' | undefined
  cursor?: string | null | undefined
  limit?: number | undefined
}

export const listMedia = (dataset: string, query: MediaQuery): Promise<Page<Medium>> =>
  get(`${at(dataset)}/media`, { ...query })
export const uploadUrl = (dataset: string): string => `${at(dataset)}/media`
export const addLinks = (dataset: string, urls: string[]): Promise<{ results: LinkResult[] }> =>
  post(`${at(dataset)}/links`, { urls })

export const getMedium = (id: string): Promise<Medium> => get(`/api/media/${id}`)
export const deleteMedia = (ids: string[]): Promise<{ deleted: number }> => post('/api/media/delete', { ids })
export const retryMedium = (id: string): Promise<Medium> => post(`/api/media/${id}/retry`)
export const thumbnailUrl = (id: string, size = 256): string => `/api/media/${id}/thumbnail?size=${size}`
export const displayUrl = (id: string): string => `/api/media/${id}/display`
/** `place` is the tile's key, such as `0/3_4`. */
export const tileUrl = (id: string, place: string): string => `/api/media/${id}/tiles/${place}`
export const fileUrl = (id: string): string => `/api/media/${id}/file?download=1`
