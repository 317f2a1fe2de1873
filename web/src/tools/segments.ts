// Segments on a picture of 200 x 100 pixels and what became of them, for tests of the tools that work on segments.

import { operations, regionOf, type XY } from '../geometry/index.ts'
import { drive, type Annotation, type AnnotationId, type ClassId, type Editor } from '../core/index.ts'
import {
  ALL_KINDS,
  makeAnnotation,
  makeConfiguration,
  makeDocument,
  makeGeometryClass,
} from '../core/builders.ts'
import { makeEditor } from './builders.ts'

/** The kind of segments: one that shares the picture. */
const KIND = ALL_KINDS.find((kind) => operations(kind).partition !== null)!

export const configuration = makeConfiguration([
  makeGeometryClass('road', KIND),
  makeGeometryClass('grass', KIND),
  makeGeometryClass(
    'car',
    ALL_KINDS.find((kind) => operations(kind).gesture === 'drag')!,
  ),
])

/** A square segment, with square holes. */
export function makeSegment(
  id: string,
  [x, y]: XY,
  size: number,
  changes: { readonly classId?: string; readonly holes?: readonly (readonly [at: XY, size: number])[] } = {},
): Annotation {
  const { classId = 'road', holes = [] } = changes
  const rings = [[[x, y], size] as const, ...holes].map(([at, side]) => square(at, side))
  const [geometry] = operations(KIND).partition!.pieces(regionOf(rings))
  return makeAnnotation(id, { classId: classId as ClassId, geometry: geometry! })
}

export function square([x, y]: XY, size: number): readonly XY[] {
  return [
    [x, y],
    [x + size, y],
    [x + size, y + size],
    [x, y + size],
  ]
}

/** An editor with a class and a tool in use. */
export function makeSegmenting(tool: string, segments: readonly Annotation[] = [], classId = 'road'): Editor {
  const editor = makeEditor({ configuration, document: makeDocument(segments) })
  editor.activateClass(classId as ClassId)
  editor.useTool(tool)
  return editor
}

export const select = (editor: Editor, ...ids: readonly string[]): void =>
  editor.select(ids as readonly AnnotationId[])

export const all = (editor: Editor): readonly Annotation[] => [...editor.state.document.annotations.values()]

/** Class and area of each, by id. */
export function areas(editor: Editor): readonly (readonly [classId: string, area: number])[] {
  return all(editor).map(({ classId, geometry }) => [classId, areaOf(geometry)])
}

export function areaOf(geometry: Annotation['geometry']): number {
  return Math.round(operations(geometry.kind).area(geometry)!)
}

/** A drag in small steps, as a hand makes it. */
export function stroke(editor: Editor, from: XY, to: XY, steps = 10): void {
  const path = Array.from({ length: steps + 1 }, (_, step): XY => {
    const part = step / steps
    return [from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])]
  })
  drive(editor).drag(path)
}
