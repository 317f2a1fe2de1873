// The label configuration as the editor needs it: classes by id, their parents, their questions.

import type { Kind } from '../geometry/index.ts'

export type ClassId = string & { readonly idOf: 'class' }

export type QuestionType = 'option' | 'checklist' | 'free_text'

export interface Option {
  readonly key: string
  readonly name: string
}

export interface LabelClass {
  readonly id: ClassId
  readonly key: string
  readonly name: string
  readonly type: Kind | QuestionType
  readonly color: string | null
  readonly shortcut: string | null
  readonly required: boolean
  readonly options: readonly Option[]
  readonly maxLength: number | null
  readonly children: readonly LabelClass[]
}

export interface GeometryClass extends LabelClass {
  readonly type: Kind
}

export interface Question extends LabelClass {
  readonly type: QuestionType
}

export interface Configuration {
  readonly id: string
  readonly projectId: string
  readonly revision: number
  readonly timestamp: number
  readonly classes: readonly LabelClass[]
}
