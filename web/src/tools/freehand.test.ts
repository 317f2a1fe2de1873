// Drawing beyond single clicks: free-hand stretches, extreme points, directions, typed places, undo and redo.

import { describe, expect, test } from 'vitest'
import { boundsOf, operations, type Ring, type XY } from '../geometry/index.ts'
import { drive, type AnnotationId, type ClassId, type Editor } from '../core/index.ts'
import {
  makeAnnotation,
  makeConfiguration,
  makeDocument,
  makeGeometry,
  makeGeometryClass,
} from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { draw } from './draw.ts'

function drawing(classId: string): Editor {
  const editor = makeEditor()
  editor.activateClass(classId as ClassId)
  return editor
}
const geometryOf = (editor: Editor) => [...editor.state.document.annotations.values()][0]?.geometry
const pointsOf = (editor: Editor): Ring => {
  const geometry = geometryOf(editor)
  return geometry === undefined ? [] : operations(geometry.kind).vertices(geometry)
}
const set = (editor: Editor, id: string, value: string | number | boolean): void =>
  editor.set(
    draw.settings.find((setting) => setting.id === id)!,
    value,
  )

/** A wave of many points around a height. */
const wave = (from: number, to: number, y: number): readonly XY[] =>
  Array.from({ length: 61 }, (_, i): XY => {
    const x = from + ((to - from) * i) / 60
    return [x, y + 6 * Math.sin(x / 6)]
  })

describe('free-hand', () => {
  test('a drag draws a line with as many points as its shape needs', () => {
    const editor = drawing('line')
    const way = wave(20, 140, 40)
    drive(editor).drag(way).key('Enter')
    const points = pointsOf(editor)
    expect([points[0], points.at(-1)]).toEqual(
      [way[0], way.at(-1)].map((at) => at!.map((v) => Math.round(v * 100) / 100)),
    )
    expect(points.length).toBeGreaterThan(6)
    expect(points.length).toBeLessThan(40)
    const coarse = drawing('line')
    set(coarse, 'smoothing', 10)
    drive(coarse).drag(way).key('Enter')
    expect(pointsOf(coarse).length).toBeLessThan(points.length)
  })

  test('a polygon drawn in one sweep back to its start is done when released', () => {
    const editor = drawing('polygon')
    drive(editor).drag([...wave(20, 140, 30), [140, 80], [20, 80], [21, 31]])
    expect(geometryOf(editor)?.kind).toBe('polygon')
    expect(pointsOf(editor).length).toBeGreaterThan(6)
  })

  test('clicks and sweeps go together in one ring, and a sweep is one step for undo and redo', () => {
    const editor = drawing('polygon')
    const hand = drive(editor)
      .click([20, 80])
      .drag(wave(20, 140, 30))
      .click([140, 80])
    hand.key('z', { ctrl: true }).key('z', { ctrl: true })
    expect(editor.preview().find(({ type }) => type === 'points')).toMatchObject({ points: [[20, 80]] })
    hand.key('z', { ctrl: true, shift: true }).key('z', { ctrl: true, shift: true })
    hand.key('z', { ctrl: true, shift: true }).key('Enter')
    const points = pointsOf(editor)
    expect([points[0], points.at(-1)]).toEqual([
      [20, 80],
      [140, 80],
    ])
    expect(points.length).toBeGreaterThan(8)
    expect(editor.state.history.done).toHaveLength(1)
  })

  test('a new point after undo leaves nothing to set again', () => {
    const editor = drawing('line')
    const hand = drive(editor).click([20, 20]).click([60, 20]).key('Backspace').click([20, 60])
    hand.key('y', { ctrl: true }).key('Enter')
    expect(pointsOf(editor)).toEqual([
      [20, 20],
      [20, 60],
    ])
  })

  test('a hand that trembles sets one point', () => {
    const editor = drawing('line')
    drive(editor)
      .drag([
        [20, 20],
        [22, 21],
        [23, 20],
      ])
      .click([90, 20])
      .key('Enter')
    expect(pointsOf(editor)).toHaveLength(2)
  })

  test('a press inside another shape draws and does not move it', () => {
    const below = makeAnnotation('below', { geometry: makeGeometry('polygon', [10, 10], 80) })
    const editor = makeEditor({ document: makeDocument([below]) })
    editor.select([below.id])
    editor.activateClass('line' as ClassId)
    drive(editor)
      .drag(wave(20, 80, 50))
      .key('Enter')
    expect(editor.state.document.annotations.get(below.id)).toBe(below)
    expect(editor.state.document.annotations.size).toBe(2)
  })
})

