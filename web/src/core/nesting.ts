// A nested class is drawn inside an annotation of its parent class: the one that is selected.

import { parentClassOf, type GeometryClass } from './configuration.ts'
import type { Annotation, AnnotationId } from './document.ts'
import type { Scene } from './scene.ts'

type Context = Pick<Scene, 'document' | 'configuration' | 'selection'>

/** The parent of a new annotation of this class: null for a root class, undefined when no parent is selected. */
export function parentFor(labelClass: GeometryClass, scene: Context): AnnotationId | null | undefined {
  const wanted = parentClassOf(scene.configuration, labelClass.id)
  if (wanted === null) return null
  const selected = onlySelected(scene)
  if (selected === undefined) return undefined
  if (selected.classId === wanted.id) return selected.id
  // A sibling is selected, as after drawing it: the next one goes into the same parent.
  const parent = selected.parentId === null ? undefined : scene.document.annotations.get(selected.parentId)
  return parent?.classId === wanted.id ? parent.id : undefined
}

/** Why this class cannot be drawn now, null when it can. */
export function whyNotDrawn(labelClass: GeometryClass, scene: Context): string | null {
  if (parentFor(labelClass, scene) !== undefined) return null
  const wanted = parentClassOf(scene.configuration, labelClass.id)
  return `Select the ${wanted?.name ?? 'parent'} that the ${labelClass.name} belongs to first.`
}

/** The selected annotation when it is exactly one. */
export function onlySelected({
  document,
  selection,
}: Pick<Scene, 'document' | 'selection'>): Annotation | undefined {
  const [first, ...others] = selection
  return first === undefined || others.length > 0 ? undefined : document.annotations.get(first)
}

export function selectedAnnotations({
  document,
  selection,
}: Pick<Scene, 'document' | 'selection'>): readonly Annotation[] {
  return [...selection].flatMap((id) => document.annotations.get(id) ?? [])
}
