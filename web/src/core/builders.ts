// Configurations, annotations and ids with defaults, for tests and benchmarks.

import { KINDS, operations, type Geometry, type Kind, type Ring, type XY } from '../geometry/index.ts'
import type { ClassId, Configuration, GeometryClass, LabelClass, Question } from './configuration.ts'
import { readDocument, type Annotation, type AnnotationId, type Document } from './document.ts'
import { idMaker } from './ids.ts'

/** Ids from a clock that stands still and a known sequence of bytes. */
export function makeIds(startMs = 1_700_000_000_000): () => string {
  let byte = 0
  return idMaker(
    () => startMs,
    (bytes) => bytes.forEach((_, index) => (bytes[index] = byte = (byte * 31 + 7) % 256)),
  )
}

export function makeClass(id: string, changes: Partial<LabelClass> = {}): LabelClass {
  return {
    id: id as ClassId,
    key: id,
    name: id,
    type: 'option',
    color: null,
    shortcut: null,
    required: false,
    options: [],
    maxLength: null,
    children: [],
    ...changes,
  }
}

export function makeGeometryClass(id: string, type: Kind, changes: Partial<LabelClass> = {}): GeometryClass {
  return makeClass(id, { color: '#3333FF', ...changes, type }) as GeometryClass
}

export function makeQuestion(id: string, changes: Partial<Question> = {}): Question {
  const options = [
    { key: 'one', name: 'One' },
    { key: 'two', name: 'Two' },
  ]
  return makeClass(id, { options, ...changes }) as Question
}

export function makeConfiguration(classes: readonly LabelClass[]): Configuration {
  return { id: 'configuration', projectId: 'project', revision: 1, timestamp: 0, classes }
}

export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[]

/** A class named after each kind, with digits as shortcuts. */
export function makeClassOfEachKind(): readonly GeometryClass[] {
  return ALL_KINDS.map((kind, index) => makeGeometryClass(kind, kind, { shortcut: String(index + 1) }))
}

/** A geometry of any kind in the box from `[x, y]` to `[x + size, y + size]`. */
export function makeGeometry(kind: Kind, [x, y]: XY = [10, 10], size = 20): Geometry {
  const ring: Ring = [
    [x, y],
    [x + size, y],
    [x + size, y + size],
    [x, y + size],
  ]
  const geometry = operations(kind).build(ring)
  if (geometry === null) throw new Error(`A ${kind} cannot be built from a square.`)
  return geometry
}

export function makeAnnotation(
  id: string,
  changes: Partial<Annotation> & { geometry: Geometry },
): Annotation {
  return {
    id: id as AnnotationId,
    classId: changes.geometry.kind as string as ClassId,
    parentId: null,
    answers: {},
    z: 0,
    comment: null,
    source: 'user',
    createdBy: null,
    createdAt: 0,
    changedBy: null,
    changedAt: 0,
    ...changes,
  }
}

export function makeDocument(
  annotations: readonly Annotation[] = [],
  answers: Document['answers'] = {},
): Document {
  return readDocument({ annotations, answers })
}
