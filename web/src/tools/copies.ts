// Annotations that are copied and pasted, also into other pictures and projects: classes and questions are known by
// their keys there. Nested annotations are copied only when they are selected themselves.

import {
  boundsOf,
  isKind,
  onGrid,
  operations,
  translated,
  unitedBounds,
  type Bounds,
  type Geometry,
  type Size,
} from '../geometry/index.ts'
import {
  depthRange,
  findGeometryClass,
  geometryClasses,
  parentClassOf,
  parentFor,
  questionsOf,
  selectedAnnotations,
  timeOfId,
  transferredAnswer,
  type Annotation,
  type AnnotationId,
  type Answer,
  type Answers,
  type ClassId,
  type Configuration,
  type GeometryClass,
  type Outcome,
  type Scene,
} from '../core/index.ts'
import { tried } from './finish.ts'
import { placed } from './sharing.ts'

export const COPIES_VERSION = 1

export interface Copies {
  readonly version: typeof COPIES_VERSION
  readonly annotations: readonly Copy[]
}

interface Copy {
  readonly id: AnnotationId
  readonly parentId: AnnotationId | null
  /** Keys of the class, from its root. */
  readonly path: readonly string[]
  readonly className: string
  readonly geometry: Geometry
  readonly answers: readonly { readonly key: string; readonly type: string; readonly answer: Answer }[]
  readonly comment: string | null
}

/** Null when nothing is selected. */
export function copied(scene: Pick<Scene, 'document' | 'selection' | 'configuration'>): Copies | null {
  const { configuration } = scene
  const annotations = selectedAnnotations(scene).flatMap((annotation): Copy[] => {
    const labelClass = findGeometryClass(configuration, annotation.classId)
    if (labelClass === undefined) return []
    const { id, parentId, geometry, comment } = annotation
    const answers = answersByKey(annotation.answers, labelClass)
    const path = pathOf(labelClass.id, configuration)
    return [{ id, parentId, path, className: labelClass.name, geometry, answers, comment }]
  })
  return annotations.length === 0 ? null : { version: COPIES_VERSION, annotations }
}

function answersByKey(answers: Answers, labelClass: GeometryClass): Copy['answers'] {
  return questionsOf(labelClass).flatMap(({ id, key, type }) =>
    Object.hasOwn(answers, id) ? [{ key, type, answer: answers[id]! }] : [],
  )
}

function pathOf(id: ClassId, configuration: Configuration): readonly string[] {
  const parent = parentClassOf(configuration, id)
  const { key } = findGeometryClass(configuration, id)!
  return parent === null ? [key] : [...pathOf(parent.id, configuration), key]
}

/** What was kept elsewhere, when it is what this version understands. */
export function readCopies(kept: unknown): Copies | null {
  const copies = kept as Copies | null | undefined
  if (copies?.version !== COPIES_VERSION || !Array.isArray(copies.annotations)) return null
  const isWhole = copies.annotations.every(
    ({ geometry }) => isKind(geometry.kind) && operations(geometry.kind).issues(geometry).length === 0,
  )
  return isWhole && copies.annotations.length > 0 ? copies : null
}

/** Around the pointer, or where they were copied; what has no place here is said. */
export function pasted({ annotations }: Copies, scene: Scene, inPlace: boolean): Outcome {
  const ids = new Map(annotations.map(({ id }) => [id, scene.newId()] as const))
  const homes = annotations.map((copy) => homeOf(copy, annotations, scene))
  const housed = annotations.flatMap((copy, index) => {
    const home = homes[index]!
    return typeof home === 'string' ? [] : [pasteOf(copy, home, ids, scene)]
  })
  const moved = inside(housed, scene, inPlace)
  const fitting = withParents(
    moved.filter((each) => isInside(boundsOf(each.geometry), scene.picture)),
    scene,
  )
  const { left, ...outcome } = copiesPlaced('Paste', fitting, scene)
  const reasons = [
    ...homes.filter((home) => typeof home === 'string'),
    ...(fitting.length < housed.length ? ['The picture is too small for the rest.'] : []),
    ...(left < fitting.length ? ['Other segments keep the place.'] : []),
  ]
  const message = { code: 'pasted', text: noteOf(left, annotations.length, reasons) }
  if (left === 0) return { message }
  return reasons.length > 0 ? { ...outcome, message } : outcome
}

