import { describe, expect, test } from 'vitest'
import { boundsOf, type XY } from '../geometry/index.ts'
import {
  drive,
  issuesOf,
  type Annotation,
  type AnnotationId,
  type Editor,
  type GeometryClass,
  type Overlap,
} from '../core/index.ts'
import {
  ALL_KINDS,
  makeAnnotation,
  makeConfiguration,
  makeDocument,
  makeGeometry,
  makeGeometryClass,
  makeQuestion,
} from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { copied, pasted, readCopies, type Copies } from './copies.ts'
import { all, areaOf, areas, makeSegment, makeSegmenting } from './segments.ts'
import { OVERLAP } from './sharing.ts'

/** The same classes under other ids, as another project has them. */
function project(prefix: string, options: readonly string[] = ['one', 'two']) {
  const named = (id: string): string => `${prefix}-${id}`
  const colour = makeQuestion(named('colour'), {
    key: 'colour',
    options: options.map((key) => ({ key, name: key })),
  })
  const wheel = makeGeometryClass(named('wheel'), 'point', { key: 'wheel' })
  const bus = makeGeometryClass(named('bus'), 'rectangle', {
    key: 'bus',
    name: 'Bus',
    children: [colour, wheel],
  })
  return { bus, wheel, colour, configuration: makeConfiguration([bus]) }
}
const here = project('here')
const theBus = makeAnnotation('the-bus', {
  classId: here.bus.id,
  geometry: makeGeometry('rectangle', [20, 20], 40),
  answers: { [here.colour.id]: 'two' },
  comment: 'mine',
})
const theWheel = makeAnnotation('the-wheel', {
  classId: here.wheel.id,
  geometry: makeGeometry('point', [30, 50]),
  parentId: theBus.id,
})

function copiesOf(...annotations: readonly Annotation[]): Copies {
  const editor = makeEditor({ configuration: here.configuration, document: makeDocument([theBus, theWheel]) })
  editor.select(annotations.map(({ id }) => id))
  return readCopies(JSON.parse(JSON.stringify(copied(editor.scene()))))!
}
function paste(editor: Editor, copies: Copies, inPlace = false): readonly Annotation[] {
  const { edit, select, message } = pasted(copies, editor.scene(), inPlace)
  if (edit !== undefined) editor.commit(edit.name, edit.edit)
  editor.select(select ?? [])
  editor.say(message ?? null)
  expect(issuesOf(editor.state.document, editor.state.rules)).toEqual([])
  return (select ?? []).map((id) => editor.state.document.annotations.get(id)!)
}
const editorOf = ({ configuration }: { configuration: ReturnType<typeof makeConfiguration> }): Editor =>
  makeEditor({ configuration })

describe('pasting', () => {
  test('into another project finds classes, questions and parents by their keys', () => {
    const there = project('there')
    const editor = editorOf(there)
    const [bus, wheel] = paste(editor, copiesOf(theBus, theWheel))
    expect(bus).toMatchObject({
      classId: there.bus.id,
      answers: { [there.colour.id]: 'two' },
      comment: 'mine',
      source: 'user',
      geometry: theBus.geometry,
    })
    expect(wheel).toMatchObject({ classId: there.wheel.id, parentId: bus!.id })
    expect(editor.state.history.done).toHaveLength(1)
    expect(editor.state.message).toBeNull()
  })

  test('goes around the pointer, inside the picture, or where it was copied', () => {
    const editor = editorOf(here)
    drive(editor).move([100, 60])
    expect(boundsOf(paste(editor, copiesOf(theBus))[0]!.geometry)).toMatchObject({ x: 80, y: 40 })
    drive(editor).move([199, 1])
    expect(boundsOf(paste(editor, copiesOf(theBus))[0]!.geometry)).toMatchObject({ x: 160, y: 0 })
    expect(paste(editor, copiesOf(theBus), true)[0]!.geometry).toEqual(theBus.geometry)
  })

  test('leaves an answer that the question here does not offer', () => {
    const there = project('there', ['one'])
    expect(paste(editorOf(there), copiesOf(theBus))[0]!.answers).toEqual({})
  })

  test('a nested one goes into the selected parent, and without one the reason is said', () => {
    const editor = makeEditor({ configuration: here.configuration, document: makeDocument([theBus]) })
    expect(paste(editor, copiesOf(theWheel))).toEqual([])
    expect(editor.state.message?.text).toBe('Nothing pasted. Select the Bus that the here-wheel goes into.')
    editor.select([theBus.id])
    expect(paste(editor, copiesOf(theWheel))[0]).toMatchObject({ parentId: theBus.id })
  })

  test('says what has no class here', () => {
    const tram: GeometryClass = makeGeometryClass('tram', 'polygon', { key: 'bus' })
    const editor = makeEditor({ configuration: makeConfiguration([tram]) })
    expect(paste(editor, copiesOf(theBus, theWheel))).toEqual([])
    expect(editor.state.message?.text).toMatch(/This project has no Bus \(bus\) of the same type\./)
  })

  test('says what a smaller picture has no room for', () => {
    const editor = makeEditor({ configuration: here.configuration, picture: { w: 30, h: 30 } })
    expect(paste(editor, copiesOf(theBus, theWheel))).toEqual([])
    expect(editor.state.message?.text).toBe('Nothing pasted. The picture is too small for the rest.')
  })

  test.each(ALL_KINDS)('carries a %s', (kind) => {
    const annotation = makeAnnotation('a', { geometry: makeGeometry(kind, [20, 20], 20) })
    const editor = makeEditor({ document: makeDocument([annotation]) })
    editor.select([annotation.id])
    const copies = copied(editor.scene())!
    expect(paste(makeEditor(), copies)[0]!.geometry).toEqual(annotation.geometry)
  })
})

