import { describe, expect, test } from 'vitest'
import { drive, type Editor } from '../core/index.ts'
import { EXTEND } from './brush.ts'
import { FROM } from './eraser.ts'
import { all, areas, makeSegment, makeSegmenting, select, stroke } from './segments.ts'
import { OVERLAP } from './sharing.ts'
import { BRUSH_SIZE } from './stroke.ts'

const STADIUM = 60 * 10 + Math.PI * 25

function brushing(segments: Parameters<typeof makeSegmenting>[1] = [], tool = 'brush'): Editor {
  const editor = makeSegmenting(tool, segments)
  editor.set(BRUSH_SIZE, 10)
  return editor
}

describe('brush', () => {
  test('paints what a disc covers on its way, and selects it', () => {
    const editor = brushing()
    stroke(editor, [40, 50], [100, 50])
    expect(areas(editor)).toEqual([['road', expect.closeTo(STADIUM, -1)]])
    expect([...editor.state.selection]).toEqual(all(editor).map(({ id }) => id))
    expect(editor.state.tool).toBe('brush')
  })

  test('a straight stroke has no more points than its ends need', () => {
    const editor = brushing()
    stroke(editor, [40, 50], [100, 50], 200)
    const { geometry } = all(editor)[0]!
    if (geometry.kind !== 'image_segmentation') throw new Error('no segment')
    expect(geometry.rings[0]!.length).toBeLessThan(60)
  })

  test('a click makes a disc', () => {
    const editor = brushing()
    drive(editor).click([50, 50])
    expect(areas(editor)).toEqual([['road', expect.closeTo(Math.PI * 25, -1)]])
  })

  test('the selected segment grows by what touches it', () => {
    const editor = brushing([makeSegment('a', [20, 20], 40)])
    select(editor, 'a')
    stroke(editor, [50, 40], [90, 40])
    expect(all(editor).map(({ id }) => id)).toEqual(['a'])
    expect(areas(editor)[0]![1]).toBeCloseTo(1600 + 30 * 10 + (Math.PI * 25) / 2, -1)
    editor.undo()
    expect(areas(editor)).toEqual([['road', 1600]])
  })

  test('what does not touch the selected segment is a segment of its own, and that is said', () => {
    const editor = brushing([makeSegment('a', [20, 20], 20)])
    select(editor, 'a')
    stroke(editor, [100, 40], [160, 40])
    expect(areas(editor)).toEqual([
      ['road', expect.closeTo(STADIUM, -1)],
      ['road', 400],
    ])
    expect(editor.state.message?.code).toBe('apart')
    expect(editor.state.selection.has('a' as never)).toBe(false)
  })

  test('a stroke around a place leaves a hole', () => {
    const editor = brushing()
    drive(editor).drag([
      [40, 30],
      [80, 30],
      [80, 70],
      [40, 70],
      [40, 30],
    ])
    const { geometry } = all(editor)[0]!
    expect(geometry.kind === 'image_segmentation' && geometry.rings).toHaveLength(2)
  })

  test('every stroke makes a segment when none is to be extended', () => {
    const editor = brushing([makeSegment('a', [20, 20], 40)])
    select(editor, 'a')
    editor.set(EXTEND, false)
    stroke(editor, [50, 40], [90, 40])
    expect(all(editor)).toHaveLength(2)
    expect(areas(editor).find(([, area]) => area < 1600 && area > 1000)).toBeDefined()
  })

  test('a segment of another class is not extended', () => {
    const editor = brushing([makeSegment('a', [20, 20], 40, { classId: 'grass' })])
    select(editor, 'a')
    stroke(editor, [50, 40], [90, 40])
    expect(areas(editor).map(([classId]) => classId)).toEqual(['road', 'grass'])
  })

  test.each([
    ['cut_others', [1600 - 400, 2400]],
    ['cut_mine', [1600, 2000]],
    ['overlap', [1600, 2400]],
  ] as const)('on others: %s', (overlap, [other, mine]) => {
    const editor = makeSegmenting('fill', [makeSegment('a', [20, 20], 40, { classId: 'grass' })])
    editor.set(OVERLAP, overlap)
    drive(editor).click([50, 20]).click([110, 20]).click([110, 60]).click([50, 60]).key('Enter')
    expect(areas(editor)).toEqual([
      ['road', mine],
      ['grass', other],
    ])
  })

  test('where others keep their place nothing may be left, and that is said', () => {
    const editor = brushing([makeSegment('a', [20, 20], 60, { classId: 'grass' })])
    editor.set(OVERLAP, 'cut_mine')
    stroke(editor, [40, 50], [60, 50])
    expect(all(editor)).toHaveLength(1)
    expect(editor.state.message?.code).toBe('covered')
  })

  test('what is locked keeps its place', () => {
    const editor = brushing([makeSegment('a', [20, 20], 40, { classId: 'grass' })])
    editor.lockClass('grass' as never, true)
    stroke(editor, [40, 40], [100, 40])
    expect(areas(editor)).toEqual([
      ['road', expect.closeTo(40 * 10 + (Math.PI * 25) / 2, -1)],
      ['grass', 1600],
    ])
  })

  test('ends at the border of the picture', () => {
    const editor = brushing()
    stroke(editor, [100, 50], [260, 50])
    expect(areas(editor)).toEqual([['road', expect.closeTo(100 * 10 + (Math.PI * 25) / 2, -1)]])
    stroke(editor, [100, -30], [160, -30])
    expect(all(editor)).toHaveLength(1)
    expect(editor.state.message?.text).toContain('outside the picture')
  })

  test('with Shift goes straight on from where the last stroke ended', () => {
    const editor = brushing()
    drive(editor).click([40, 50]).click([100, 50], { shift: true })
    expect(areas(editor)).toEqual([['road', expect.closeTo(STADIUM, -1)]])
  })

  test('the size is stepped by keys and by the wheel, and is that of the next stroke', () => {
    const editor = brushing()
    drive(editor).down([40, 50]).key(']').turn(3).move([100, 50]).up([100, 50])
    expect(areas(editor)).toEqual([['road', expect.closeTo(STADIUM, -1)]])
    expect(editor.state.toolSettings[BRUSH_SIZE.id]).toBe(14)
  })

  test('a brush of one pixel paints the pixel under it, wherever in it', () => {
    const editor = brushing()
    editor.set(BRUSH_SIZE, 1)
    drive(editor).click([50.04, 50.97])
    const { geometry } = all(editor)[0]!
    expect(
      geometry.kind === 'image_segmentation' && geometry.rings[0]!.every(([x]) => x >= 50 && x <= 51),
    ).toBe(true)
  })

  test('the stroke is shown while it is made, and the tip always', () => {
    const editor = brushing()
    const types = (): readonly string[] => editor.preview().map(({ type }) => type)
    drive(editor).move([50, 50])
    expect(types()).toEqual(['tip'])
    drive(editor).down([50, 50]).move([60, 50])
    expect(types()).toEqual(['stroke', 'tip'])
    drive(editor).key('Escape').up([60, 50])
    expect(all(editor)).toEqual([])
  })
})

