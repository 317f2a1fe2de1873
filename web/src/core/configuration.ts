// The label configuration as the editor needs it: classes by id, their parents, their questions.

import { isKind, remembered, type Kind } from '../geometry/index.ts'

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
  /** Of a geometry class: what stands for it in files that have numbers. It stays for good. */
  readonly number?: number | null
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

export function isGeometryClass(labelClass: LabelClass): labelClass is GeometryClass {
  return isKind(labelClass.type)
}

export function isQuestion(labelClass: LabelClass): labelClass is Question {
  return !isKind(labelClass.type)
}

interface Place {
  readonly labelClass: LabelClass
  readonly parent: LabelClass | null
}

const placesById = remembered((configuration: Configuration): ReadonlyMap<ClassId, Place> => {
  const places = new Map<ClassId, Place>()
  const enter = (labelClass: LabelClass, parent: LabelClass | null): void => {
    places.set(labelClass.id, { labelClass, parent })
    for (const child of labelClass.children) enter(child, labelClass)
  }
  for (const root of configuration.classes) enter(root, null)
  return places
})

export function findClass(configuration: Configuration, id: ClassId): LabelClass | undefined {
  return placesById(configuration).get(id)?.labelClass
}

export function findGeometryClass(configuration: Configuration, id: ClassId): GeometryClass | undefined {
  const labelClass = findClass(configuration, id)
  return labelClass !== undefined && isGeometryClass(labelClass) ? labelClass : undefined
}

/** The class one level above, null for a root and for an unknown id. */
export function parentClassOf(configuration: Configuration, id: ClassId): LabelClass | null {
  return placesById(configuration).get(id)?.parent ?? null
}

/** Every geometry class, nested ones after their parent, in configuration order. */
export const geometryClasses: (configuration: Configuration) => readonly GeometryClass[] = remembered(
  (configuration: Configuration) =>
    [...placesById(configuration).values()].map((place) => place.labelClass).filter(isGeometryClass),
)

/** The questions an annotation of this class answers, nested ones after their parent. */
export const questionsOf: (labelClass: GeometryClass) => readonly Question[] = remembered(
  (labelClass: GeometryClass) => questionsAmong(labelClass.children),
)

/** The questions about the medium as a whole. */
export const globalQuestions: (configuration: Configuration) => readonly Question[] = remembered(
  (configuration: Configuration) => questionsAmong(configuration.classes),
)

function questionsAmong(classes: readonly LabelClass[]): readonly Question[] {
  return classes.filter(isQuestion).flatMap((question) => [question, ...questionsAmong(question.children)])
}

export function classWithShortcut(configuration: Configuration, shortcut: string): GeometryClass | undefined {
  return geometryClasses(configuration).find((labelClass) => labelClass.shortcut === shortcut)
}
