/** What of my difference a changed label configuration still has a place for. */

import { issuesOfAnswers } from '../core/answers.ts'
import {
  findClass,
  findGeometryClass,
  globalQuestions,
  questionsOf,
  type ClassId,
  type Configuration,
  type GeometryClass,
} from '../core/configuration.ts'
import type { Change, Difference } from '../core/difference.ts'
import type { Annotation, AnnotationId, Answer, Answers } from '../core/document.ts'

export interface Sifted {
  readonly sendable: Difference
  /** Whole annotations and answers as I made them, of which something had to go. */
  readonly aside: Difference
}

export function sift(mine: Difference, configuration: Configuration): Sifted {
  const [sendable, aside] = [emptied(), emptied()]
  for (const [id, [was, is]] of mine.annotations) {
    const fitting = is && fittedAnnotation(is, configuration)
    if (fitting !== is) aside.annotations.set(id, [was, is])
    if (is === undefined || fitting !== undefined) sendable.annotations.set(id, [was, fitting])
  }
  for (const [id, [was, is]] of mine.answers) {
    const fits = is === undefined || answerFits(id, is, configuration)
    ;(fits ? sendable : aside).answers.set(id, [was, is])
  }
  return { sendable, aside }
}

interface Emptied {
  readonly annotations: Map<AnnotationId, Change<Annotation>>
  readonly answers: Map<ClassId, Change<Answer>>
}

function emptied(): Emptied {
  return { annotations: new Map(), answers: new Map() }
}

export function annotationFits(annotation: Annotation, configuration: Configuration): boolean {
  return fittedAnnotation(annotation, configuration) === annotation
}

/** The annotation itself, without the answers that fit no more, or undefined when its class is gone. */
function fittedAnnotation(annotation: Annotation, configuration: Configuration): Annotation | undefined {
  const labelClass = findGeometryClass(configuration, annotation.classId)
  if (labelClass === undefined || labelClass.type !== annotation.geometry.kind) return undefined
  const answers = fittedAnswers(annotation.answers, labelClass, configuration)
  return answers === annotation.answers ? annotation : { ...annotation, answers }
}

function fittedAnswers(answers: Answers, labelClass: GeometryClass, configuration: Configuration): Answers {
  const issues = issuesOfAnswers(answers, questionsOf(labelClass), configuration)
  const strays = new Set<string>(issues.map(({ classId }) => classId))
  if (strays.size === 0) return answers
  return Object.fromEntries(Object.entries(answers).filter(([id]) => !strays.has(id)))
}

export function answerFits(id: ClassId, answer: Answer, configuration: Configuration): boolean {
  return (
    findClass(configuration, id) !== undefined &&
    issuesOfAnswers({ [id]: answer }, globalQuestions(configuration), configuration).length === 0
  )
}
