/** What keeps a task from completion, in words that a click can follow. */

import type { ApiError } from '../../api/client.ts'
import {
  findClass,
  issuesOf,
  type AnnotationId,
  type ClassId,
  type Configuration,
  type Document,
  type Rules,
} from '../../core/index.ts'

export interface Obstacle {
  readonly annotationId: AnnotationId | null
  readonly classId: ClassId | null
  readonly message: string
  /** What it is about: the class of the annotation, or the picture. */
  readonly about: string
}

/** Required answers that are missing; the server asks for the same. */
export function obstaclesIn(document: Document, rules: Rules): readonly Obstacle[] {
  return issuesOf(document, rules)
    .filter(({ code }) => code === 'answer_missing')
    .map(({ annotationId, classId, message }) => ({
      annotationId,
      classId,
      message,
      about: aboutOf(annotationId, document, rules.configuration),
    }))
}

/** What the server found. */
export function obstaclesFrom(
  error: ApiError,
  document: Document,
  configuration: Configuration,
): readonly Obstacle[] {
  return (error.issues as readonly ServerIssue[]).map(({ annotationId = null, classId = null, message }) => ({
    annotationId,
    classId,
    message,
    about: aboutOf(annotationId, document, configuration),
  }))
}

interface ServerIssue {
  readonly message: string
  readonly annotationId?: AnnotationId | null
  readonly classId?: ClassId | null
}

function aboutOf(id: AnnotationId | null, { annotations }: Document, configuration: Configuration): string {
  const annotation = id === null ? undefined : annotations.get(id)
  if (annotation === undefined) return 'The picture'
  return findClass(configuration, annotation.classId)?.name ?? 'Annotation'
}
