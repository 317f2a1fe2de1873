// What changed between two documents: for each touched annotation and global answer what it was and what it is.
// The same value feeds history, repaint and autosave.

import type { ClassId } from './configuration.ts'
import {
  sameAnswer,
  sortedOf,
  withAnnotations,
  type Annotation,
  type AnnotationId,
  type Answer,
  type Answers,
  type Document,
} from './document.ts'
import type { Edit } from './edits.ts'
import { unshared } from './sorted.ts'

/** Undefined: not there. */
export type Change<Value> = readonly [was: Value | undefined, is: Value | undefined]

export interface Difference {
  readonly annotations: ReadonlyMap<AnnotationId, Change<Annotation>>
  readonly answers: ReadonlyMap<ClassId, Change<Answer>>
}

/** The labels of one save, as the API takes them. */
export interface DifferenceJson {
  readonly created: readonly Annotation[]
  readonly updated: readonly Annotation[]
  readonly deleted: readonly AnnotationId[]
  readonly answers: { readonly set: Answers; readonly removed: readonly ClassId[] }
}

export const NO_DIFFERENCE: Difference = { annotations: new Map(), answers: new Map() }

export function isEmpty(difference: Difference): boolean {
  return difference.annotations.size === 0 && difference.answers.size === 0
}

export function differenceBetween(was: Document, is: Document): Difference {
  return { annotations: changedAnnotations(was, is), answers: changedAnswers(was.answers, is.answers) }
}

function changedAnnotations(was: Document, is: Document): Difference['annotations'] {
  const [before, after] = unshared(sortedOf(was.annotations), sortedOf(is.annotations))
  const changes = new Map<AnnotationId, Change<Annotation>>()
  for (const [id, annotation] of after) {
    if (before.get(id) !== annotation) changes.set(id, [before.get(id), annotation])
  }
  for (const [id, annotation] of before) {
    if (!after.has(id)) changes.set(id, [annotation, undefined])
  }
  return changes
}

function changedAnswers(was: Answers, is: Answers): Difference['answers'] {
  if (was === is) return new Map()
  const ids = new Set([...Object.keys(was), ...Object.keys(is)] as ClassId[])
  const changes = Array.from(ids, (id): [ClassId, Change<Answer>] => [id, [was[id], is[id]]])
  return new Map(changes.filter(([, [before, after]]) => !sameAnswer(before, after)))
}

/** The edit that brings about what the difference says. */
export function applying(difference: Difference): Edit {
  return (document) => {
    const changes = Array.from(difference.annotations, ([id, [, is]]) => [id, is] as const)
    const next = changes.length === 0 ? document : withAnnotations(document, changes)
    return difference.answers.size === 0
      ? next
      : { ...next, answers: answersAfter(document.answers, difference) }
  }
}

function answersAfter(answers: Answers, difference: Difference): Answers {
  const kept = Object.entries(answers).filter(([id]) => !difference.answers.has(id as ClassId))
  const set = [...difference.answers].flatMap(([id, [, is]]) => (is === undefined ? [] : [[id, is] as const]))
  return Object.fromEntries([...kept, ...set])
}

export function inverted({ annotations, answers }: Difference): Difference {
  return { annotations: turned(annotations), answers: turned(answers) }
}

function turned<Id, Value>(changes: ReadonlyMap<Id, Change<Value>>): ReadonlyMap<Id, Change<Value>> {
  return new Map(Array.from(changes, ([id, [was, is]]) => [id, [is, was]]))
}

/** First `earlier`, then `later`, as one difference; what comes back to what it was drops out. */
export function composed(earlier: Difference, later: Difference): Difference {
  return {
    annotations: joined(earlier.annotations, later.annotations, (a, b) => a === b),
    answers: joined(earlier.answers, later.answers, sameAnswer),
  }
}

function joined<Id, Value>(
  earlier: ReadonlyMap<Id, Change<Value>>,
  later: ReadonlyMap<Id, Change<Value>>,
  same: (a: Value | undefined, b: Value | undefined) => boolean,
): ReadonlyMap<Id, Change<Value>> {
  const changes = new Map(earlier)
  for (const [id, [was, is]] of later) {
    const before = earlier.get(id)
    const first = before === undefined ? was : before[0]
    if (same(first, is)) changes.delete(id)
    else changes.set(id, [first, is])
  }
  return changes
}

export function writeDifference({ annotations, answers }: Difference): DifferenceJson {
  const touched = [...annotations]
  const answered = [...answers]
  return {
    created: touched.flatMap(([, [was, is]]) => (was === undefined && is !== undefined ? [is] : [])),
    updated: touched.flatMap(([, [was, is]]) => (was !== undefined && is !== undefined ? [is] : [])),
    deleted: touched.flatMap(([id, [, is]]) => (is === undefined ? [id] : [])),
    answers: {
      set: Object.fromEntries(answered.flatMap(([id, [, is]]) => (is === undefined ? [] : [[id, is]]))),
      removed: answered.flatMap(([id, [, is]]) => (is === undefined ? [id] : [])),
    },
  }
}
