/** The list of annotations as flat rows of one height, so that 20,000 of them scroll. */

import {
  childrenOf,
  geometryClasses,
  parentClassOf,
  type Annotation,
  type AnnotationId,
  type ClassId,
  type Configuration,
  type Document,
  type GeometryClass,
} from '../../core/index.ts'
import { remembered } from '../../geometry/index.ts'

export type Row =
  | {
      readonly type: 'class'
      readonly labelClass: GeometryClass
      readonly count: number
      readonly open: boolean
    }
  | {
      readonly type: 'annotation'
      readonly annotation: Annotation
      readonly labelClass: GeometryClass
      /** Counted within its class, in the order of their making. */
      readonly number: number
      readonly depth: 0 | 1
    }

/** Roots by class in the order of the configuration, each followed by what is nested in it. */
export function rowsOf(
  document: Document,
  configuration: Configuration,
  closed: ReadonlySet<ClassId>,
): readonly Row[] {
  const byClass = grouped(document)
  const numbers = numbersOf(document)
  return rootClasses(configuration).flatMap((labelClass): Row[] => {
    const annotations = byClass.get(labelClass.id) ?? []
    if (annotations.length === 0) return []
    const open = !closed.has(labelClass.id)
    const head: Row = { type: 'class', labelClass, count: annotations.length, open }
    if (!open) return [head]
    return [head, ...annotations.flatMap((annotation) => family(annotation, labelClass, document, numbers))]
  })
}

function family(
  annotation: Annotation,
  labelClass: GeometryClass,
  document: Document,
  numbers: ReadonlyMap<AnnotationId, number>,
): Row[] {
  const row = (each: Annotation, ofClass: GeometryClass, depth: 0 | 1): Row => ({
    type: 'annotation',
    annotation: each,
    labelClass: ofClass,
    number: numbers.get(each.id) ?? 0,
    depth,
  })
  const classes = new Map(labelClass.children.map((child) => [child.id, child]))
  const nested = childrenOf(document, annotation.id).flatMap((child) => {
    const ofClass = classes.get(child.classId) as GeometryClass | undefined
    return ofClass === undefined ? [] : [row(child, ofClass, 1)]
  })
  return [row(annotation, labelClass, 0), ...nested]
}

const grouped = remembered((document: Document): ReadonlyMap<ClassId, readonly Annotation[]> => {
  const groups = new Map<ClassId, Annotation[]>()
  for (const annotation of document.annotations.values()) {
    const group = groups.get(annotation.classId)
    if (group === undefined) groups.set(annotation.classId, [annotation])
    else group.push(annotation)
  }
  for (const group of groups.values()) group.sort((a, b) => (a.id < b.id ? -1 : 1))
  return groups
})

/** The number of each annotation within its class, in the order of their making. */
export const numbersOf = remembered((document: Document): ReadonlyMap<AnnotationId, number> => {
  const numbers = new Map<AnnotationId, number>()
  for (const group of grouped(document).values()) group.forEach(({ id }, index) => numbers.set(id, index + 1))
  return numbers
})

export function rootClasses(configuration: Configuration): readonly GeometryClass[] {
  return geometryClasses(configuration).filter(({ id }) => parentClassOf(configuration, id) === null)
}

/** The annotation that comes `step` after (or before) the selected one, as the list shows them. */
export function stepFrom(
  rows: readonly Row[],
  selected: AnnotationId | null,
  step: 1 | -1,
): AnnotationId | null {
  const ids = rows.flatMap((row) => (row.type === 'annotation' ? [row.annotation.id] : []))
  if (ids.length === 0) return null
  const at = selected === null ? -1 : ids.indexOf(selected)
  if (at < 0) return ids[step > 0 ? 0 : ids.length - 1]!
  return ids[(at + step + ids.length) % ids.length]!
}

/** The rows that a list of this height shows, a few more on each side. */
export function windowOf(
  count: number,
  rowPx: number,
  scrollPx: number,
  heightPx: number,
): [from: number, to: number] {
  const from = Math.max(0, Math.floor(scrollPx / rowPx) - 6)
  return [from, Math.min(count, Math.ceil((scrollPx + heightPx) / rowPx) + 6)]
}
