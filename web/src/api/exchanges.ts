/** Exports into archives, imports of files in any format, and the formats that there are. */

import type { LabelClass } from '../core/configuration.ts'
import { get, patch, post, put, remove } from './client.ts'
import type { ConfigurationEffects } from './types.ts'
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

export type Unit = 'tasks' | 'geometries' | 'answers' | 'comments' | 'ids'
export const UNITS: readonly Unit[] = ['tasks', 'geometries', 'answers', 'comments', 'ids']
/** What goes along with geometries; many projects have none. */
export const ALONG: readonly Unit[] = ['comments', 'ids']

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

/** What a program of others says of an archive that it was given to read. */
export interface Verdict {
  readonly judge: string
  readonly version: string
  readonly outcome: 'same' | 'differs' | 'unread' | 'unasked'
  /** A sentence for people. */
  readonly text: string
  readonly annotations: number
  readonly pictures: number
}

export interface ExportReport {
  readonly balance: Ledger
  readonly media: number
  readonly files: number
  /** The names of the first of these pictures, and how many there are; likewise below. */
  readonly missing: readonly string[]
  readonly missing_count?: number
  readonly turned?: readonly string[]
  readonly turned_count?: number
  readonly judged?: readonly Verdict[]
}

/** What long work has in common: whose it is, and how far. */
export interface Work {
  readonly id: string
  readonly state: string
  readonly step: string | null
  readonly done: number
  readonly total: number
  readonly error: string | null
  /** Whether what it would go on from is gone, and after how many days it went. */
  readonly removedAfterDays: number | null
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
  readonly conversions: 'allow' | 'refuse'
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
  readonly repeated: number
  readonly leftOut: number
  readonly refused: readonly Refusal[]
  readonly refusedCount: number
  readonly unchangedMedia: number
  /** How much of what the file says besides has no place; imports of former times have not counted it. */
  readonly notKept?: readonly { readonly name: string; readonly count: number }[]
  readonly fit: Fit
  readonly stored: number | null
  readonly kept: number | null
}

export interface ClassMapping {
  readonly classes: Readonly<Record<string, string>>
  readonly questions: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string>>
  readonly lossy: boolean
}

/** What the objects of one class and kind become; `how` is mapped, named, left_out, unknown or misplaced. */
export interface ClassFit {
  readonly name: string
  readonly parent: string | null
  readonly kind: string
  readonly count: number
  readonly how: string
  readonly classId: string | null
  readonly classType: string | null
  /** The class takes the boxes of such shapes alone, if the mapping allows that. */
  readonly onlyBoxes: boolean
}

/** What a question becomes, and its values: an option's key, '' for left out, null for nothing. */
export interface QuestionFit {
  readonly name: string
  readonly owner: string | null
  readonly how: string
  readonly questionId: string | null
  readonly values: Readonly<Record<string, string | null>>
  /** The file only says it besides: it may stay without a place here. */
  readonly aside?: boolean
}

export interface Fit {
  readonly classes: readonly ClassFit[]
  readonly questions: readonly QuestionFit[]
}

export interface SavedMapping {
  readonly id: string
  readonly name: string
  readonly mapping: ClassMapping
  readonly sources: readonly string[]
  readonly problems: readonly { readonly pointer: string; readonly message: string }[]
}

/** Where a new class comes from in the file; `path` are the keys that lead to it. */
export interface Origin {
  readonly path: string
  readonly name: string
  readonly parent: string | null
  readonly kinds: readonly string[]
  readonly isWhole: boolean
  /** The kinds that hold all of it, and those that only hold its boxes. */
  readonly becomes: readonly LabelClass['type'][]
  readonly lessens: readonly LabelClass['type'][]
}

/** A class as it will be saved: new ones have no id yet. */
export type DraftClass = Omit<LabelClass, 'id' | 'children'> & {
  readonly id: LabelClass['id'] | null
  readonly children: readonly DraftClass[]
}

export interface ProposedClasses {
  readonly revision: number
  readonly classes: readonly DraftClass[]
  readonly origins: readonly Origin[]
  readonly effects: ConfigurationEffects | null
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
    readonly media: number
    readonly objects: number
    readonly alternatives: readonly string[]
    readonly notes: readonly string[]
    readonly sideCar?: SideCarUse | null
  } | null
  readonly mappings?: readonly SavedMapping[]
  readonly undo?: { readonly possible: boolean; readonly reason: string | null }
}

export const WHATS = [
  'added',
  'changed',
  'removed',
  'unchanged',
  'refused',
  'unmatched',
  'ambiguous',
  'repeated',
  'not_kept',
] as const
export type What = (typeof WHATS)[number]

export interface ChangeLine {
  readonly what: What
  readonly unit: string
  readonly medium: string
  readonly task_id?: string
  readonly class_key?: string
  readonly annotation_id?: string
  readonly place?: Place
  readonly value?: string
  readonly code?: string
  readonly reason?: string
  readonly count?: number
}

export interface ChangePage {
  readonly items: readonly ChangeLine[]
  readonly total: number
}

const AT_WORK: readonly string[] = ['waiting', 'running', 'planning', 'applying', 'undoing']
export const isAtWork = ({ state }: Work): boolean => AT_WORK.includes(state)

export const listFormats = (): Promise<LabelFormat[]> => get('/api/formats')

export const listExports = (project: string): Promise<{ items: LabelExport[] }> =>
  get(`/api/projects/${project}/exports`)
export const createExport = (project: string, wanted: WantedExport): Promise<LabelExport> =>
  post(`/api/projects/${project}/exports`, wanted)
export const exportEventsUrl = (id: string): string => `/api/exports/${id}/events`
export const importEventsUrl = (id: string): string => `/api/imports/${id}/events`
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
export const listChanges = (
  id: string,
  query: { what: What | ''; search: string; start: number; limit: number },
): Promise<ChangePage> => get(`/api/imports/${id}/changes`, query)
export const changesFileUrl = (id: string): string => `/api/imports/${id}/changes/file`
export const readAs = (id: string, format: string): Promise<LabelImport> =>
  post(`/api/imports/${id}/format`, { format })
export const proposeClasses = (id: string): Promise<ProposedClasses> =>
  get(`/api/imports/${id}/configuration`)
export const makeClasses = (
  id: string,
  wanted: {
    classes: readonly DraftClass[]
    revision: number
    reopen: boolean | null
    mapping: ClassMapping
  },
): Promise<LabelImport> => post(`/api/imports/${id}/configuration`, wanted)
export const listMappings = (project: string): Promise<{ items: SavedMapping[] }> =>
  get(`/api/projects/${project}/mappings`)
export const saveMapping = (project: string, name: string, mapping: ClassMapping): Promise<SavedMapping> =>
  post(`/api/projects/${project}/mappings`, { name, mapping })
export const renameMapping = (id: string, name: string): Promise<SavedMapping> =>
  patch(`/api/mappings/${id}`, { name })
export const deleteMapping = (id: string): Promise<void> => remove(`/api/mappings/${id}`)
export const setImportOptions = (id: string, options: ImportOptions): Promise<LabelImport> =>
  put(`/api/imports/${id}/options`, options)
export const applyImport = (id: string): Promise<LabelImport> => post(`/api/imports/${id}/apply`)
export const cancelImport = (id: string): Promise<LabelImport> => post(`/api/imports/${id}/cancel`)
export const undoImport = (id: string): Promise<LabelImport> => post(`/api/imports/${id}/undo`)
export const deleteImport = (id: string): Promise<void> => remove(`/api/imports/${id}`)
