import { describe, expect, test } from 'vitest'
import { operations, type XY } from '../geometry/index.ts'
import { drive, type Annotation, type ClassId, type Driver, type Editor } from '../core/index.ts'
import { makeConfiguration, makeGeometryClass } from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { SHAPE } from './eraser.ts'

const configuration = makeConfiguration([
  makeGeometryClass('road', 'image_segmentation'),
  makeGeometryClass('grass', 'image_segmentation'),
  makeGeometryClass('car', 'rectangle'),
])

function segmenting(classId = 'road'): Editor {
  const editor = makeEditor({ configuration })
  editor.activateClass(classId as ClassId)
  return editor
}
const all = (editor: Editor): readonly Annotation[] => [...editor.state.document.annotations.values()]
const areaOf = ({ geometry }: Annotation): number => operations(geometry.kind).area(geometry)!
const areas = (editor: Editor): unknown =>
  all(editor).map((annotation) => [annotation.classId, Math.round(areaOf(annotation))])

/** A free-hand square: every side in ten steps. */
function outline(hand: Driver, [x, y]: XY, size: number): Driver {
  const corners: readonly XY[] = [
    [x, y],
    [x + size, y],
    [x + size, y + size],
    [x, y + size],
    [x, y],
  ]
  const path = corners.slice(1).flatMap((to, side) => {
    const from = corners[side]!
    return Array.from({ length: 10 }, (_, step): XY => {
      const part = (step + 1) / 10
      return [from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])]
    })
  })
  return hand.drag([corners[0]!, ...path])
}

describe('segment', () => {
  test('a free-hand outline is closed on release and simplified', () => {
    const editor = segmenting()
    outline(drive(editor), [20, 20], 40)
    expect(areas(editor)).toEqual([['road', 1600]])
    const { geometry } = all(editor)[0]!
    expect(operations(geometry.kind).vertices(geometry)).toHaveLength(4)
    expect(editor.state.tool).toBe('segment')
  })

  test('an outline is set by clicks and closed on its first point', () => {
    const editor = segmenting()
    drive(editor).click([20, 20]).click([60, 20]).click([60, 60]).click([20, 60]).click([21, 20])
    expect(areas(editor)).toEqual([['road', 1600]])
  })

  test.each([
    ['Enter', (hand: Driver) => hand.click([20, 60]).key('Enter')],
    ['a double click', (hand: Driver) => hand.doubleClick([20, 60])],
    ['the other button', (hand: Driver) => hand.click([20, 60]).secondaryClick([90, 90])],
  ])('an outline of clicks ends by %s', (_name, end) => {
    const editor = segmenting()
    end(drive(editor).click([20, 20]).click([60, 20]).click([60, 60]))
    expect(areas(editor)).toEqual([['road', 1600]])
  })

  test('clicks and free-hand parts make one outline', () => {
    const editor = segmenting()
    drive(editor)
      .click([20, 20])
      .drag([
        [60, 20],
        [60, 40],
        [60, 60],
      ])
      .click([20, 60])
      .key('Enter')
    expect(areas(editor)).toEqual([['road', 1600]])
  })

  test('Backspace takes back a press with all its points', () => {
    const editor = segmenting()
    drive(editor)
      .click([20, 20])
      .click([60, 20])
      .click([60, 60])
      .drag([
        [100, 90],
        [110, 95],
        [120, 90],
      ])
      .key('Backspace')
      .click([20, 60])
      .key('Enter')
    expect(areas(editor)).toEqual([['road', 1600]])
    drive(editor).click([100, 20]).key('Backspace')
    expect(editor.preview()).toEqual([])
  })

  test('a new segment is cut out of those it overlaps, in one undo step', () => {
    const editor = segmenting()
    outline(drive(editor), [20, 20], 40)
    editor.activateClass('grass' as ClassId)
    outline(drive(editor), [40, 20], 40)
    expect(areas(editor)).toEqual([
      ['road', 800],
      ['grass', 1600],
    ])
    editor.undo()
    expect(areas(editor)).toEqual([['road', 1600]])
  })

  test('one inside another makes a hole, one across splits, one over all deletes', () => {
    const editor = segmenting()
    outline(drive(editor), [20, 20], 60)
    editor.activateClass('grass' as ClassId)
    outline(drive(editor), [30, 30], 10)
    expect(areas(editor)).toEqual([
      ['road', 3500],
      ['grass', 100],
    ])
    drive(editor).drag([
      [50, 10],
      [60, 10],
      [60, 90],
      [50, 90],
      [50, 10],
    ])
    expect(
      all(editor)
        .filter(({ classId }) => classId === 'road')
        .map(areaOf),
    ).toEqual([30 * 60 - 100, 20 * 60])
    outline(drive(editor), [5, 5], 90)
    expect(areas(editor)).toEqual([['grass', 8100]])
  })

  test('an outline that crosses itself makes a segment of each part', () => {
    const editor = segmenting()
    drive(editor).drag([
      [20, 20],
      [60, 60],
      [60, 20],
      [20, 60],
      [20, 20],
    ])
    expect(areas(editor)).toEqual([
      ['road', 400],
      ['road', 400],
    ])
  })

  test('an outline around nothing is cancelled with a message', () => {
    const editor = segmenting()
    drive(editor).drag([
      [20, 20],
      [60, 60],
    ])
    expect(all(editor)).toEqual([])
    expect(editor.state.message?.code).toBe('cancelled')
  })

  test('other kinds are drawn with another tool, and the reason is said', () => {
    const editor = segmenting()
    editor.activateClass('car' as ClassId)
    expect(editor.state.tool).toBe('draw')
    expect(editor.useTool('segment')).toBe(false)
    expect(editor.state.message?.text).toBe('car is drawn with another tool.')
  })

  test('a second finger in mid-stroke takes the stroke back', () => {
    const editor = segmenting()
    drive(editor).down([20, 20]).move([40, 20]).move([40, 40]).cancel().up([40, 40])
    expect(all(editor)).toEqual([])
    expect(editor.preview()).toEqual([])
  })
})

