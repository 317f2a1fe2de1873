/** Questions as the panel shows them, and the next one that has no answer. */

import {
  findGeometryClass,
  isAnswered,
  isQuestion,
  paintOrder,
  questionsOf,
  type AnnotationId,
  type Answers,
  type Configuration,
  type Document,
  type LabelClass,
  type Question,
} from '../../core/index.ts'

export interface Asked {
  readonly question: Question
  readonly depth: number
}

/** Nested questions follow their parent, one step deeper. */
export function askedAmong(classes: readonly LabelClass[], depth = 0): readonly Asked[] {
  return classes
    .filter(isQuestion)
    .flatMap((question) => [{ question, depth }, ...askedAmong(question.children, depth + 1)])
}

/** Marks one question of one owner in the page; null is the medium. */
export function questionMark(owner: AnnotationId | null, question: string): string {
  return `${owner ?? 'medium'} ${question}`
}

export interface Place {
  readonly owner: AnnotationId | null
  readonly question: Question
}

interface Context {
  readonly document: Document
  readonly configuration: Configuration
  readonly selection: ReadonlySet<AnnotationId>
}

/** What the labeler looks at comes first: the selection, then the medium, then everything required elsewhere. */
export function nextUnanswered({ document, configuration, selection }: Context): Place | null {
  const selected = [...selection].flatMap((id) => document.annotations.get(id) ?? [])
  const questionsOfClass = (id: LabelClass['id']): readonly Question[] => {
    const labelClass = findGeometryClass(configuration, id)
    return labelClass === undefined ? [] : questionsOf(labelClass)
  }
  for (const { id, classId, answers } of selected) {
    const question = firstOpen(questionsOfClass(classId), answers, false)
    if (question) return { owner: id, question }
  }
  const globals = askedAmong(configuration.classes).map(({ question }) => question)
  const question = firstOpen(globals, document.answers, false)
  if (question) return { owner: null, question }
  for (const { id, classId, answers } of paintOrder(document)) {
    const required = firstOpen(questionsOfClass(classId), answers, true)
    if (required) return { owner: id, question: required }
  }
  return null
}

function firstOpen(
  questions: readonly Question[],
  answers: Answers,
  onlyRequired: boolean,
): Question | undefined {
  const open = questions.filter(({ id }) => !isAnswered(answers[id]))
  return open.find(({ required }) => required) ?? (onlyRequired ? undefined : open[0])
}
