// Where the next point falls besides what it snaps to: along borders that are followed, and in directions that are kept.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundsOf, operations, REACH, type Geometry, type Ring, type XY } from '../geometry/index.ts'
import { drive, type Annotation, type AnnotationId, type ClassId, type Editor } from '../core/index.ts'
import { makeAnnotation, makeDocument } from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { FOLLOW, SNAP } from './snap.ts'

const ring = (...points: XY[]): Geometry => ({ kind: 'polygon', points })
/** Its right side is slanted: hardly any place on it lies on the grid. */
const field = makeAnnotation('field', { geometry: ring([20, 20], [90, 23], [97, 80], [20, 80]) })
const all = (editor: Editor): readonly Annotation[] => [...editor.state.document.annotations.values()]
const pointsOf = (annotation: Annotation | undefined): Ring =>
  annotation === undefined ? [] : operations(annotation.geometry.kind).vertices(annotation.geometry)
const named = (editor: Editor, id: string) => editor.state.document.annotations.get(id as AnnotationId)
const drawn = (editor: Editor): Annotation | undefined => all(editor).find(({ id }) => id !== 'field')

function snapping(kind = 'polygon', annotation = field): Editor {
  const editor = makeEditor({ document: makeDocument([annotation]) })
  editor.set(SNAP, true)
  editor.activateClass(kind as ClassId)
  return editor
}

describe('a border that is followed', () => {
  const bay = makeAnnotation('bay', {
    geometry: ring([20, 20], [60, 25], [70, 40], [64, 61], [50, 80], [20, 80]),
  })

  test('is taken over from the last point, the shorter way', () => {
    const editor = snapping('polygon', bay)
    const hand = drive(editor).click([60, 25]).move([50, 80], { ctrl: true })
    const preview = editor.preview().find(({ type }) => type === 'path')
    expect(preview).toMatchObject({
      points: [
        [60, 25],
        [70, 40],
        [64, 61],
        [50, 80],
      ],
    })
    hand.click([50, 80], { ctrl: true }).click([120, 80]).click([120, 25]).key('Enter')
    expect(pointsOf(all(editor).find(({ id }) => id !== 'bay'))).toEqual([
      [60, 25],
      [70, 40],
      [64, 61],
      [50, 80],
      [120, 80],
      [120, 25],
    ])
    expect(named(editor, 'bay')).toBe(bay)
  })

  test('goes the other way round with Shift, and between places on edges', () => {
    const editor = snapping('line', bay)
    drive(editor).click([66, 33]).click([57, 72], { ctrl: true, shift: true }).key('Enter')
    const way = pointsOf(all(editor).find(({ id }) => id !== 'bay'))
    expect(way.slice(1, -1)).toEqual([
      [60, 25],
      [20, 20],
      [20, 80],
      [50, 80],
    ])
    expect(pointsOf(named(editor, 'bay'))).toContainEqual(way.at(-1))
  })

  test('is one step for Backspace, and straight where there is no border', () => {
    const editor = snapping('line', bay)
    drive(editor).click([60, 25]).click([50, 80], { ctrl: true }).key('Backspace')
    drive(editor).click([150, 50], { ctrl: true }).key('Enter')
    expect(pointsOf(all(editor).find(({ id }) => id !== 'bay'))).toEqual([
      [60, 25],
      [150, 50],
    ])
  })

  test('closes the outline on its first point', () => {
    const editor = snapping('polygon', bay)
    drive(editor).click([60, 25]).click([150, 30]).click([150, 80]).click([50, 80])
    drive(editor).click([60, 25], { ctrl: true })
    expect(pointsOf(all(editor).find(({ id }) => id !== 'bay'))).toEqual([
      [60, 25],
      [150, 30],
      [150, 80],
      [50, 80],
      [64, 61],
      [70, 40],
    ])
  })
})