describe('eraser by an outline', () => {
  function erasing(): Editor {
    const editor = segmenting()
    outline(drive(editor), [20, 20], 40)
    editor.activateClass('car' as ClassId)
    drive(editor).drag([
      [100, 20],
      [140, 60],
    ])
    editor.set(SHAPE, 'outline')
    expect(editor.useTool('eraser')).toBe(true)
    return editor
  }

  test('takes an area out of segments and of nothing else', () => {
    const editor = erasing()
    outline(drive(editor), [40, 10], 80)
    expect(areas(editor)).toEqual(
      [
        ['car', 1600],
        ['road', 800],
      ].toReversed(),
    )
    editor.undo()
    expect(areas(editor)).toEqual([
      ['road', 1600],
      ['car', 1600],
    ])
  })

  test('pierces by clicks as well, and deletes what it covers', () => {
    const editor = erasing()
    drive(editor).click([30, 30]).click([50, 30]).click([50, 50]).click([30, 50]).key('Enter')
    expect(areas(editor)).toEqual([
      ['road', 1200],
      ['car', 1600],
    ])
    outline(drive(editor), [10, 10], 70)
    expect(areas(editor)).toEqual([['car', 1600]])
  })

  test('erasing beside all segments is no step', () => {
    const editor = erasing()
    const steps = editor.state.history.done.length
    outline(drive(editor), [80, 70], 10)
    expect(editor.state.history.done).toHaveLength(steps)
  })

  test('too small an area is cancelled with a message', () => {
    const editor = erasing()
    drive(editor).click([30, 30]).click([50, 30]).key('Enter')
    expect(editor.state.message?.code).toBe('cancelled')
  })

  test('is disabled while there is no segment', () => {
    const editor = makeEditor({ configuration })
    expect(editor.useTool('eraser')).toBe(false)
    expect(editor.state.message?.text).toBe('There is no segment to erase from.')
  })
})
