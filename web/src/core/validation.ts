// The rules between labels and configuration. The server holds the same rules; `schema/vectors` keeps both equal.
// What is stored breaks none of them; only `answer_missing` may stand until the task is to be completed.

import {
  meetingsOf,
  operations,
  remembered,
  type IssueCode as GeometryIssueCode,
  type Size,
} from '../geometry/index.ts'
import { issuesOfAnswers, missingAnswers, type AnswerIssueCode } from './answers.ts'
import {
  findGeometryClass,
  globalQuestions,
  parentClassOf,
  questionsOf,
  type ClassId,
  type Configuration,
  type GeometryClass,
  type LabelClass,
} from './configuration.ts'
import {
  nestedAnnotations,
  overChunks,
  LIMIT_ANNOTATIONS,
  LIMIT_COMMENT,
  type Annotation,
  type AnnotationId,
  type Document,
} from './document.ts'

/** What the labels are measured against. Without a picture places are not checked. */
export interface Rules {
  readonly configuration: Configuration
  readonly picture: Size | null
}

export type IssueCode =
  | GeometryIssueCode
  | AnswerIssueCode
  | 'unknown_class'
  | 'wrong_geometry'
  | 'outside_picture'
  | 'too_long'
  | 'too_many_annotations'

export interface Issue {
  readonly code: IssueCode
  /** Null: about the medium as a whole. */
  readonly annotationId: AnnotationId | null
  /** The question or the class it is about, null for a comment and for the document as a whole. */
  readonly classId: ClassId | null
  readonly message: string
}

/** All issues, those of the medium first. */
export function issuesOf(document: Document, rules: Rules): readonly Issue[] {
  return [
    ...tooManyIssues(document),
    ...issuesOfMedium(document, rules.configuration),
    ...issuesOfChunks(rules)(document).flat(),
    ...nestedAnnotations(document).flatMap((annotation) =>
      familyIssues(annotation, document, rules.configuration),
    ),
  ]
}

const issuesOfChunks = remembered((rules: Rules) =>
  overChunks((annotations) => annotations.flatMap((annotation) => issuesOfAnnotation(annotation, rules))),
)

function tooManyIssues(document: Document): readonly Issue[] {
  if (document.annotations.size <= LIMIT_ANNOTATIONS) return []
  const message = `A medium holds at most ${LIMIT_ANNOTATIONS} annotations; this one has ${document.annotations.size}.`
  return [{ code: 'too_many_annotations', annotationId: null, classId: null, message }]
}

function issuesOfMedium({ answers }: Document, configuration: Configuration): readonly Issue[] {
  const questions = globalQuestions(configuration)
  const findings = [
    ...issuesOfAnswers(answers, questions, configuration),
    ...missingAnswers(answers, questions),
  ]
  return findings.map((finding) => ({ ...finding, annotationId: null }))
}

/** What can be said of an annotation by itself, without its family. */
export function issuesOfAnnotation(annotation: Annotation, rules: Rules): readonly Issue[] {
  return findings(annotation, rules).map((finding) => ({ ...finding, annotationId: annotation.id }))
}

/** What is allowed and seldom meant. */
export function warningsOf({ geometry }: Annotation): readonly string[] {
  const meetings = meetingsOf(geometry)
  const [first] = meetings.toSorted((one, other) => Number(other.crosses) - Number(one.crosses))
  if (first === undefined) return []
  const at = first.at.map((value) => Math.round(value)).join(', ')
  const places = meetings.length === 1 ? `at ${at}` : `in several places, one of them ${at}`
  const does = first.crosses ? 'crosses' : 'touches'
  return [`The outline ${does} itself ${places}. Drag a point so that it does not.`]
}

type Finding = Omit<Issue, 'annotationId'>

function findings(annotation: Annotation, rules: Rules): readonly Finding[] {
  const { classId, answers } = annotation
  const labelClass = findGeometryClass(rules.configuration, classId)
  if (labelClass === undefined) {
    return [
      {
        code: 'unknown_class',
        classId,
        message: 'The class of this annotation is not in the label configuration.',
      },
    ]
  }
  const questions = questionsOf(labelClass)
  return [
    ...geometryFindings(annotation, labelClass, rules.picture),
    ...nestingFindings(annotation, rules.configuration),
    ...commentFindings(annotation),
    ...issuesOfAnswers(answers, questions, rules.configuration),
    ...missingAnswers(answers, questions),
  ]
}

const GEOMETRY_MESSAGES: Readonly<Record<GeometryIssueCode, string>> = {
  out_of_range: 'A coordinate is not a number between -10,000,000 and 10,000,000.',
  too_few_points: 'The geometry has too few points.',
  too_many_points: 'The geometry has too many points: at most 10,000 in a ring and 100,000 in all.',
  no_area: 'The geometry has no area: all its points lie on one line.',
  no_size: 'The geometry has no width or no height.',
}

export function messageOf(code: GeometryIssueCode): string {
  return GEOMETRY_MESSAGES[code]
}

function geometryFindings(
  { classId, geometry }: Annotation,
  labelClass: GeometryClass,
  picture: Size | null,
): readonly Finding[] {
  if (geometry.kind !== labelClass.type) {
    const message = `The class ${labelClass.name} is of type ${labelClass.type}, the geometry of kind ${geometry.kind}.`
    return [{ code: 'wrong_geometry', classId, message }]
  }
  const { issues, vertices } = operations(geometry.kind)
  const codes = issues(geometry)
  if (codes.length > 0) return codes.map((code) => ({ code, classId, message: messageOf(code) }))
  if (
    picture === null ||
    vertices(geometry).every(([x, y]) => isWithin(x, picture.w) && isWithin(y, picture.h))
  )
    return []
  return [
    {
      code: 'outside_picture',
      classId,
      message: `The geometry leaves the picture, which is ${picture.w} x ${picture.h} pixels.`,
    },
  ]
}

function isWithin(value: number, length: number): boolean {
  return value >= 0 && value <= length
}

function commentFindings({ comment }: Annotation): readonly Finding[] {
  const length = [...(comment ?? '')].length
  if (length <= LIMIT_COMMENT) return []
  return [
    {
      code: 'too_long',
      classId: null,
      message: `The comment has ${length} characters, at most ${LIMIT_COMMENT} are allowed.`,
    },
  ]
}

/** A root class stands alone; whether a nested one stands in the right parent, its family tells. */
function nestingFindings(
  { classId, parentId }: Annotation,
  configuration: Configuration,
): readonly Finding[] {
  const wanted = parentClassOf(configuration, classId)
  if ((wanted === null) === (parentId === null)) return []
  return [wrongParent(classId, wanted)]
}

function familyIssues(
  annotation: Annotation,
  document: Document,
  configuration: Configuration,
): readonly Issue[] {
  const { id, classId, parentId } = annotation
  const wanted = parentClassOf(configuration, classId)
  const parent = parentId === null ? undefined : document.annotations.get(parentId)
  if (wanted === null || parent?.classId === wanted.id) return []
  return [{ ...wrongParent(classId, wanted), annotationId: id }]
}

function wrongParent(classId: ClassId, wanted: LabelClass | null): Finding {
  const message =
    wanted === null
      ? 'This annotation stands alone and has no parent.'
      : `This annotation belongs inside one of the class ${wanted.name}.`
  return { code: 'wrong_parent', classId, message }
}
