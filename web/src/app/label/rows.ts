/** The list of annotations as flat rows of one height, so that 20,000 of them scroll. */

import {
  childrenOf,
  geometryClasses,
  overChunks,
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

/** All rows of the list. They are made when they are asked for: every edit makes another list. */
export interface Rows {
  readonly length: number
  slice(from: number, to: number): readonly Row[]
  /** Where an annotation stands, -1 when no row shows it. */
  indexOf(id: AnnotationId): number
  /** The annotations of the rows, in their order. */
  annotations(): readonly Annotation[]
}

/** One class with what stands under it. */
interface Section {
  readonly labelClass: GeometryClass
  readonly count: number
  readonly open: boolean
  /** Each root followed by what is nested in it; nothing while the class is closed. */
  readonly members: readonly Annotation[]
  /** The row of the class. */
  readonly start: number
}

/** Roots by class in the order of the configuration, each followed by what is nested in it. */
export function rowsOf(document: Document, configuration: Configuration, closed: ReadonlySet<ClassId>): Rows {
  const sections: Section[] = []
  let length = 0
  for (const labelClass of rootClasses(configuration)) {
    const roots = grouped(document).get(labelClass.id) ?? []
    if (roots.length === 0) continue
    const open = !closed.has(labelClass.id)
    const members = open ? withNested(roots, labelClass, document) : []
    sections.push({ labelClass, count: roots.length, open, members, start: length })
    length += 1 + members.length
  }
  return {
    length,
    slice: (from, to) => sections.flatMap((section) => rowsIn(section, from, to, document)),
    indexOf: (id) => indexIn(sections, id),
    annotations: () => sections.flatMap(({ members }) => members),
  }
}

function withNested(
  roots: readonly Annotation[],
  { children }: GeometryClass,
  document: Document,
): readonly Annotation[] {
  if (children.length === 0) return roots
  const classes = new Set(children.map(({ id }) => id))
  return roots.flatMap((root) => [
    root,
    ...childrenOf(document, root.id).filter(({ classId }) => classes.has(classId)),
  ])
}

function indexIn(sections: readonly Section[], id: AnnotationId): number {
  for (const { members, start } of sections) {
    const at = members.findIndex((each) => each.id === id)
    if (at >= 0) return start + 1 + at
  }
  return -1
}

/** The rows of a section that lie in a part of the list. */
function rowsIn(section: Section, from: number, to: number, document: Document): readonly Row[] {
  const { labelClass, count, open, members, start } = section
  const head: readonly Row[] = from <= start && start < to ? [{ type: 'class', labelClass, count, open }] : []
  const first = start + 1
  const shown = members.slice(Math.max(0, from - first), Math.max(0, to - first))
  return [...head, ...shown.map((annotation) => rowOf(annotation, labelClass, document))]
}

function rowOf(annotation: Annotation, root: GeometryClass, document: Document): Row {
  const isRoot = annotation.classId === root.id
  const labelClass = isRoot ? root : root.children.find(({ id }) => id === annotation.classId)
  return {
    type: 'annotation',
    annotation,
    labelClass: labelClass as GeometryClass,
    number: numberOf(annotation, document),
    depth: isRoot ? 0 : 1,
  }
}

/** Counted within its class, in the order of their making. */
export function numberOf({ id, classId }: Annotation, document: Document): number {
  const group = grouped(document).get(classId) ?? []
  let [low, high] = [0, group.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (group[middle]!.id < id) low = middle + 1
    else high = middle
  }
  return low + 1
}

const groupsOfChunks = overChunks((annotations) => {
  const groups = new Map<ClassId, Annotation[]>()
  for (const annotation of annotations) {
    const group = groups.get(annotation.classId)
    if (group === undefined) groups.set(annotation.classId, [annotation])
    else group.push(annotation)
  }
  return groups
})

/** The annotations of each class, the oldest first. */
const grouped = remembered((document: Document): ReadonlyMap<ClassId, readonly Annotation[]> => {
  const chunks = groupsOfChunks(document)
  const classes = new Set(chunks.flatMap((groups) => [...groups.keys()]))
  return new Map(Array.from(classes, (id) => [id, chunks.flatMap((groups) => groups.get(id) ?? [])]))
})

export function rootClasses(configuration: Configuration): readonly GeometryClass[] {
  return geometryClasses(configuration).filter(({ id }) => parentClassOf(configuration, id) === null)
}

/** The annotation that comes `step` after (or before) the selected one, as the list shows them. */
export function stepFrom(rows: Rows, selected: AnnotationId | null, step: 1 | -1): AnnotationId | null {
  const ids = rows.annotations().map(({ id }) => id)
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
