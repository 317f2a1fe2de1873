// Edits are functions from document to document. None knows about undo. An id that is not there is passed over:
// somebody else may have deleted it meanwhile.

import { translated, type Geometry } from '../geometry/index.ts'
import type { ClassId } from './configuration.ts'
import {
  childrenOf,
  sameAnswer,
  withAnnotations,
  type Annotation,
  type AnnotationId,
  type Answer,
  type Answers,
  type Document,
} from './document.ts'

export type Edit = (document: Document) => Document

export function inOrder(edits: readonly Edit[]): Edit {
  return (document) => edits.reduce((current, edit) => edit(current), document)
}

/** Each of these annotations changed by `change`. */
export function changing(ids: Iterable<AnnotationId>, change: (annotation: Annotation) => Annotation): Edit {
  return (document) => {
    const changes = [...ids].flatMap((id) => {
      const was = document.annotations.get(id)
      return was === undefined ? [] : [[id, change(was)] as const]
    })
    return changes.length === 0 ? document : withAnnotations(document, changes)
  }
}

export function adding(annotations: readonly Annotation[]): Edit {
  return (document) =>
    withAnnotations(
      document,
      annotations.map((annotation) => [annotation.id, annotation]),
    )
}

/** Nested annotations go with their parent. */
export function removing(ids: Iterable<AnnotationId>): Edit {
  return (document) => {
    const gone = [...ids].flatMap((id) => [id, ...childrenOf(document, id).map((child) => child.id)])
    const there = gone.filter((id) => document.annotations.has(id))
    return there.length === 0
      ? document
      : withAnnotations(
          document,
          there.map((id) => [id, undefined]),
        )
  }
}

export function settingGeometry(id: AnnotationId, geometry: Geometry): Edit {
  return changing([id], (annotation) => ({ ...annotation, geometry }))
}

export function translating(ids: Iterable<AnnotationId>, dx: number, dy: number): Edit {
  return changing(ids, (annotation) => ({ ...annotation, geometry: translated(annotation.geometry, dx, dy) }))
}

export function settingComment(id: AnnotationId, comment: string | null): Edit {
  return changing([id], (annotation) =>
    annotation.comment === comment ? annotation : { ...annotation, comment },
  )
}

export function settingZ(ids: Iterable<AnnotationId>, z: number): Edit {
  return changing(ids, (annotation) => (annotation.z === z ? annotation : { ...annotation, z }))
}

/** Answers a question of an annotation, or of the medium when `owner` is null. */
export function settingAnswer(owner: AnnotationId | null, question: ClassId, answer: Answer): Edit {
  return changingAnswers(owner, (answers) =>
    sameAnswer(answers[question], answer) ? answers : { ...answers, [question]: answer },
  )
}

/** As if the question had never been opened. */
export function clearingAnswer(owner: AnnotationId | null, question: ClassId): Edit {
  return changingAnswers(owner, (answers) => {
    if (!Object.hasOwn(answers, question)) return answers
    return Object.fromEntries(Object.entries(answers).filter(([id]) => id !== question))
  })
}

function changingAnswers(owner: AnnotationId | null, change: (answers: Answers) => Answers): Edit {
  if (owner === null) return (document) => withAnswers(document, change(document.answers))
  return changing([owner], (annotation) => withAnswers(annotation, change(annotation.answers)))
}

function withAnswers<Owner extends { readonly answers: Answers }>(owner: Owner, answers: Answers): Owner {
  return answers === owner.answers ? owner : { ...owner, answers }
}
