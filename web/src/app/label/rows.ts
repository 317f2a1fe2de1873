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
  const rows: Row[] = []
  for (const labelClass of rootClasses(configuration)) {
    const annotations = byClass.get(labelClass.id) ?? []
    if (annotations.length === 0) continue
    const open = !closed.has(labelClass.id)
    rows.push({ type: 'class', labelClass, count: annotations.length, open })
    if (open) addFamilies(rows, annotations, labelClass, document)
  }
  return rows
}

/** Every edit runs this over all annotations: one loop that makes nothing but rows. */
function addFamilies(
  rows: Row[],
  roots: readonly Annotation[],
  labelClass: GeometryClass,
  document: Document,
): void {
  const numbers = numbersOf(document)
  const classes = new Map(labelClass.children.map((child) => [child.id, child]))
  const add = (annotation: Annotation, ofClass: GeometryClass, depth: 0 | 1): void => {
    const number = numbers.get(annotation.id) ?? 0
    rows.push({ type: 'annotation', annotation, labelClass: ofClass, number, depth })
  }
  for (const root of roots) {
    add(root, labelClass, 0)
    if (classes.size === 0) continue
    for (const child of childrenOf(document, root.id)) {
      const ofClass = classes.get(child.classId) as GeometryClass | undefined
      if (ofClass !== undefined) add(child, ofClass, 1)
    }
  }
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
