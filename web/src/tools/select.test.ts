import { describe, expect, test } from 'vitest'
import { operations, type Ring, type XY } from '../geometry/index.ts'
import { drive, type AnnotationId, type Editor } from '../core/index.ts'
import { makeAnnotation, makeDocument, makeGeometry } from '../core/builders.ts'
import { makeEditor } from './builders.ts'

const big = makeAnnotation('big', { geometry: makeGeometry('polygon', [10, 10], 80) })
const small = makeAnnotation('small', { geometry: makeGeometry('rectangle', [30, 30], 20) })
const far = makeAnnotation('far', { geometry: makeGeometry('polygon', [120, 10], 30) })
const editorOf = (): Editor => makeEditor({ document: makeDocument([big, small, far]) })
const selected = (editor: Editor): string[] => [...editor.state.selection].toSorted()
const pointsOf = (editor: Editor, id: AnnotationId): Ring => {
  const { geometry } = editor.state.document.annotations.get(id)!
  return operations(geometry.kind).vertices(geometry)
}

describe('selecting', () => {
  test('a click selects the smallest, further clicks at the same place go through what lies under it', () => {
    const editor = editorOf()
    const hand = drive(editor).click([40, 40])
    expect(selected(editor)).toEqual(['small'])
    hand.click([40, 40])
    expect(selected(editor)).toEqual(['big'])
    hand.click([40, 40])
    expect(selected(editor)).toEqual(['small'])
  })

  test('a click at another place begins with the smallest again', () => {
    const editor = editorOf()
    drive(editor).click([40, 40]).click([45, 45])
    expect(selected(editor)).toEqual(['small'])
  })

  test('a click on nothing unselects', () => {
    const editor = editorOf()
    drive(editor).click([40, 40]).click([110, 90])
    expect(selected(editor)).toEqual([])
  })

  test.each([{ ctrl: true }, { shift: true }])('with %o a click adds and takes away', (modifiers) => {
    const editor = editorOf()
    const hand = drive(editor).click([40, 40]).click([130, 20], modifiers)
    expect(selected(editor)).toEqual(['far', 'small'])
    hand.click([40, 40], modifiers)
    expect(selected(editor)).toEqual(['far'])
    hand.click([110, 90], modifiers)
    expect(selected(editor)).toEqual(['far'])
  })

  test('a box selects what lies wholly in it, and adds with a modifier', () => {
    const editor = editorOf()
    const hand = drive(editor).drag([
      [25, 25],
      [60, 60],
    ])
    expect(selected(editor)).toEqual(['small'])
    hand.drag(
      [
        [110, 60],
        [160, 5],
      ],
      { shift: true },
    )
    expect(selected(editor)).toEqual(['far', 'small'])
    hand.drag([
      [110, 60],
      [160, 5],
    ])
    expect(selected(editor)).toEqual(['far'])
  })

  test('what is hidden is neither clicked nor boxed', () => {
    const editor = editorOf()
    editor.hideAnnotations([small.id], true)
    editor.hideClass(far.classId, true)
    drive(editor).click([40, 40])
    expect(selected(editor)).toEqual([])
    editor.hideClass(big.classId, false)
    drive(editor).drag([
      [0, 0],
      [200, 100],
    ])
    expect(selected(editor)).toEqual(['big', 'far'])
  })

  test('a nested annotation is hidden with its parent', () => {
    const child = makeAnnotation('child', { geometry: makeGeometry('point', [40, 40]), parentId: small.id })
    const editor = makeEditor({ document: makeDocument([small, child]) })
    editor.hideAnnotations([small.id], true)
    drive(editor).click([40, 40])
    expect(selected(editor)).toEqual([])
  })

  test('what is locked is seen, and neither clicked nor boxed', () => {
    const editor = editorOf()
    editor.select([far.id])
    editor.lockClass(far.classId, true)
    expect(selected(editor)).toEqual([])
    expect(editor.scene().isVisible(far)).toBe(true)
    drive(editor).drag([
      [0, 0],
      [200, 100],
    ])
    expect(selected(editor)).toEqual(['small'])
    editor.run('select-all')
    expect(selected(editor)).toEqual(['small'])
    editor.lockClass(small.classId, true)
    drive(editor).click([40, 40])
    expect(selected(editor)).toEqual([])
  })

  test('an Alt click offers all that lies there, the smallest first, and selects nothing', () => {
    const editor = editorOf()
    drive(editor).click([40, 40], { alt: true })
    expect(editor.state.offered).toEqual({ at: [40, 40], ids: ['small', 'big'] })
    expect(selected(editor)).toEqual([])
    editor.highlight(big.id)
    expect(editor.preview().at(-1)).toEqual({ type: 'hover', annotationId: 'big' })
    editor.offer(null)
    expect(editor.preview().at(-1)).not.toEqual({ type: 'hover', annotationId: 'big' })
    drive(editor).click([110, 90], { alt: true })
    expect(editor.state).toMatchObject({ offered: null, message: { code: 'nothing_here' } })
  })

  test('hiding what is selected unselects it', () => {
    const editor = editorOf()
    editor.select([small.id, far.id])
    editor.hideAnnotations([small.id], true)
    expect(selected(editor)).toEqual(['far'])
  })
})

