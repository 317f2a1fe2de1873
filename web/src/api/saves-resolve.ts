/** What a person decided where two changed the same: mine, theirs, or both beside one another. */

import { unitedAnswer } from '../core/answers.ts'
import { findClass, isQuestion, type ClassId, type Configuration } from '../core/configuration.ts'
import { composed, type Change, type Difference } from '../core/difference.ts'
import {
  childrenOf,
  sameAnswer,
  type Annotation,
  type AnnotationId,
  type Answer,
  type Document,
} from '../core/document.ts'
import { samePlace, type Conflict, type Rebased } from './saves-rebase.ts'

export type Side = 'mine' | 'theirs' | 'both'

/** The sides that can be chosen: both need two objects, or answers that can stand together. */
export function sidesOf(conflict: Conflict, configuration: Configuration): readonly Side[] {
  return canKeepBoth(conflict, configuration) ? ['mine', 'theirs', 'both'] : ['mine', 'theirs']
}

function canKeepBoth(conflict: Conflict, configuration: Configuration): boolean {
  if (conflict.of === 'answer')
    return united(conflict.id, conflict.mine, conflict.theirs, configuration) !== undefined
  const { mine, theirs } = conflict
  if (mine === undefined || theirs === undefined) return false
  return !samePlace(mine, theirs) || merged(mine, theirs, configuration) !== undefined
}

export interface Resolving {
  readonly theirs: Document
  /** The document with my work in it: a parent that they deleted comes back from there. */
  readonly shown: Document
  readonly configuration: Configuration
  newId(): string
}

/** What of mine is to be saved, with what was chosen for each conflict, as a difference from their document. */
export function resolved(rebased: Rebased, sides: readonly Side[], parts: Resolving): Difference {
  const chosen = rebased.conflicts.flatMap((conflict, index): Chosen[] => {
    const side = sides[index] ?? 'theirs'
    return side === 'theirs' ? [] : [{ conflict, isBoth: side === 'both' }]
  })
  const copies = copiesOf(chosen, parts)
  const annotations = new Map<AnnotationId, Change<Annotation>>()
  const answers = new Map<ClassId, Change<Answer>>()
  for (const { conflict, isBoth } of chosen) {
    if (conflict.of === 'answer')
      answers.set(conflict.id, [conflict.theirs, answerOf(conflict, isBoth, parts)])
    else if (conflict.mine === undefined) deleteFamily(conflict, rebased, annotations, parts)
    else annotations.set(...changeOf(conflict.mine, conflict, isBoth, copies, parts))
  }
  return keepingFamilies(composed(rebased.mine, { annotations, answers }), parts)
}

type OfAnnotation = Extract<Conflict, { of: 'annotation' }>
type OfAnswer = Extract<Conflict, { of: 'answer' }>
type Copies = ReadonlyMap<AnnotationId, AnnotationId>

interface Chosen {
  readonly conflict: Conflict
  readonly isBoth: boolean
}

/** The new ids of annotations that come to stand beside theirs. */
function copiesOf(chosen: readonly Chosen[], { newId }: Resolving): Copies {
  const copied = chosen.flatMap(({ conflict, isBoth }) => {
    if (conflict.of !== 'annotation' || !isBoth || !conflict.mine || !conflict.theirs) return []
    return samePlace(conflict.mine, conflict.theirs) ? [] : [conflict.id]
  })
  return new Map(copied.map((id) => [id, newId() as AnnotationId]))
}

function changeOf(
  mine: Annotation,
  { id, theirs }: OfAnnotation,
  isBoth: boolean,
  copies: Copies,
  { configuration }: Resolving,
): [AnnotationId, Change<Annotation>] {
  const parentId = (mine.parentId && copies.get(mine.parentId)) ?? mine.parentId
  const copy = copies.get(id)
  if (copy !== undefined) return [copy, [undefined, { ...mine, id: copy, parentId }]]
  const together = isBoth && theirs ? merged(mine, theirs, configuration) : undefined
  return [id, [theirs, together ?? mine]]
}

/** A deletion takes along what they put into what I deleted, unless something else was chosen for that. */
function deleteFamily(
  { id, theirs }: OfAnnotation,
  { mine, conflicts }: Rebased,
  annotations: Map<AnnotationId, Change<Annotation>>,
  parts: Resolving,
): void {
  annotations.set(id, [theirs, undefined])
  const decided = new Set(conflicts.map((conflict) => conflict.id as string))
  for (const child of childrenOf(parts.theirs, id)) {
    if (!decided.has(child.id) && !mine.annotations.has(child.id))
      annotations.set(child.id, [child, undefined])
  }
}

function answerOf(
  { id, mine, theirs }: OfAnswer,
  isBoth: boolean,
  { configuration }: Resolving,
): Answer | undefined {
  return isBoth ? (united(id, mine, theirs, configuration) ?? mine) : mine
}

/** One annotation that says what both said about it; undefined where they contradict one another. */
function merged(mine: Annotation, theirs: Annotation, configuration: Configuration): Annotation | undefined {
  if (mine.comment !== theirs.comment && mine.comment !== null && theirs.comment !== null) return undefined
  const answers: Record<string, Answer> = { ...theirs.answers }
  for (const [id, answer] of Object.entries(mine.answers) as [ClassId, Answer][]) {
    const isNew = !(id in theirs.answers) || sameAnswer(answer, theirs.answers[id])
    const together = isNew ? answer : united(id, answer, theirs.answers[id], configuration)
    if (together === undefined) return undefined
    answers[id] = together
  }
  return { ...theirs, answers, comment: mine.comment ?? theirs.comment }
}

function united(
  id: ClassId,
  mine: Answer | undefined,
  theirs: Answer | undefined,
  configuration: Configuration,
): Answer | undefined {
  if (mine === undefined || theirs === undefined) return undefined
  const question = findClass(configuration, id)
  return question !== undefined && isQuestion(question) ? unitedAnswer(question, mine, theirs) : undefined
}

/** Nobody stays without a parent: one that is missing comes back, one that has children again is not deleted. */
function keepingFamilies(difference: Difference, { theirs, shown }: Resolving): Difference {
  const annotations = new Map(difference.annotations)
  const after = (id: AnnotationId): Annotation | undefined => {
    const change = annotations.get(id)
    return change === undefined ? theirs.annotations.get(id) : change[1]
  }
  const bringBack = (id: AnnotationId): void => {
    const parent = shown.annotations.get(id) ?? difference.annotations.get(id)?.[0]
    if (theirs.annotations.has(id)) annotations.delete(id)
    else if (parent !== undefined) annotations.set(id, [undefined, parent])
  }
  for (const [, is] of difference.annotations.values()) {
    const parentId = is?.parentId ?? null
    if (parentId !== null && after(parentId) === undefined) bringBack(parentId)
  }
  for (const [id, [, is]] of difference.annotations) {
    const isNeeded = childrenOf(theirs, id).some((child) => after(child.id)?.parentId === id)
    if (is === undefined && isNeeded) annotations.delete(id)
  }
  return { annotations, answers: difference.answers }
}
