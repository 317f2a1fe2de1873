import { describe, expect, test } from 'vitest'
import type { Geometry, XY } from '../geometry/index.ts'
import { drive, type Annotation, type ClassId, type Configuration, type Editor } from '../core/index.ts'
import { makeConfiguration, makeGeometryClass, makeQuestion } from '../core/builders.ts'
import { makeEditor } from './builders.ts'

const A: XY = [20, 20]
const B: XY = [60, 20]
const C: XY = [60, 50]
const D: XY = [20, 50]

function drawing(classId: string, configuration?: Configuration): Editor {
  const editor = makeEditor(configuration === undefined ? {} : { configuration })
  expect(editor.activateClass(classId as ClassId)).toBe(true)
  return editor
}
const all = (editor: Editor): readonly Annotation[] => [...editor.state.document.annotations.values()]
const drawn = (editor: Editor): Geometry | undefined => all(editor)[0]?.geometry

describe('a point', () => {
  test('is set where the press ends', () => {
    const editor = drawing('point')
    drive(editor).down(A).move(B).up(B)
    expect(drawn(editor)).toEqual({ kind: 'point', x: 60, y: 20 })
  })
})

describe('a rectangle', () => {
  const expected = { kind: 'rectangle', x: 20, y: 20, w: 40, h: 30 }

  test('is dragged from any corner', () => {
    for (const [from, to] of [
      [A, C],
      [C, A],
      [B, D],
      [D, B],
    ] as const) {
      const editor = drawing('rectangle')
      drive(editor).drag([from, to])
      expect(drawn(editor)).toEqual(expected)
    }
  })

  test('is set by two clicks', () => {
    const editor = drawing('rectangle')
    drive(editor).click(A).move(B)
    expect(editor.preview()).toEqual([])
    drive(editor).move(C)
    expect(editor.preview()).toHaveLength(1)
    drive(editor).click(C)
    expect(drawn(editor)).toEqual(expected)
  })

  test('without size is cancelled with a message', () => {
    const editor = drawing('rectangle')
    drive(editor).click(A).click([60, 20])
    expect(all(editor)).toEqual([])
    expect(editor.state.message?.code).toBe('cancelled')
  })

  test('draws inside another one without moving it', () => {
    const editor = drawing('rectangle')
    drive(editor)
      .drag([A, C])
      .drag([
        [30, 30],
        [40, 40],
      ])
    expect(all(editor)).toHaveLength(2)
    expect(drawn(editor)).toEqual(expected)
  })
})

describe('a line and a polygon', () => {
  const square = { kind: 'polygon', points: [A, B, C, D] }
  const corners = (editor: Editor) => drive(editor).click(A).click(B).click(C).click(D)

  test('end by Enter', () => {
    const editor = drawing('polygon')
    corners(editor).key('Enter')
    expect(drawn(editor)).toEqual(square)
  })

  test('end by the other button, which sets no point', () => {
    const editor = drawing('polygon')
    corners(editor).secondaryClick([90, 90])
    expect(drawn(editor)).toEqual(square)
  })

  test('end by a double click, which sets its point once', () => {
    const editor = drawing('polygon')
    drive(editor).click(A).click(B).click(C).doubleClick(D)
    expect(drawn(editor)).toEqual(square)
    const line = drawing('line')
    drive(line).click(A).doubleClick(B)
    expect(drawn(line)).toEqual({ kind: 'line', points: [A, B] })
  })

  test('a polygon ends by a click on its first point, a line does not', () => {
    const editor = drawing('polygon')
    corners(editor).move([21, 21])
    expect(editor.preview().find(({ type }) => type === 'points')).toMatchObject({ closeable: true })
    drive(editor).click([21, 21])
    expect(drawn(editor)).toEqual(square)
    const line = drawing('line')
    corners(line).click(A)
    expect(all(line)).toEqual([])
    drive(line).key('Enter')
    expect(drawn(line)).toEqual({ kind: 'line', points: [A, B, C, D, A] })
  })

  test('a double click on the first point ends once and begins nothing', () => {
    const editor = drawing('polygon')
    corners(editor).doubleClick(A)
    expect(all(editor)).toHaveLength(1)
    expect(editor.preview()).toEqual([])
    expect(editor.state.message).toBeNull()
  })

  test('too few points are cancelled with a message', () => {
    const editor = drawing('polygon')
    drive(editor).click(A).click(B).key('Enter')
    expect(all(editor)).toEqual([])
    expect(editor.state.message).toMatchObject({ code: 'cancelled' })
    expect(editor.preview()).toEqual([])
    drive(editor).doubleClick(A)
    expect(editor.state.message).toMatchObject({ code: 'cancelled' })
  })

  test('points on one line enclose nothing and are cancelled with the reason', () => {
    const editor = drawing('polygon')
    drive(editor).click(A).click([30, 30]).click([50, 50]).key('Enter')
    expect(all(editor)).toEqual([])
    expect(editor.state.message?.code).toBe('no_area')
  })

  test('Backspace and undo take back the last point, and with the first one the drawing', () => {
    for (const back of ['Backspace', 'z']) {
      const held = { ctrl: back === 'z' }
      const editor = drawing('line')
      const hand = drive(editor).click(A).click(B).click(C).key(back, held).click(D).key('Enter')
      expect(drawn(editor)).toEqual({ kind: 'line', points: [A, B, D] })
      hand.click(A).key(back, held)
      expect(editor.preview()).toEqual([])
      expect(all(editor)).toHaveLength(1)
    }
  })

  test('a second finger takes back the point of its press only', () => {
    const editor = drawing('line')
    drive(editor).click(A).click(B).down(C).cancel().up(C).key('Enter')
    expect(drawn(editor)).toEqual({ kind: 'line', points: [A, B] })
  })

  test('Delete while drawing does not delete what is selected', () => {
    const editor = drawing('line')
    drive(editor).click(A).click(B).key('Enter')
    drive(editor).click(C).key('Delete')
    expect(all(editor)).toHaveLength(1)
  })

  test('the drawing goes on on the border when a point lies outside, and that is said', () => {
    const editor = drawing('line')
    drive(editor).click(A).click([300, -40])
    expect(editor.state.message?.code).toBe('on_border')
    drive(editor).click(C).key('Enter')
    expect(drawn(editor)).toEqual({ kind: 'line', points: [A, [200, 0], C] })
  })
})

