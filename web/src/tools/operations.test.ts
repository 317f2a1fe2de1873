import { describe, expect, test } from 'vitest'
import { boundsOf, operations } from '../geometry/index.ts'
import { drive, type Annotation, type AnnotationId, type Editor } from '../core/index.ts'
import {
  makeAnnotation,
  makeConfiguration,
  makeDocument,
  makeGeometry,
  makeGeometryClass,
  makeQuestion,
} from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { OPERATIONS } from './index.ts'

const id = (name: string): AnnotationId => name as AnnotationId
const all = (editor: Editor): readonly Annotation[] => [...editor.state.document.annotations.values()]
/** The one that is selected, as a copy is. */
const copyOf = (editor: Editor): Annotation =>
  editor.state.document.annotations.get([...editor.state.selection][0]!)!
const named = (editor: Editor, name: string): Annotation => editor.state.document.annotations.get(id(name))!
const operation = (name: string) => OPERATIONS.find((each) => each.id === name)!

const kind = makeQuestion('kind')
const note = makeQuestion('note', { type: 'free_text', options: [], maxLength: 20 })
const wheel = makeGeometryClass('wheel', 'point')
const bus = makeGeometryClass('bus', 'rectangle', {
  children: [kind, note, wheel, makeGeometryClass('door', 'line')],
})
const tram = makeGeometryClass('tram', 'rectangle', {
  children: [
    makeQuestion('tram-kind', { key: 'kind' }),
    makeGeometryClass('tram-wheel', 'point', { key: 'wheel' }),
  ],
})
const way = makeGeometryClass('way', 'line')
const road = makeGeometryClass('road', 'image_segmentation')
const configuration = makeConfiguration([bus, tram, way, road])

const theBus = makeAnnotation('the-bus', {
  classId: bus.id,
  geometry: makeGeometry('rectangle', [20, 20], 40),
  answers: { kind: 'one', note: 'old' },
  comment: 'mine',
  source: 'import',
})
const theWheel = makeAnnotation('the-wheel', {
  classId: wheel.id,
  geometry: makeGeometry('point', [30, 50]),
  parentId: theBus.id,
})
const theDoor = makeAnnotation('the-door', {
  classId: bus.children[3]!.id,
  geometry: makeGeometry('line', [30, 30], 5),
  parentId: theBus.id,
})
const theWay = makeAnnotation('the-way', { classId: way.id, geometry: makeGeometry('line', [100, 20], 20) })
const editorOf = (...annotations: readonly Annotation[]): Editor =>
  makeEditor({ configuration, document: makeDocument(annotations) })

describe('delete', () => {
  test('takes nested annotations along, and undo brings all back', () => {
    const editor = editorOf(theBus, theWheel, theWay)
    editor.select([theBus.id])
    drive(editor).key('Delete')
    expect(all(editor)).toEqual([theWay])
    expect(editor.state.selection.size).toBe(0)
    editor.undo()
    expect(new Set(all(editor))).toEqual(new Set([theBus, theWheel, theWay]))
  })

  test('is not offered without a selection', () => {
    const editor = editorOf(theBus)
    expect(editor.run('delete')).toBe(false)
    expect(all(editor)).toEqual([theBus])
  })
})

describe('duplicate', () => {
  test('copies to the pointer with answers and comment, without nested annotations', () => {
    const editor = editorOf(theBus, theWheel)
    editor.select([theBus.id])
    drive(editor).move([120, 60]).key('d', { ctrl: true })
    const copy = copyOf(editor)
    expect(all(editor)).toHaveLength(3)
    expect(boundsOf(copy.geometry)).toEqual({ x: 100, y: 40, w: 40, h: 40 })
    expect(copy).toMatchObject({
      classId: 'bus',
      answers: { kind: 'one', note: 'old' },
      comment: 'mine',
      source: 'user',
    })
    expect(copy.id).not.toBe(theBus.id)
  })

  test('copies a little aside when the pointer is on the original or away, and stays inside', () => {
    const editor = editorOf(theBus)
    editor.select([theBus.id])
    drive(editor).move([40, 40])
    editor.run('duplicate')
    expect(boundsOf(copyOf(editor).geometry)).toMatchObject({ x: 30, y: 30 })
    editor.dispatch({ type: 'leave' })
    for (let copies = 0; copies < 6; copies += 1) editor.run('duplicate')
    expect(boundsOf(copyOf(editor).geometry)).toMatchObject({ y: 60 })
  })

  test('a nested copy stays with its parent, or goes into the copy of it', () => {
    const editor = editorOf(theBus, theWheel)
    editor.select([theWheel.id])
    editor.run('duplicate')
    expect(copyOf(editor).parentId).toBe(theBus.id)
    editor.undo()
    editor.select([theBus.id, theWheel.id])
    editor.run('duplicate')
    const copies = all(editor).filter((each) => editor.state.selection.has(each.id))
    expect(copies.find(({ classId }) => classId === 'wheel')!.parentId).toBe(
      copies.find(({ classId }) => classId === 'bus')!.id,
    )
  })

  test('a copy of a segment is cut out of what it covers', () => {
    const segment = makeAnnotation('s', {
      classId: road.id,
      geometry: makeGeometry('image_segmentation', [20, 20], 40),
    })
    const editor = editorOf(segment)
    editor.select([segment.id])
    editor.run('duplicate')
    const areas = all(editor).map(({ geometry }) => operations(geometry.kind).area(geometry))
    expect(areas.toSorted()).toEqual([1600, 1600 - 900])
  })
})

