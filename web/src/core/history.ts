// Undo and redo as differences. `commit` is the only way in, so one commit is one undo step. What arrives from
// elsewhere comes through `receive` and is no step: undo leaves it alone.

import {
  applying,
  differenceBetween,
  inverted,
  isEmpty,
  NO_DIFFERENCE,
  type Change,
  type Difference,
} from './difference.ts'
import { childrenOf, sameAnswer, type Annotation, type AnnotationId, type Document } from './document.ts'
import type { Edit } from './edits.ts'

export interface Step {
  readonly name: string
  readonly difference: Difference
}

export interface History {
  readonly document: Document
  readonly done: readonly Step[]
  readonly undone: readonly Step[]
}

/** A history and what its document gained over the one before. */
export interface Turn {
  readonly history: History
  readonly difference: Difference
}

export function startHistory(document: Document): History {
  return { document, done: [], undone: [] }
}

/** An edit that changes nothing is no step. */
export function commit(history: History, name: string, edit: Edit): Turn {
  const document = edit(history.document)
  const difference = differenceBetween(history.document, document)
  if (isEmpty(difference)) return { history, difference }
  return { history: { document, done: [...history.done, { name, difference }], undone: [] }, difference }
}

export function receive(history: History, edit: Edit): Turn {
  const document = edit(history.document)
  const difference = differenceBetween(history.document, document)
  return { history: isEmpty(difference) ? history : { ...history, document }, difference }
}

/** Takes back the last step; what changed elsewhere since stays, and a step of which nothing is left is passed over. */
export function undo(history: History): Turn {
  const step = history.done.at(-1)
  if (step === undefined) return { history, difference: NO_DIFFERENCE }
  const done = history.done.slice(0, -1)
  const difference = applicable(history.document, inverted(step.difference))
  if (isEmpty(difference)) return undo({ ...history, done })
  const undone = [...history.undone, { name: step.name, difference: inverted(difference) }]
  return { history: { document: applying(difference)(history.document), done, undone }, difference }
}

export function redo(history: History): Turn {
  const step = history.undone.at(-1)
  if (step === undefined) return { history, difference: NO_DIFFERENCE }
  const undone = history.undone.slice(0, -1)
  const difference = applicable(history.document, step.difference)
  if (isEmpty(difference)) return redo({ ...history, undone })
  const done = [...history.done, { name: step.name, difference }]
  return { history: { document: applying(difference)(history.document), done, undone }, difference }
}

/** The part of a difference whose annotations are still what it starts from, and that leaves no child without parent. */
function applicable(document: Document, difference: Difference): Difference {
  const answers = new Map(
    [...difference.answers].filter(([id, [was]]) => sameAnswer(document.answers[id], was)),
  )
  let annotations = new Map(
    [...difference.annotations].filter(([id, [was]]) => document.annotations.get(id) === was),
  )
  for (;;) {
    const family = new Map(
      [...annotations].filter(([id, change]) => keepsFamily(document, annotations, id, change)),
    )
    if (family.size === annotations.size) return { annotations, answers }
    annotations = family
  }
}

type Changes = ReadonlyMap<AnnotationId, Change<Annotation>>

function keepsFamily(
  document: Document,
  changes: Changes,
  id: AnnotationId,
  [, is]: Change<Annotation>,
): boolean {
  if (is !== undefined) return is.parentId === null || after(document, changes, is.parentId) !== undefined
  return childrenOf(document, id).every((child) => after(document, changes, child.id)?.parentId !== id)
}

function after(document: Document, changes: Changes, id: AnnotationId): Annotation | undefined {
  const change = changes.get(id)
  return change === undefined ? document.annotations.get(id) : change[1]
}
