// The labels of one task as immutable values. Edits make new documents (see `edits.ts`).

import { remembered, type Geometry } from '../geometry/index.ts'
import type { ClassId } from './configuration.ts'
import { SortedMap } from './sorted.ts'

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

/** The API's JSON is trusted: the server made it. */
export function readDocument({ annotations, answers }: DocumentJson): Document {
  return { annotations: SortedMap.of(annotations.map((annotation) => [annotation.id, annotation])), answers }
}

export function writeDocument(document: Document): DocumentJson {
  return { annotations: [...sortedOf(document.annotations).values()], answers: document.answers }
}

/** The same document with these annotations instead; undefined takes one away. */
export function withAnnotations(
  document: Document,
  changes: Iterable<readonly [AnnotationId, Annotation | undefined]>,
): Document {
  return { ...document, annotations: sortedOf(document.annotations).with(changes) }
}

type Annotations = SortedMap<AnnotationId, Annotation>

/** Annotations that this room made are sorted already. */
export const sortedOf: (annotations: Document['annotations']) => Annotations = remembered(
  (annotations: Document['annotations']) => SortedMap.of(annotations),
)

/** What `make` says about each chunk of annotations, made anew for changed chunks only. */
export function overChunks<Result>(
  make: (annotations: readonly Annotation[]) => Result,
): (document: Document) => readonly Result[] {
  const made = remembered((chunk: Annotations['chunks'][number]) =>
    make(chunk.map(([, annotation]) => annotation)),
  )
  return ({ annotations }) => sortedOf(annotations).chunks.map(made)
}

/** What is painted first comes first: by z, then by age. */
export function byPaint(a: Annotation, b: Annotation): number {
  return a.z - b.z || (a.id < b.id ? -1 : Number(a.id > b.id))
}

export const paintOrder: (document: Document) => readonly Annotation[] = remembered((document: Document) => {
  const byAge = [
    ...sortedOf(document.annotations)
      .chunks.flat()
      .map(([, annotation]) => annotation),
  ]
  return byAge.every(({ z }) => z === byAge[0]!.z) ? byAge : byAge.sort((a, b) => a.z - b.z)
})

const countsOfChunks = overChunks((annotations) => {
  const counts = new Map<ClassId, number>()
  for (const { classId } of annotations) counts.set(classId, (counts.get(classId) ?? 0) + 1)
  return counts
})

/** How many annotations each class has; a class without any has no entry. */
export const countsByClass: (document: Document) => ReadonlyMap<ClassId, number> = remembered(
  (document: Document) => {
    const sums = new Map<ClassId, number>()
    for (const [classId, count] of countsOfChunks(document).flatMap((counts) => [...counts])) {
      sums.set(classId, (sums.get(classId) ?? 0) + count)
    }
    return sums
  },
)

const depthsOfChunks = overChunks((annotations) => {
  const depths = annotations.map(({ z }) => z)
  return [Math.min(...depths), Math.max(...depths)] as const
})

/** Lowest and highest z in use, 0 and 0 when there is no annotation. */
export function depthRange(document: Document): readonly [lowest: number, highest: number] {
  const ranges = depthsOfChunks(document)
  return [
    Math.min(0, ...ranges.map(([lowest]) => lowest)),
    Math.max(0, ...ranges.map(([, highest]) => highest)),
  ]
}

const nestedOfChunks = overChunks((annotations) => annotations.filter(({ parentId }) => parentId !== null))

/** Every annotation that is nested in another. */
export function nestedAnnotations(document: Document): readonly Annotation[] {
  return nestedOfChunks(document).flat()
}

const childrenByParent = remembered((document: Document): ReadonlyMap<AnnotationId | null, Annotation[]> => {
  const children = new Map<AnnotationId | null, Annotation[]>()
  for (const annotation of nestedAnnotations(document)) {
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