describe('borders followed by the setting, with clicks alone', () => {
  const bay = makeAnnotation('bay', {
    geometry: ring([20, 20], [60, 25], [70, 40], [64, 61], [50, 80], [20, 80]),
  })
  function following(way: 'shorter' | 'longer', kind = 'polygon'): Editor {
    const editor = makeEditor({ document: makeDocument([bay]) })
    editor.set(FOLLOW, way)
    editor.activateClass(kind as ClassId)
    return editor
  }
  const made = (editor: Editor): Ring => pointsOf(all(editor).find(({ id }) => id !== 'bay'))

  test('begin and go on on the border without another setting, the shorter way or the longer one', () => {
    const editor = following('shorter', 'line')
    drive(editor).click([61, 26]).click([51, 81]).key('Enter')
    expect(made(editor)).toEqual([
      [60, 25],
      [70, 40],
      [64, 61],
      [50, 80],
    ])
    const other = following('longer', 'line')
    drive(other).click([61, 26]).click([51, 81]).key('Enter')
    expect(made(other)).toEqual([
      [60, 25],
      [20, 20],
      [20, 80],
      [50, 80],
    ])
  })

  test('are left alone beside them, with Ctrl, and by a free-hand stretch', () => {
    const editor = following('shorter')
    drive(editor).click([61, 26]).click([51, 81], { ctrl: true }).click([130, 50]).key('Enter')
    expect(made(editor)).toEqual([
      [60, 25],
      [50, 80],
      [130, 50],
    ])
    const swept = following('shorter', 'line')
    drive(swept)
      .click([61, 26])
      .drag([
        [100, 20],
        [110, 60],
        [90, 90],
        [51, 81],
      ])
      .key('Enter')
    expect(made(swept).slice(0, 3)).toEqual([
      [60, 25],
      [100, 20],
      [110, 60],
    ])
    expect(made(swept).at(-1)).toEqual([50, 80])
  })

  test('Shift goes the other way, and keeps directions where there is no border', () => {
    const editor = following('shorter', 'line')
    drive(editor)
      .click([61, 26])
      .click([51, 81], { shift: true })
      .click([103, 84], { shift: true })
      .key('Enter')
    expect(made(editor)).toEqual([
      [60, 25],
      [20, 20],
      [20, 80],
      [50, 80],
      [103, 80],
    ])
  })

  test('mean nothing for what is dragged or one point', () => {
    for (const kind of ['rectangle', 'point']) {
      const editor = following('shorter', kind)
      expect(editor.settings().map(({ id }) => id)).not.toContain(FOLLOW.id)
      drive(editor).move([61, 26])
      expect(editor.preview().filter(({ type }) => type === 'snap')).toEqual([])
    }
  })
})

describe('a direction that is kept', () => {
  test('ends where it crosses an edge nearby, which gets the same point', () => {
    const editor = snapping('line')
    drive(editor).click([150, 50]).move([97, 51], { shift: true })
    expect(editor.preview()).toContainEqual({ type: 'snap', at: [93.32, 50], on: 'edge' })
    drive(editor).click([97, 51], { shift: true }).key('Enter')
    expect(pointsOf(drawn(editor))).toEqual([
      [150, 50],
      [93.32, 50],
    ])
    expect(pointsOf(named(editor, 'field'))).toContainEqual([93.32, 50])
  })

  test('ends on a vertex that it reaches, and says so', () => {
    const editor = snapping('line')
    drive(editor).click([140, 73]).move([91, 24], { shift: true })
    expect(editor.preview()).toContainEqual({ type: 'snap', at: [90, 23], on: 'vertex' })
  })

  test('is met by a square as well', () => {
    const editor = snapping('rectangle')
    drive(editor).drag(
      [
        [140, 90],
        [98, 45],
      ],
      { shift: true },
    )
    const [box] = all(editor).filter(({ id }) => id !== 'field')
    const { x, y, w, h } = boundsOf(box!.geometry)
    expect([x + w, y + h, w]).toEqual([140, 90, h])
    expect(pointsOf(named(editor, 'field'))).toContainEqual([x, y])
  })

  test('is kept exactly whatever is snapped to, and meets it exactly', () => {
    const place = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 100 }))
    fc.assert(
      fc.property(place, place, (from, to) => {
        const editor = snapping('line')
        drive(editor).click(from, { alt: true }).click(to, { shift: true }).key('Enter')
        const [a, b] = pointsOf(drawn(editor))
        if (a === undefined || b === undefined) return
        const [dx, dy] = [Math.abs(b[0] - a[0]), Math.abs(b[1] - a[1])]
        expect(Math.min(dx, dy, Math.abs(dx - dy))).toBeLessThan(1e-9)
        const { geometry } = named(editor, 'field')!
        const away = operations(geometry.kind).distance(geometry, b)
        if (away <= REACH) expect(away).toBeLessThan(1e-9)
      }),
    )
  })
})
