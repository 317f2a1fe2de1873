/** My unsaved difference and a document that others went on with: what still applies, and where we disagree. */

import type { ClassId } from '../core/configuration.ts'
import type { Change, Difference } from '../core/difference.ts'
import {
  childrenOf,
  sameAnswer,
  type Annotation,
  type AnnotationId,
  type Answer,
  type Document,
} from '../core/document.ts'

/** Both sides changed the same thing. Undefined: not there. */
export type Conflict =
  | {
      readonly of: 'annotation'
      readonly id: AnnotationId
      readonly mine: Annotation | undefined
      readonly theirs: Annotation | undefined
    }
  | {
      readonly of: 'answer'
      readonly id: ClassId
      readonly mine: Answer | undefined
      readonly theirs: Answer | undefined
    }

export interface Rebased {
  /** What of mine still has to be saved, as a difference from their document. */
  readonly mine: Difference
  readonly conflicts: readonly Conflict[]
}

/** Carry my difference over to their document. What they already have drops out, what only I touched stays. */
export function rebase(mine: Difference, theirs: Document): Rebased {
  const annotations = new Map<AnnotationId, Change<Annotation>>()
  const answers = new Map<ClassId, Change<Answer>>()
  const conflicts: Conflict[] = []
  for (const [id, [was, is]] of mine.annotations) {
    const now = theirs.annotations.get(id)
    if (sameContent(was, is) || sameContent(now, is)) continue
    if (sameContent(now, was) && keepsFamily(id, is, mine, theirs)) annotations.set(id, [now, is])
    else conflicts.push({ of: 'annotation', id, mine: is, theirs: now })
  }
  for (const [id, [was, is]] of mine.answers) {
    const now = theirs.answers[id]
    if (sameAnswer(now, is)) continue
    if (sameAnswer(now, was)) answers.set(id, [now, is])
    else conflicts.push({ of: 'answer', id, mine: is, theirs: now })
  }
  return { mine: { annotations, answers }, conflicts }
}

/** Whether what I made still has its parent, and what I deleted gained no child. */
function keepsFamily(
  id: AnnotationId,
  is: Annotation | undefined,
  mine: Difference,
  theirs: Document,
): boolean {
  if (is === undefined) return childrenOf(theirs, id).every((child) => leaves(child, id, mine))
  if (is.parentId === null) return true
  const [was, made] = mine.annotations.get(is.parentId) ?? []
  return theirs.annotations.has(is.parentId) || (was === undefined && made !== undefined)
}

function leaves(child: Annotation, parentId: AnnotationId, mine: Difference): boolean {
  const change = mine.annotations.get(child.id)
  return change !== undefined && change[1]?.parentId !== parentId
}

/** Their document with the annotation objects of `shown` wherever both say the same, so that undo knows them. */
export function reconciled(theirs: Document, shown: Document): Document {
  const annotations = Array.from(theirs.annotations, ([id, annotation]): [AnnotationId, Annotation] => {
    const known = shown.annotations.get(id)
    return [id, known !== undefined && sameContent(known, annotation) ? known : annotation]
  })
  return { annotations: new Map(annotations), answers: theirs.answers }
}

/** Equal but for where it came from, which is the server's to say. */
export function sameContent(a: Annotation | undefined, b: Annotation | undefined): boolean {
  if (a === b || a === undefined || b === undefined) return a === b
  return samePlace(a, b) && a.comment === b.comment && sameValue(a.answers, b.answers)
}

/** The same object in the picture, whatever is said about it. */
export function samePlace(a: Annotation, b: Annotation): boolean {
  return (
    a.classId === b.classId && a.parentId === b.parentId && a.z === b.z && sameValue(a.geometry, b.geometry)
  )
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every((key) => sameValue(left[key], right[key]))
}