describe('change class', () => {
  test('offers the other classes of the same type and parent', () => {
    const editor = editorOf(theBus, theWheel, theWay)
    editor.select([theBus.id])
    expect(operation('transform').choices!(editor.scene())).toEqual([{ id: 'tram', name: 'tram' }])
    editor.select([theWay.id])
    expect(operation('transform').disabled(editor.scene())).toBe('There is no other class of this type.')
    editor.select([theWheel.id])
    expect(operation('transform').disabled(editor.scene())).toBe('There is no other class of this type.')
    editor.select([theBus.id, theWay.id])
    expect(operation('transform').disabled(editor.scene())).toBe('The selection is of several classes.')
  })

  test('keeps answers that the new class asks for as well, and moves nested annotations along', () => {
    const editor = editorOf(theBus, theWheel)
    editor.select([theBus.id])
    editor.run('transform', 'tram')
    expect(named(editor, 'the-bus')).toMatchObject({
      classId: 'tram',
      answers: { 'tram-kind': 'one' },
      geometry: theBus.geometry,
    })
    expect(named(editor, 'the-wheel')).toMatchObject({ classId: 'tram-wheel', parentId: 'the-bus' })
    expect(editor.state.message).toBeNull()
    editor.undo()
    expect(all(editor)).toEqual([theBus, theWheel])
  })

  test('says which nested annotations the new class has no place for', () => {
    const editor = editorOf(theBus, theWheel, theDoor)
    editor.select([theBus.id])
    editor.run('transform', 'tram')
    expect(all(editor).map((each) => each.id)).toEqual(['the-bus', 'the-wheel'])
    expect(editor.state.message?.text).toMatch(
      /^1 nested annotation was removed: tram has no such nested class/,
    )
    editor.undo()
    expect(all(editor)).toHaveLength(3)
  })

  test('without a choice changes nothing', () => {
    const editor = editorOf(theBus)
    editor.select([theBus.id])
    editor.run('transform')
    expect(editor.state.history.done).toEqual([])
  })
})

describe('depth, selection and nudging', () => {
  test('to front and to back', () => {
    const editor = editorOf(theBus, theWay)
    editor.select([theBus.id])
    drive(editor).key('PageUp')
    expect(named(editor, 'the-bus').z).toBe(1)
    editor.select([theWay.id])
    drive(editor).key('PageDown')
    expect(named(editor, 'the-way').z).toBe(-1)
  })

  test('everything visible is selected', () => {
    const editor = editorOf(theBus, theWheel, theWay)
    editor.hideClass(way.id, true)
    drive(editor).key('a', { ctrl: true })
    expect([...editor.state.selection]).toEqual(['the-bus', 'the-wheel'])
  })

  test('a nudge moves by one and by ten pixels and stops at the border', () => {
    const editor = editorOf(theBus)
    editor.select([theBus.id])
    const hand = drive(editor).key('ArrowUp').key('ArrowLeft', { shift: true })
    expect(boundsOf(named(editor, 'the-bus').geometry)).toMatchObject({ x: 10, y: 19 })
    hand.key('ArrowLeft', { shift: true }).key('ArrowLeft', { shift: true })
    expect(boundsOf(named(editor, 'the-bus').geometry).x).toBe(0)
    expect(editor.state.message?.code).toBe('at_border')
    expect(editor.state.history.done).toHaveLength(3)
  })
})
