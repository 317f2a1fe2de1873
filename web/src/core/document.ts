// The labels of one task as immutable values. Edits make new documents (see `edits.ts`).

import { remembered, type Geometry } from '../geometry/index.ts'
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

export const LIMIT_ANNOTATIONS = 20_000
export const LIMIT_COMMENT = 128
export const EMPTY_DOCUMENT: Document = { annotations: new Map(), answers: {} }

/** The API's JSON is trusted: the server made it. */
export function readDocument(json: DocumentJson): Document {
  return {
    annotations: new Map(json.annotations.map((annotation) => [annotation.id, annotation])),
    answers: json.answers,
  }
}

export function writeDocument(document: Document): DocumentJson {
  const annotations = [...document.annotations.values()].sort(byId)
  return { annotations, answers: document.answers }
}

/** The same document with these annotations instead; undefined takes one away. */
export function withAnnotations(
  document: Document,
  changes: Iterable<readonly [AnnotationId, Annotation | undefined]>,
): Document {
  const annotations = new Map(document.annotations)
  for (const [id, annotation] of changes) {
    if (annotation === undefined) annotations.delete(id)
    else annotations.set(id, annotation)
  }
  return { ...document, annotations }
}

/** What is painted first comes first: by z, then by age. */
export function byPaint(a: Annotation, b: Annotation): number {
  return a.z - b.z || byId(a, b)
}

function byId(a: Annotation, b: Annotation): number {
  return a.id < b.id ? -1 : Number(a.id > b.id)
}

export const paintOrder: (document: Document) => readonly Annotation[] = remembered((document: Document) =>
  [...document.annotations.values()].sort(byPaint),
)

/** How many annotations each class has; a class without any has no entry. */
export const countsByClass: (document: Document) => ReadonlyMap<ClassId, number> = remembered(
  (document: Document) => {
    const counts = new Map<ClassId, number>()
    for (const { classId } of document.annotations.values())
      counts.set(classId, (counts.get(classId) ?? 0) + 1)
    return counts
  },
)

/** Lowest and highest z in use, 0 and 0 when there is no annotation. */
export const depthRange: (document: Document) => readonly [lowest: number, highest: number] = remembered(
  (document: Document) => {
    let [lowest, highest] = [0, 0]
    for (const { z } of document.annotations.values()) {
      if (z < lowest) lowest = z
      if (z > highest) highest = z
    }
    return [lowest, highest] as const
  },
)

const childrenByParent = remembered((document: Document) => {
  const children = new Map<AnnotationId, Annotation[]>()
  for (const annotation of document.annotations.values()) {
    if (annotation.parentId === null) continue
    const siblings = children.get(annotation.parentId)
    if (siblings === undefined) children.set(annotation.parentId, [annotation])
    else siblings.push(annotation)
  }
  return children
})

export function childrenOf(document: Document, id: AnnotationId): readonly Annotation[] {
  return childrenByParent(document).get(id) ?? []
}

export function sameAnswer(a: Answer | undefined, b: Answer | undefined): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b
  return a.length === b.length && a.every((key, index) => key === b[index])
}
