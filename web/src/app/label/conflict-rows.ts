/** What two people said about the same thing, line by line, for the eye to compare. */

import type { Conflict } from '../../api/saves-rebase.ts'
import {
  findClass,
  findGeometryClass,
  questionsOf,
  sameAnswer,
  type Annotation,
  type Answer,
  type ClassId,
  type Configuration,
} from '../../core/index.ts'
import { boundsOf } from '../../geometry/index.ts'

export interface Line {
  readonly name: string
  readonly mine: string
  readonly theirs: string
  readonly differs: boolean
}

const NOT_ANSWERED = 'no answer'

const nameOf = (id: ClassId, configuration: Configuration): string =>
  findClass(configuration, id)?.name ?? 'A removed class'

/** The class and where it is, or the question about the picture. */
export function titleOf(conflict: Conflict, configuration: Configuration): string {
  if (conflict.of === 'answer') return nameOf(conflict.id, configuration)
  const annotation = conflict.mine ?? conflict.theirs!
  const { x, y, w, h } = boundsOf(annotation.geometry)
  return `${nameOf(annotation.classId, configuration)} at ${Math.round(x + w / 2)}, ${Math.round(y + h / 2)}`
}

export function linesOf(conflict: Conflict, configuration: Configuration): readonly Line[] {
  if (conflict.of === 'answer') {
    return [answerLine(conflict.id, conflict.mine, conflict.theirs, configuration)]
  }
  const { mine, theirs } = conflict
  if (mine === undefined || theirs === undefined) return []
  const lines = askedOf([mine, theirs], configuration).map((id) =>
    answerLine(id, mine.answers[id], theirs.answers[id], configuration),
  )
  const comment = line('Comment', mine.comment ?? 'no comment', theirs.comment ?? 'no comment')
  return mine.comment === null && theirs.comment === null ? lines : [...lines, comment]
}

/** Questions that either side has answered or opened, as the panel orders them, removed ones last. */
function askedOf(annotations: readonly Annotation[], configuration: Configuration): readonly ClassId[] {
  const labelClass = findGeometryClass(configuration, annotations[0]!.classId)
  const order = (labelClass === undefined ? [] : questionsOf(labelClass)).map(({ id }) => id)
  const answered = new Set(annotations.flatMap(({ answers }) => Object.keys(answers) as ClassId[]))
  return [...order.filter((id) => answered.has(id)), ...[...answered].filter((id) => !order.includes(id))]
}

function answerLine(
  id: ClassId,
  mine: Answer | undefined,
  theirs: Answer | undefined,
  configuration: Configuration,
): Line {
  const text = (answer: Answer | undefined): string => answerText(id, answer, configuration)
  return { ...line(nameOf(id, configuration), text(mine), text(theirs)), differs: !sameAnswer(mine, theirs) }
}

function line(name: string, mine: string, theirs: string): Line {
  return { name, mine, theirs, differs: mine !== theirs }
}

function answerText(id: ClassId, answer: Answer | undefined, configuration: Configuration): string {
  if (answer === undefined || answer === null || answer.length === 0) return NOT_ANSWERED
  const names = new Map(findClass(configuration, id)?.options.map((option) => [option.key, option.name]))
  return [answer]
    .flat()
    .map((key) => names.get(key) ?? key)
    .join(', ')
}

/** Whether everything that is shown was changed elsewhere by the same person. */
export function isMyOwn(conflicts: readonly Conflict[], userId: string | undefined): boolean {
  const known = conflicts.flatMap((conflict) =>
    conflict.of === 'annotation' && conflict.theirs ? [conflict.theirs.changedBy] : [],
  )
  return known.length > 0 && known.every((by) => by === userId)
}
