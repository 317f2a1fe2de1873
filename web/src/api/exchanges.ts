/** Exports into archives, imports of files in any format, and the formats that there are. */

import { get, post, put, remove } from './client.ts'
import { upload } from './upload.ts'

export interface FormatSetting {
  readonly id: string
  readonly name: string
  readonly text: string
  readonly kind: 'choice' | 'number' | 'flag' | 'text'
  readonly default: string | number | boolean
  readonly choices: readonly (readonly [value: string, label: string])[]
  readonly least: number
  readonly most: number
}

export interface Support {
  readonly level: 'carries' | 'converts' | 'refuses'
  readonly how: string
}

export interface LabelFormat {
  readonly id: string
  readonly name: string
  readonly text: string
  readonly writes: boolean
  readonly reads: boolean
  readonly supports: Readonly<Record<string, Support>>
  readonly settings: readonly FormatSetting[]
}

export type Unit = 'tasks' | 'geometries' | 'answers'
export const UNITS: readonly Unit[] = ['tasks', 'geometries', 'answers']

export interface LedgerItem {
  readonly task_id: string
  readonly medium: string
  readonly annotation_id?: string
  readonly class_key?: string
}

export interface LedgerEntry {
  readonly bucket: 'exported' | 'filtered' | 'converted' | 'refused'
  readonly unit: Unit
  readonly count: number
  readonly reason?: string
  readonly measure?: 'iou' | 'pixels'
  readonly largest_loss?: number
  readonly mean_loss?: number
  readonly items?: readonly LedgerItem[]
}

export type Counts = Readonly<Record<Unit, number>>

export interface Ledger {
  readonly source: Counts
  readonly exported: Counts
  readonly filtered: Counts
  readonly converted: Counts
  readonly refused: Counts
  /** What of the converted and refused comes back through the side-car; empty without one. */
  readonly side_car?: Partial<Counts>
  readonly entries: readonly LedgerEntry[]
}

export interface ExportReport {
  readonly balance: Ledger
  readonly media: number
  readonly files: number
  readonly missing: readonly string[]
  readonly turned?: readonly string[]
}

/** What long work has in common: whose it is, and how far. */
export interface Work {
  readonly id: string
  readonly state: string
  readonly step: string | null
  readonly done: number
  readonly total: number
  readonly error: string | null
  readonly createdBy: string
  readonly createdAt: number
}

export interface LabelExport extends Work {
  readonly format: string
  readonly dryRun: boolean
  readonly fileName: string | null
  readonly size: number | null
  readonly sha256: string | null
  readonly downloadable: boolean
  readonly report?: ExportReport | null
}

export interface WantedExport {
  readonly format: string
  readonly settings: Readonly<Record<string, string>>
  readonly states: readonly string[]
  readonly classes: readonly string[]
  readonly empty: boolean
  readonly compact: boolean
  readonly sideCar: boolean
  readonly split: string
  readonly group: string
  readonly pictures: 'none' | 'pack' | 'links'
  readonly frame: 'displayed' | 'stored'
  readonly dryRun: boolean
}

export interface Place {
  readonly file: string
  readonly line?: number
  readonly pointer?: string
}

export interface Refusal {
  readonly place: Place
  readonly code: string
  readonly message: string
  readonly value?: string
}

export interface ImportSummary {
  readonly media: number
  readonly matched: number
  readonly unmatched: readonly string[]
  readonly unmatchedCount: number
  readonly ambiguous: readonly string[]
  readonly ambiguousCount: number
  readonly geometries: Readonly<Record<string, number>>
  readonly answers: Readonly<Record<string, number>>
  readonly leftOut: number
  readonly refused: readonly Refusal[]
  readonly refusedCount: number
  readonly unchangedMedia: number
  readonly kept: number | null
}

export interface FoundUse {
  readonly name: string
  readonly parent: string | null
  readonly kinds: readonly string[]
  readonly count: number
}

export interface ClassMapping {
  readonly classes: Readonly<Record<string, string>>
  readonly lossy: boolean
}

export type ImportMode = 'add' | 'merge_id' | 'merge_overlap' | 'replace'

export interface ImportOptions {
  readonly mode: ImportMode
  readonly outOfBounds: 'refuse' | 'keep' | 'clip'
  readonly mapping: ClassMapping
  readonly sideCar: boolean
}

/** What the side-car of a file does, in geometries. */
export interface SideCarUse {
  readonly same: number
  readonly changed: number
  readonly returned: number
  readonly deleted: number
  readonly lost: number
  readonly new: number
}

export interface LabelImport extends Work {
  readonly fileName: string
  readonly size: number
  readonly format: string | null
  readonly options: ImportOptions
  readonly summary: ImportSummary | null
  readonly survey?: {
    readonly classes: readonly FoundUse[]
    readonly media: number
    readonly objects: number
    readonly sideCar?: SideCarUse | null
  } | null
}

export interface ChangeLine {
  readonly what: 'added' | 'changed' | 'removed' | 'refused'
  readonly unit: string
  readonly medium: string
  readonly class_key?: string
  readonly place?: Place
  readonly value?: string
  readonly reason?: string
}

const AT_WORK: readonly string[] = ['waiting', 'running', 'planning', 'applying', 'undoing']
export const isAtWork = ({ state }: Work): boolean => AT_WORK.includes(state)

export const listFormats = (): Promise<LabelFormat[]> => get('/api/formats')

export const listExports = (project: string): Promise<{ items: LabelExport[] }> =>
  get(`/api/projects/${project}/exports`)
export const createExport = (project: string, wanted: WantedExport): Promise<LabelExport> =>
  post(`/api/projects/${project}/exports`, wanted)
export const getExport = (id: string): Promise<LabelExport> => get(`/api/exports/${id}`)
export const cancelExport = (id: string): Promise<LabelExport> => post(`/api/exports/${id}/cancel`)
export const resumeExport = (id: string): Promise<LabelExport> => post(`/api/exports/${id}/resume`)
export const deleteExport = (id: string): Promise<void> => remove(`/api/exports/${id}`)
export const exportFileUrl = (id: string): string => `/api/exports/${id}/file`
export const linkExport = (id: string): Promise<{ url: string; expiresAt: number }> =>
  post(`/api/exports/${id}/link`)

export const listImports = (project: string): Promise<{ items: LabelImport[] }> =>
  get(`/api/projects/${project}/imports`)
export const sendImport = (
  project: string,
  file: File,
  signal: AbortSignal,
  onprogress: (sentBytes: number) => void,
): Promise<LabelImport> =>
  upload({ path: `/api/projects/${project}/imports`, file, name: file.name, signal, onprogress })
export const getImport = (id: string): Promise<LabelImport> => get(`/api/imports/${id}`)
export const listChanges = (id: string, what: string, start: number): Promise<{ items: ChangeLine[] }> =>
  get(`/api/imports/${id}/changes`, { what, start, limit: 100 })
export const setImportOptions = (id: string, options: ImportOptions): Promise<LabelImport> =>
  put(`/api/imports/${id}/options`, options)
export const applyImport = (id: string): Promise<LabelImport> => post(`/api/imports/${id}/apply`)
export const cancelImport = (id: string): Promise<LabelImport> => post(`/api/imports/${id}/cancel`)
export const undoImport = (id: string): Promise<LabelImport> => post(`/api/imports/${id}/undo`)
export const deleteImport = (id: string): Promise<void> => remove(`/api/imports/${id}`)
