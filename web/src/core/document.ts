// The labels of one task as immutable values. Edits make new documents (see `edits.ts`).

import type { Geometry } from '../geometry/index.ts'
import type { ClassId } from './configuration.ts'

export type AnnotationId = string & { readonly idOf: 'annotation' }

/** option: the option's key; checklist: keys in configuration order; free text: the text. Null: opened, not answered. */
export type Answer = string | null | readonly string[]

/** Every classification of one owner, nested ones too, by class id. Key present: answered or opened. */
export type Answers = Readonly<Record<string, Answer>>

export type Source = 'user' | 'import' | 'token' | 'model'

export interface Annotation {
  readonly id: AnnotationId
  readonly classId: ClassId
  readonly parentId: AnnotationId | null
  readonly geometry: Geometry
  readonly answers: Answers
  readonly z: number
  readonly comment: string | null
  readonly source: Source
  readonly createdBy: string | null
  readonly createdAt: number
  readonly changedBy: string | null
  readonly changedAt: number
}

export interface Document {
  readonly annotations: ReadonlyMap<AnnotationId, Annotation>
  /** Answers to the global classifications of the medium. */
  readonly answers: Answers
}

/** The document as the API carries it, annotations sorted by id. */
export interface DocumentJson {
  readonly annotations: readonly Annotation[]
  readonly answers: Answers
}
