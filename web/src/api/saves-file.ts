/**
 * A draft as a file in the native format, so that an import can bring the work in. What the format cannot say
 * (deletions, and what is nested in something unknown) stands beside it, under a key that imports pass over.
 */

import {
  findClass,
  isGeometryClass,
  isQuestion,
  type ClassId,
  type Configuration,
  type LabelClass,
} from '../core/configuration.ts'
import { composed, isEmpty, NO_DIFFERENCE, writeDifference, type Difference } from '../core/difference.ts'
import type { Annotation, Answer, Answers } from '../core/document.ts'
import { operations } from '../geometry/index.ts'
import type { Draft, Unreadable } from './saves-drafts.ts'

export interface TextFile {
  readonly name: string
  readonly text: string
}

type Json = Record<string, unknown>

export function draftFile(draft: Draft): TextFile {
  const work = composed(draft.sent?.difference ?? NO_DIFFERENCE, draft.waiting)
  const { aside } = draft
  const task = {
    internal_media_ID: draft.mediumId || null,
    external_media_ID: draft.title,
    // An import takes all of a file or nothing: what has no place now would keep out the rest.
    ...nativeOf(draft, isEmpty(work) ? aside : work),
    unsaved: { taskId: draft.taskId, ...writeDifference(work), aside: writeDifference(aside) },
  }
  return { name: `unsaved-labels-${baseName(draft.title)}.json`, text: JSON.stringify([task], null, 2) }
}

/** Whatever is in a record that is no draft. */
export function recordFile({ key, content }: Unreadable): TextFile {
  const plain = (_: string, value: unknown): unknown => (value instanceof Map ? [...value] : value)
  return { name: `unreadable-${key[0]}.json`, text: JSON.stringify({ key, content }, plain, 2) }
}

const baseName = (title: string): string => title.replace(/\.[^.]*$/, '')

function nativeOf({ configurations, parents }: Draft, work: Difference): Json {
  const made = [...work.annotations.values()].flatMap(([, is]) => is ?? [])
  const answers = writeDifference(work).answers.set
  const own = new Set(made.map(({ id }) => id))
  const all = [...made, ...parents.filter(({ id }) => !own.has(id))]
  const roots = configurations.flatMap(({ classes }) => classes)
  return {
    global_classifications: writtenAnswers(answers, roots),
    labels: writtenLabels(
      all.filter(({ parentId }) => parentId === null),
      all,
      configurations,
    ),
  }
}

function writtenLabels(
  annotations: readonly Annotation[],
  all: readonly Annotation[],
  configurations: readonly Configuration[],
): Json {
  const labels: Record<string, Json[]> = {}
  for (const annotation of annotations) {
    const labelClass = known(annotation.classId, configurations)
    if (labelClass === undefined || !isGeometryClass(labelClass)) continue
    const nested = all.filter(({ parentId }) => parentId === annotation.id)
    const written = {
      id: annotation.id,
      geometry: operations(annotation.geometry.kind).written(annotation.geometry),
      classifications: writtenAnswers(annotation.answers, labelClass.children),
      ...(annotation.comment !== null && { comment: annotation.comment }),
    }
    const inner = nested.length === 0 ? {} : { nested_geometries: writtenLabels(nested, all, configurations) }
    ;(labels[labelClass.key] ??= []).push({ ...written, ...inner })
  }
  return labels
}

function known(id: ClassId, configurations: readonly Configuration[]): LabelClass | undefined {
  return configurations.flatMap((configuration) => findClass(configuration, id) ?? [])[0]
}

/** First the answers, then what is nested under them; a nested answer stands even where its question has none. */
function writtenAnswers(answers: Answers, classes: readonly LabelClass[]): Json {
  const written: Json = {}
  for (const question of classes.filter(isQuestion)) {
    const nested = writtenAnswers(answers, question.children)
    const answer = answers[question.id]
    const hasNested = Object.keys(nested).length > 0
    if (answer === undefined && !hasNested) continue
    const inner = Object.entries(nested).map(([key, value]) => ({ [key]: value }))
    written[question.key] ??= [...given(answer ?? null), ...inner]
  }
  return written
}

function given(answer: Answer): readonly (string | null)[] {
  const values = [answer].flat()
  return values.length === 0 ? [null] : (values as readonly (string | null)[])
}
