import type { Annotation, AnnotationId } from '../../core/index.ts'
import { navigation } from '../navigation.svelte.ts'

/** Choose the annotation that the address points at, once; lists of what was imported or gets lost lead here. */
export function choosePointed(annotations: readonly Annotation[], choose: (id: AnnotationId) => void): void {
  const wanted = navigation.url.searchParams.get('annotation')
  if (wanted === null) return
  const found = annotations.find(({ id }) => id === wanted)
  if (found) choose(found.id)
  navigation.query({ annotation: null })
}
