/** What shapes are called on the picture. */

import type { Name } from '../../canvas/names-layer.ts'
import {
  answerText,
  findGeometryClass,
  isAnswered,
  questionsOf,
  type Annotation,
  type Configuration,
} from '../../core/index.ts'
import { colorOf } from './colors.ts'
import type { Naming } from './look.svelte.ts'

/** Null when shapes have no names. */
export function namer(
  configuration: Configuration,
  naming: Naming,
): ((annotation: Annotation) => Name) | null {
  if (naming === 'none') return null
  return (annotation) => ({
    text: textOf(annotation, configuration, naming),
    color: colorOf(configuration, annotation.classId),
  })
}

function textOf({ classId, answers }: Annotation, configuration: Configuration, naming: Naming): string {
  const labelClass = findGeometryClass(configuration, classId)
  if (labelClass === undefined) return ''
  if (naming === 'class') return labelClass.name
  const answered = questionsOf(labelClass).find(({ id }) => isAnswered(answers[id]))
  if (answered === undefined) return labelClass.name
  return `${labelClass.name}: ${answerText(answered, answers[answered.id] ?? null)}`
}