/** Copies put into the picture where others leave them a place, and how many of them are left. */
export function copiesPlaced(
  name: string,
  copies: readonly Annotation[],
  scene: Scene,
): Pick<Outcome, 'edit' | 'select'> & { readonly left: number } {
  const edit = tried(placed(copies, scene))
  const before = scene.document.annotations
  const after = edit(scene.document).annotations
  const left = copies.filter(({ id }) => after.has(id)).length
  // What others cut may be several.
  const select = left === 0 ? [] : [...after.keys()].filter((id) => !before.has(id))
  return { edit: { name, edit }, select, left }
}

function noteOf(count: number, all: number, reasons: readonly string[]): string {
  return `${count === 0 ? 'Nothing' : `${count} of ${all}`} pasted. ${[...new Set(reasons)].join(' ')}`
}

interface Home {
  readonly labelClass: GeometryClass
  /** An id among the copies, or of an annotation that is there. */
  readonly parentId: AnnotationId | null
}

/** The class and the parent of a copy here, or why it has none. */
function homeOf(copy: Copy, all: readonly Copy[], scene: Scene): Home | string {
  const { configuration } = scene
  const labelClass = geometryClasses(configuration).find(
    ({ id, type }) => type === copy.geometry.kind && String(pathOf(id, configuration)) === String(copy.path),
  )
  if (labelClass === undefined)
    return `This project has no ${copy.className} (${copy.path.join(' / ')}) of the same type.`
  if (copy.parentId !== null && all.some(({ id }) => id === copy.parentId))
    return { labelClass, parentId: copy.parentId }
  const parentId = parentFor(labelClass, scene)
  if (parentId !== undefined) return { labelClass, parentId }
  const parent = parentClassOf(configuration, labelClass.id)
  return `Select the ${parent?.name ?? 'parent'} that the ${labelClass.name} goes into.`
}

function pasteOf(
  { id, geometry, answers, comment }: Copy,
  { labelClass, parentId }: Home,
  ids: ReadonlyMap<AnnotationId, AnnotationId>,
  scene: Scene,
): Annotation {
  const own = ids.get(id)!
  const now = timeOfId(own)
  return {
    id: own,
    classId: labelClass.id,
    parentId: parentId === null ? null : (ids.get(parentId) ?? parentId),
    geometry,
    answers: answersFor(answers, labelClass),
    z: depthRange(scene.document)[1],
    comment,
    source: 'user',
    createdBy: null,
    createdAt: now,
    changedBy: null,
    changedAt: now,
  }
}

function answersFor(answers: Copy['answers'], labelClass: GeometryClass): Answers {
  const kept = questionsOf(labelClass).flatMap((question) => {
    const found = answers.find(({ key, type }) => key === question.key && type === question.type)
    const answer = found && transferredAnswer(found.answer, question, question)
    return answer === undefined ? [] : [[question.id, answer] as const]
  })
  return Object.fromEntries(kept)
}

/** All of them moved together: the middle to the pointer, as far as the picture reaches. */
function inside(annotations: readonly Annotation[], scene: Scene, inPlace: boolean): readonly Annotation[] {
  if (annotations.length === 0) return []
  const { x, y, w, h } = unitedBounds(annotations.map(({ geometry }) => boundsOf(geometry)))
  const { pointer, picture } = scene
  const [left, top] = inPlace || pointer === null ? [x, y] : [pointer[0] - w / 2, pointer[1] - h / 2]
  const dx = onGrid(Math.max(0, Math.min(left, picture.w - w)) - x)
  const dy = onGrid(Math.max(0, Math.min(top, picture.h - h)) - y)
  return annotations.map((each) => ({ ...each, geometry: translated(each.geometry, dx, dy) }))
}

function isInside({ x, y, w, h }: Bounds, picture: Size): boolean {
  return x >= 0 && y >= 0 && x + w <= picture.w && y + h <= picture.h
}

/** Without those whose parent did not fit. */
function withParents(annotations: readonly Annotation[], { document }: Scene): readonly Annotation[] {
  const there = new Set(annotations.map(({ id }) => id))
  return annotations.filter(
    ({ parentId }) => parentId === null || there.has(parentId) || document.annotations.has(parentId),
  )
}