test.each([
  [null],
  [{}],
  [{ version: 0, annotations: [] }],
  [{ version: 1, annotations: [] }],
  [{ version: 1, annotations: [{ geometry: { kind: 'rectangle', x: 0, y: 0, w: 0, h: 0 } }] }],
])('%o is nothing to paste', (kept) => expect(readCopies(kept)).toBeNull())

test('without a selection there is nothing to copy', () => {
  expect(copied(makeEditor().scene())).toBeNull()
  expect(copiesOf(theBus).annotations.map(({ id }) => id)).toEqual(['the-bus' as AnnotationId])
})

describe('a copied segment on other segments', () => {
  const road = makeSegment('road', [10, 10], 40)
  const grassOf = (size: number, holes: readonly (readonly [XY, number])[] = []): Annotation =>
    makeSegment('grass', [110, 10], size, { classId: 'grass', holes })

  /** The road pasted around the middle of the grass. */
  function onGrass(overlap: Overlap, grass: Annotation): Editor {
    const editor = makeSegmenting('select', [road, grass])
    editor.set(OVERLAP, overlap)
    editor.select([road.id])
    const { x, y, w, h } = boundsOf(grass.geometry)
    drive(editor).move([x + w / 2, y + h / 2])
    paste(editor, copied(editor.scene())!)
    return editor
  }

  test.each([
    ['cut_others', ['road 1600', 'road 1600']],
    ['cut_mine', ['grass 900', 'road 1600', 'road 700']],
    ['overlap', ['grass 900', 'road 1600', 'road 1600']],
  ] as const)('obeys the choice %s, pasted and duplicated alike', (overlap, expected) => {
    const editor = onGrass(overlap, grassOf(30))
    const found = (): readonly string[] =>
      areas(editor)
        .map((one) => one.join(' '))
        .toSorted()
    expect(found()).toEqual(expected)
    expect(editor.state.selection.size).toBe(1)
    editor.undo()
    editor.select([road.id])
    editor.run('duplicate')
    expect(found()).toEqual(expected)
  })

  test('says when others keep the whole place', () => {
    const editor = onGrass('cut_mine', grassOf(60))
    expect(editor.state.message?.text).toBe('Nothing pasted. Other segments keep the place.')
    editor.select([road.id])
    editor.run('duplicate')
    expect(editor.state.message?.text).toBe('Nothing duplicated. Other segments keep the place.')
    expect(editor.state.history.done).toEqual([])
  })

  test('is selected in all the pieces that others leave of it', () => {
    const editor = onGrass(
      'cut_mine',
      grassOf(60, [
        [[125, 30], 8],
        [[145, 30], 6],
      ]),
    )
    const made = all(editor).filter(({ id }) => editor.state.selection.has(id))
    expect(made.map(({ geometry }) => areaOf(geometry)).toSorted()).toEqual([36, 64])
  })
})
