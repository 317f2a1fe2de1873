/** What unsaved work is nested in: it comes back with the work when somebody deletes it. */

import type { Difference } from '../core/difference.ts'
import { withAnnotations, type Annotation, type AnnotationId, type Document } from '../core/document.ts'

/** The parents that these differences need and do not make themselves, as `find` knows them. */
export function parentsOf(
  work: readonly Difference[],
  find: (id: AnnotationId) => Annotation | undefined,
): readonly Annotation[] {
  const changes = work.flatMap(({ annotations }) => [...annotations.values()])
  const wanted = new Set(changes.flatMap(([, is]) => is?.parentId ?? []))
  return [...wanted].flatMap((id) => find(id) ?? [])
}

export function withParents(document: Document, parents: readonly Annotation[]): Document {
  const missing = parents.filter(({ id }) => !document.annotations.has(id))
  return withAnnotations(
    document,
    missing.map((parent) => [parent.id, parent]),
  )
}
