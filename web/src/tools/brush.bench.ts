// How long the end of a stroke takes on a large segment, of one core: 5,000 vertices 16 ms, 40,000 vertices 64 ms.

import { bench, describe } from 'vitest'
import { operations, regionOf, type Ring, type XY } from '../geometry/index.ts'
import { drive, type AnnotationId, type ClassId, type Editor } from '../core/index.ts'
import { ALL_KINDS, makeAnnotation, makeDocument } from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { BRUSH_SIZE } from './stroke.ts'

const KIND = ALL_KINDS.find((kind) => operations(kind).partition !== null)!
const SIDE = 4000

/** A ring with teeth, as painting leaves it. */
function toothed([x, y]: XY, radius: number, vertices: number): Ring {
  return Array.from({ length: vertices }, (_, index): XY => {
    const angle = (2 * Math.PI * index) / vertices
    const reach = radius * (1 + 0.1 * Math.sin(40 * angle)) - (index % 2 === 0 ? 0 : 2)
    return [x + reach * Math.cos(angle), y + reach * Math.sin(angle)]
  })
}

function editorWith(vertices: number, holes: readonly Ring[] = []): Editor {
  const [geometry] = operations(KIND).partition!.pieces(
    regionOf([toothed([2000, 2000], 1600, vertices), ...holes]),
  )
  const annotation = makeAnnotation('segment', { geometry: geometry!, classId: KIND as string as ClassId })
  const editor = makeEditor({ document: makeDocument([annotation]), picture: { w: SIDE, h: SIDE } })
  editor.activateClass(annotation.classId)
  editor.set(BRUSH_SIZE, 80)
  return editor
}

/** Down the edge of the segment and into it, in steps of a hand. */
const path = Array.from({ length: 40 }, (_, step): XY => [
  3100 + 15 * step,
  1700 + 10 * step + 30 * Math.sin(step / 3),
])

function strokeOf(tool: string, vertices: number, holes: readonly Ring[] = []): () => void {
  const editor = editorWith(vertices, holes)
  return () => {
    editor.useTool(tool)
    editor.select(['segment' as AnnotationId])
    drive(editor).drag(path)
    editor.undo()
  }
}

const HOLES = Array.from({ length: 300 }, (_, index): Ring =>
  toothed([1100 + 90 * (index % 20), 1300 + 90 * Math.floor(index / 20)], 35, 100),
)

describe('a stroke and its undo', () => {
  bench('brush on 5,000 vertices', strokeOf('brush', 5000))
  bench('eraser on 5,000 vertices', strokeOf('eraser', 5000))
  bench('brush on 40,000 vertices in 301 rings', strokeOf('brush', 10_000, HOLES))
  bench('eraser on 40,000 vertices in 301 rings', strokeOf('eraser', 10_000, HOLES))
})