describe('eraser', () => {
  test('takes what a disc covers away from all segments', () => {
    const editor = brushing([makeSegment('a', [20, 20], 40), makeSegment('b', [60, 20], 40)], 'eraser')
    stroke(editor, [30, 40], [90, 40])
    const [a, b] = areas(editor).map(([, area]) => area)
    expect(a! + b!).toBeCloseTo(3200 - STADIUM, -1)
  })

  test('parts what it crosses, and the larger part keeps the id', () => {
    const editor = brushing([makeSegment('a', [20, 20], 40)], 'eraser')
    stroke(editor, [30, 10], [30, 70])
    expect(
      areas(editor)
        .map(([, area]) => area)
        .toSorted((x, y) => y - x),
    ).toEqual([25 * 40, 5 * 40])
  })

  test('of selected segments leaves the others alone', () => {
    const editor = brushing([makeSegment('a', [20, 20], 40), makeSegment('b', [60, 20], 40)], 'eraser')
    select(editor, 'b')
    editor.set(FROM, 'selected')
    stroke(editor, [30, 40], [90, 40])
    expect(areas(editor)[0]).toEqual(['road', 1600])
    expect(areas(editor)[1]![1]).toBeLessThan(1600)
  })

  test('leaves what is locked or hidden alone, and shows what it takes from', () => {
    const editor = brushing([makeSegment('a', [20, 20], 40), makeSegment('b', [60, 20], 40)], 'eraser')
    editor.lockAnnotations(['a' as never], true)
    drive(editor).down([30, 40]).move([90, 40])
    expect(editor.preview()[0]).toMatchObject({ type: 'stroke', role: 'erase', from: ['b'] })
    drive(editor).up([90, 40])
    expect(areas(editor)[0]).toEqual(['road', 1600])
    expect(areas(editor)[1]![1]).toBeLessThan(1600)
  })
})

test('a stroke that is done is nothing unfinished', () => {
  const editor = makeSegmenting('brush')
  stroke(editor, [20, 20], [60, 60])
  expect([editor.isBusy, editor.state.history.done.length]).toEqual([false, 1])
})
