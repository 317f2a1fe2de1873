/** My unsaved difference and a document that others went on with: what still applies, and where we disagree. */

import type { ClassId } from '../core/configuration.ts'
import type { Change, Difference } from '../core/difference.ts'
import {
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
    if (sameContent(now, was) && hasParent(is, mine, theirs)) annotations.set(id, [now, is])
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

function hasParent(annotation: Annotation | undefined, mine: Difference, theirs: Document): boolean {
  const parent = annotation?.parentId ?? null
  if (parent === null) return true
  const [was, made] = mine.annotations.get(parent) ?? []
  return theirs.annotations.has(parent) || (was === undefined && made !== undefined)
}

/** The difference that puts my side of the conflicts over theirs; a parent they deleted comes back from `shown`. */
export function insisting(conflicts: readonly Conflict[], theirs: Document, shown: Document): Difference {
  const annotations = new Map<AnnotationId, Change<Annotation>>()
  const answers = new Map<ClassId, Change<Answer>>()
  for (const conflict of conflicts) {
    if (conflict.of === 'answer') {
      answers.set(conflict.id, [conflict.theirs, conflict.mine])
      continue
    }
    annotations.set(conflict.id, [conflict.theirs, conflict.mine])
    const parent = conflict.mine?.parentId
    const missing = parent && !theirs.annotations.has(parent) ? shown.annotations.get(parent) : undefined
    if (missing !== undefined && !annotations.has(missing.id))
      annotations.set(missing.id, [undefined, missing])
  }
  return { annotations, answers }
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
  return (
    a.classId === b.classId &&
    a.parentId === b.parentId &&
    a.z === b.z &&
    a.comment === b.comment &&
    sameValue(a.geometry, b.geometry) &&
    sameValue(a.answers, b.answers)
  )
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every((key) => sameValue(left[key], right[key]))
}
