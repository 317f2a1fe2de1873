/** Work that a changed label configuration had no place for, and its way back once there is a place again. */

import {
  findClass,
  parentClassOf,
  type ClassId,
  type Configuration,
  type LabelClass,
} from '../core/configuration.ts'
import type { Change, Difference } from '../core/difference.ts'
import type { Annotation, AnnotationId, Answer, Answers, Document } from '../core/document.ts'
import { annotationFits, answerFits } from './saves-sift.ts'

/** More are not remembered: each is a whole configuration, kept with each edit. */
const MOST = 5

/** The configuration in use, and the earlier ones while something that they had a place for is put aside. */
export function remembering(
  configuration: Configuration,
  known: readonly Configuration[],
  hasAside: boolean,
): readonly Configuration[] {
  const earlier = known.filter(({ revision }) => revision !== configuration.revision)
  return [configuration, ...(hasAside ? earlier : [])].slice(0, MOST)
}

export interface Returned {
  /** A difference from the document that it was asked for. */
  readonly back: Difference
  readonly aside: Difference
}

/**
 * What fits again: its class is there, or another one of the same type at the same place under the same export key.
 * It only adds. What others have said meanwhile stays, and what fits in part stays aside.
 */
export function returned(
  aside: Difference,
  known: readonly Configuration[],
  configuration: Configuration,
  document: Document,
): Returned {
  const annotations = new Map<AnnotationId, Change<Annotation>>()
  const answers = new Map<ClassId, Change<Answer>>()
  const [leftAnnotations, leftAnswers] = [new Map(aside.annotations), new Map(aside.answers)]
  const translate = (id: ClassId): ClassId => counterpart(id, known, configuration) ?? id
  for (const [id, [, is]] of aside.annotations) {
    const now = document.annotations.get(id)
    const back = is && withAnswersOf(translatedAnnotation(is, translate), now)
    if (back === undefined || !annotationFits(back, configuration) || !hasParent(back, document, annotations))
      continue
    annotations.set(id, [now, back])
    leftAnnotations.delete(id)
  }
  for (const [id, [, is]] of aside.answers) {
    const classId = translate(id)
    if (is === undefined || !answerFits(classId, is, configuration)) continue
    if (document.answers[classId] === undefined) answers.set(classId, [undefined, is])
    leftAnswers.delete(id)
  }
  return {
    back: { annotations, answers },
    aside: { annotations: leftAnnotations, answers: leftAnswers },
  }
}

/** The annotation as it is there, with my answers to what nobody has answered since. */
function withAnswersOf(mine: Annotation, now: Annotation | undefined): Annotation {
  return now === undefined ? mine : { ...now, answers: { ...mine.answers, ...now.answers } }
}

function translatedAnnotation(annotation: Annotation, translate: (id: ClassId) => ClassId): Annotation {
  const answers = Object.entries(annotation.answers).map(([id, answer]) => [translate(id as ClassId), answer])
  return {
    ...annotation,
    classId: translate(annotation.classId),
    answers: Object.fromEntries(answers) as Answers,
  }
}

function hasParent(
  { parentId }: Annotation,
  document: Document,
  back: ReadonlyMap<AnnotationId, unknown>,
): boolean {
  return parentId === null || document.annotations.has(parentId) || back.has(parentId)
}

function counterpart(
  id: ClassId,
  known: readonly Configuration[],
  configuration: Configuration,
): ClassId | undefined {
  if (findClass(configuration, id) !== undefined) return id
  const before = known.find((each) => findClass(each, id) !== undefined)
  if (before === undefined) return undefined
  const path = pathOf(before, id)
  let siblings: readonly LabelClass[] = configuration.classes
  let found: LabelClass | undefined
  for (const { key, type } of path) {
    found = siblings.find((each) => each.key === key && each.type === type)
    if (found === undefined) return undefined
    siblings = found.children
  }
  return found?.id
}

function pathOf(configuration: Configuration, id: ClassId): readonly LabelClass[] {
  const path: LabelClass[] = []
  let at = findClass(configuration, id) ?? null
  while (at !== null) {
    path.unshift(at)
    at = parentClassOf(configuration, at.id)
  }
  return path
}