describe('a rectangle by four extreme points', () => {
  const extremes: readonly XY[] = [
    [60, 20],
    [90, 45],
    [55, 70],
    [30, 40],
  ]
  const byExtremes = (): Editor => {
    const editor = drawing('rectangle')
    drive(editor).key('x')
    return editor
  }

  test('reaches from the leftmost to the rightmost and is done with the fourth', () => {
    const editor = byExtremes()
    for (const at of extremes) drive(editor).click(at)
    expect(boundsOf(geometryOf(editor)!)).toEqual({ x: 30, y: 20, w: 60, h: 50 })
    expect(editor.preview().filter(({ type }) => type !== 'hover')).toEqual([])
  })

  test('shows what it reaches over so far, takes points back, and ends early with Enter', () => {
    const editor = byExtremes()
    const hand = drive(editor).click(extremes[0]!).click([150, 90]).key('Backspace').click(extremes[1]!)
    hand.move(extremes[2]!)
    expect(editor.preview().find(({ type }) => type === 'geometry')).toMatchObject({
      geometry: { x: 55, y: 20, w: 35, h: 50 },
    })
    hand.key('Enter')
    expect(boundsOf(geometryOf(editor)!)).toEqual({ x: 60, y: 20, w: 30, h: 25 })
  })
})

describe('directions', () => {
  test('Shift keeps the next point on a multiple of 45 degrees', () => {
    const editor = drawing('line')
    const held = { shift: true }
    drive(editor)
      .click([20, 20])
      .click([60, 23], held)
      .click([79, 41], held)
      .click([77, 90], held)
      .key('Enter')
    expect(pointsOf(editor)).toEqual([
      [20, 20],
      [60, 20],
      [80, 40],
      [80, 90],
    ])
  })

  test('the setting does so without the key, which then lifts it', () => {
    const editor = drawing('line')
    set(editor, 'angles', true)
    drive(editor).click([20, 20]).click([60, 23]).click([70, 51], { shift: true }).key('Enter')
    expect(pointsOf(editor)).toEqual([
      [20, 20],
      [60, 20],
      [70, 51],
    ])
  })

  test('end at the border of the picture in the same direction', () => {
    const editor = drawing('line')
    drive(editor).click([180, 20]).click([300, 150], { shift: true }).key('Enter')
    expect(pointsOf(editor).at(-1)).toEqual([200, 40])
  })

  test('Shift makes a rectangle a square', () => {
    const editor = drawing('rectangle')
    drive(editor).drag(
      [
        [60, 60],
        [40, 30],
      ],
      { shift: true },
    )
    expect(boundsOf(geometryOf(editor)!)).toEqual({ x: 30, y: 30, w: 30, h: 30 })
  })
})

describe('typed places', () => {
  test.each([
    ['point', ['12.5, 30'], [[12.5, 30]]],
    [
      'line',
      ['10 10', '@30,-5', '@ 0 ; 20'],
      [
        [10, 10],
        [40, 5],
        [40, 25],
      ],
    ],
  ] as const)('draw a %s', (kind, typed, expected) => {
    const editor = drawing(kind)
    for (const text of typed) drive(editor).type(text)
    drive(editor).key('Enter')
    expect(pointsOf(editor)).toEqual(expected)
  })

  test('draw a rectangle from corner to corner, and go together with clicks', () => {
    const editor = drawing('rectangle')
    drive(editor).type('10, 10').type('@40, 30')
    expect(geometryOf(editor)).toEqual({ kind: 'rectangle', x: 10, y: 10, w: 40, h: 30 })
    const mixed = drawing('line')
    drive(mixed).click([20, 20]).type('@10, 0').key('Enter')
    expect(pointsOf(mixed)).toHaveLength(2)
  })

  test.each([
    ['twelve', /“twelve” is not a place/],
    ['@5, 5', /no point yet/],
    ['250, 10', /x is 250; the picture goes from 0 to 200/],
    ['10, -1', /y is -1; the picture goes from 0 to 100/],
  ])('%s is refused with the reason', (text, reason) => {
    const editor = drawing('line')
    drive(editor).type(text)
    expect(editor.state.message?.text).toMatch(reason)
    expect(editor.preview()).toEqual([])
  })
})

describe('nested classes', () => {
  const window = makeGeometryClass('window', 'rectangle')
  const house = makeGeometryClass('house', 'rectangle', { children: [window] })

  test('what is drawn inside a parent is shown in it, and may reach out of it', () => {
    const parent = makeAnnotation('parent', {
      classId: house.id,
      geometry: makeGeometry('rectangle', [20, 20], 40),
    })
    const editor = makeEditor({ configuration: makeConfiguration([house]), document: makeDocument([parent]) })
    editor.select([parent.id])
    editor.activateClass(window.id)
    expect(editor.preview()).toContainEqual({ type: 'context', annotationId: 'parent' })
    drive(editor).drag([
      [50, 50],
      [90, 90],
    ])
    const child = [...editor.state.document.annotations.values()].find(
      ({ id }) => id !== ('parent' as AnnotationId),
    )
    expect(child?.parentId).toBe('parent')
  })
})