const wheel = makeGeometryClass('wheel', 'point')
const bus = makeGeometryClass('bus', 'rectangle', { shortcut: '1', children: [wheel, makeQuestion('kind')] })
const tram = makeGeometryClass('tram', 'rectangle', { shortcut: '2' })
const nested = makeConfiguration([bus, tram, makeGeometryClass('way', 'line', { shortcut: '3' })])

describe('classes', () => {
  test('after a class with questions the annotation is selected to be answered', () => {
    const editor = drawing('bus', nested)
    drive(editor).drag([A, C])
    expect(editor.state.tool).toBe('select')
    expect([...editor.state.selection]).toEqual([all(editor)[0]!.id])
  })

  test('a nested class needs a selected annotation of its parent class', () => {
    const editor = makeEditor({ configuration: nested })
    expect(editor.activateClass(wheel.id)).toBe(false)
    expect(editor.state.message?.text).toMatch(/bus/)
    expect(editor.state.tool).toBe('select')
  })

  test('nested annotations go into the selected parent, one after the other', () => {
    const editor = drawing('bus', nested)
    drive(editor).drag([A, C])
    expect(editor.activateClass(wheel.id)).toBe(true)
    drive(editor).click([30, 40]).click([50, 40])
    const [parent, ...wheels] = all(editor)
    expect(wheels.map(({ parentId }) => parentId)).toEqual([parent!.id, parent!.id])
    editor.select([])
    drive(editor).click([40, 40])
    expect(all(editor)).toHaveLength(3)
    expect(editor.state.message?.code).toBe('disabled')
  })

  test('a digit chooses the class; while drawing it goes on when the type is the same', () => {
    const editor = makeEditor({ configuration: nested })
    drive(editor).key('1').click(A).key('2').click(C)
    expect(all(editor).map(({ classId }) => classId)).toEqual(['tram'])
    drive(editor).key('3').click(A).key('1')
    expect(editor.preview()).toEqual([])
  })

  test('choosing a hidden class shows it', () => {
    const editor = makeEditor({ configuration: nested })
    editor.hideClass(bus.id, true)
    editor.activateClass(bus.id)
    expect(editor.state.hiddenClasses.size).toBe(0)
  })

  test('a parent that is deleted elsewhere ends the drawing with the reason', () => {
    const editor = drawing('bus', nested)
    drive(editor).drag([A, C])
    editor.activateClass(wheel.id)
    const hand = drive(editor).down([30, 30])
    editor.receive((document) => ({ ...document, annotations: new Map() }))
    hand.up([30, 30])
    expect(all(editor)).toEqual([])
    expect(editor.state.message?.code).toBe('cancelled')
  })

  test('without a class nothing is drawn, and the reason is said', () => {
    const editor = makeEditor()
    expect(editor.useTool('draw')).toBe(false)
    expect(editor.state.message?.text).toBe('Choose a class first.')
  })

  test('what is new lies on top', () => {
    const editor = drawing('rectangle')
    drive(editor).drag([A, C])
    editor.run('bring-to-front')
    drive(editor).drag([B, D])
    const [first, second] = all(editor)
    expect(second!.z).toBeGreaterThanOrEqual(first!.z)
  })
})