describe('editing', () => {
  test('a drag that begins beside what is selected spans a box and moves nothing', () => {
    const editor = editorOf()
    editor.select([small.id])
    drive(editor).drag([
      [15, 60],
      [25, 70],
    ])
    expect(editor.state.document.annotations.get(big.id)).toBe(big)
    expect(selected(editor)).toEqual([])
  })

  test('a drag moves all that is selected together, and keeps all inside', () => {
    const editor = editorOf()
    editor.select([small.id, far.id])
    drive(editor).drag([
      [40, 40],
      [140, 30],
    ])
    expect(pointsOf(editor, small.id)[0]).toEqual([80, 20])
    expect(pointsOf(editor, far.id)[0]).toEqual([170, 0])
    expect(editor.state.history.done).toHaveLength(1)
  })

  test('a press that hardly moves is a click', () => {
    const editor = editorOf()
    editor.select([small.id])
    drive(editor).drag([
      [40, 40],
      [41, 41],
    ])
    expect(editor.state.history.done).toEqual([])
  })

  test('the preview shows what the release will make, in place of what is there', () => {
    const editor = editorOf()
    editor.select([small.id])
    const hand = drive(editor).down([40, 40]).move([50, 45])
    const [shown] = editor.preview()
    hand.up([50, 45])
    const { geometry, classId } = editor.state.document.annotations.get(small.id)!
    expect(shown).toEqual({ type: 'geometry', geometry, classId, replaces: 'small' })
  })

  test('handles of the one selected are shown, the one under the pointer hot', () => {
    const editor = editorOf()
    editor.select([big.id])
    drive(editor).move([91, 11])
    expect(editor.preview().find(({ type }) => type === 'handles')).toMatchObject({
      annotationId: 'big',
      hot: 1,
    })
    expect(editor.cursor()).toBe('move')
    editor.select([big.id, small.id])
    expect(editor.preview().some(({ type }) => type === 'handles')).toBe(false)
  })

  test('a vertex goes where it is dragged, at most to the border', () => {
    const editor = editorOf()
    editor.select([big.id])
    drive(editor).drag([
      [90, 90],
      [100, 150],
    ])
    expect(pointsOf(editor, big.id)[2]).toEqual([100, 100])
  })

  test('a vertex dragged so that nothing is enclosed is refused with the reason', () => {
    const triangle = operations('polygon').build([
      [10, 10],
      [30, 10],
      [10, 30],
    ])!
    const editor = makeEditor({ document: makeDocument([makeAnnotation('a', { geometry: triangle })]) })
    editor.select(['a' as AnnotationId])
    drive(editor).drag([
      [10, 30],
      [50, 10],
    ])
    expect(editor.state.history.done).toEqual([])
    expect(editor.state.message?.code).toBe('no_area')
  })

  test('a rectangle is resized over its opposite side', () => {
    const editor = editorOf()
    editor.select([small.id])
    drive(editor).drag([
      [30, 40],
      [70, 40],
    ])
    expect(editor.state.document.annotations.get(small.id)!.geometry).toMatchObject({
      x: 50,
      w: 20,
      y: 30,
      h: 20,
    })
  })

  test('a double click on the last vertices that must stay is refused with the reason', () => {
    const triangle = operations('polygon').build([
      [10, 10],
      [30, 10],
      [10, 30],
    ])!
    const editor = makeEditor({ document: makeDocument([makeAnnotation('a', { geometry: triangle })]) })
    editor.select(['a' as AnnotationId])
    drive(editor).doubleClick([30, 10])
    expect(editor.state.history.done).toEqual([])
    expect(editor.state.message?.code).toBe('too_few_points')
  })

  test('a double click of which only the second half fell here removes nothing', () => {
    const editor = editorOf()
    editor.select([big.id])
    drive(editor).click([10, 10])
    editor.dispatch({
      type: 'doubleClick',
      at: [10, 10],
      modifiers: { shift: false, ctrl: false, alt: false },
    })
    expect(editor.state.history.done).toEqual([])
  })

  test('the other button neither selects nor moves', () => {
    const editor = editorOf()
    editor.select([small.id])
    drive(editor).down([40, 40], {}, 'secondary').move([90, 90]).up([90, 90])
    expect(editor.state.document.annotations.get(small.id)).toBe(small)
    expect(selected(editor)).toEqual(['small'])
  })

  test('what is gone meanwhile is not moved', () => {
    const editor = editorOf()
    editor.select([small.id])
    const hand = drive(editor).down([40, 40]).move([60, 60])
    editor.receive((document) => ({ ...document, annotations: new Map([[big.id, big]]) }))
    hand.up([60, 60])
    expect([...editor.state.document.annotations.keys()]).toEqual(['big'])
    expect(editor.state.history.done).toEqual([])
  })

  test('a segment that is moved takes its place from others', () => {
    const at = (x: number): XY => [x, 10]
    const document = makeDocument([
      makeAnnotation('a', { geometry: makeGeometry('image_segmentation', at(10), 30) }),
      makeAnnotation('b', { geometry: makeGeometry('image_segmentation', at(60), 30) }),
    ])
    const editor = makeEditor({ document })
    editor.select(['a' as AnnotationId])
    drive(editor).drag([
      [25, 25],
      [55, 25],
    ])
    const areas = [...editor.state.document.annotations.values()].map(({ id, geometry }) => [
      id,
      operations(geometry.kind).area(geometry),
    ])
    expect(Object.fromEntries(areas)).toEqual({ a: 900, b: 600 })
  })

  test('the cursor tells what a press would do', () => {
    const editor = editorOf()
    const cursorAt = (at: XY): string => {
      drive(editor).move(at)
      return editor.cursor()
    }
    expect([cursorAt([110, 90]), cursorAt([40, 40])]).toEqual(['default', 'pointer'])
    editor.select([small.id])
    expect([cursorAt([40, 40]), cursorAt([30, 30]), cursorAt([50, 40])]).toEqual([
      'move',
      'nwse-resize',
      'ew-resize',
    ])
  })
})
