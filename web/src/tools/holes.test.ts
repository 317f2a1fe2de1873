import { describe, expect, test } from 'vitest'
import { drive, type Editor } from '../core/index.ts'
import { GROW_BY } from './operations/grow.ts'
import { all, areaOf, areas, makeSegment, makeSegmenting, select, square, stroke } from './segments.ts'
import { OVERLAP } from './sharing.ts'

const ringsOf = (editor: Editor, index = 0): number => {
  const { geometry } = all(editor)[index]!
  return geometry.kind === 'image_segmentation' ? geometry.rings.length : 0
}
const ids = (editor: Editor): readonly string[] => all(editor).map(({ id }) => id)

describe('cut a hole', () => {
  const holing = (): Editor =>
    makeSegmenting('hole', [makeSegment('a', [20, 20], 60), makeSegment('b', [80, 20], 60)])

  test('cuts an outline out of the segment it began in', () => {
    const editor = holing()
    drive(editor).drag([...square([30, 30], 20), [30, 30]])
    expect(areas(editor)).toEqual([
      ['road', 3200],
      ['road', 3600],
    ])
    expect(ringsOf(editor)).toBe(2)
    expect([...editor.state.selection]).toEqual(['a'])
  })

  test('is outlined by clicks as well, and takes nothing from others', () => {
    const editor = holing()
    drive(editor).click([70, 30]).click([100, 30]).click([100, 50]).click([70, 50]).key('Enter')
    expect(areas(editor)).toEqual([
      ['road', 3600 - 200],
      ['road', 3600],
    ])
  })

  test('says how many segments are left of one that it parts', () => {
    const editor = holing()
    drive(editor).click([40, 30]).click([50, 10]).click([50, 90]).click([40, 90]).key('Enter')
    expect(editor.state.message?.code).toBe('split')
    expect(all(editor)).toHaveLength(3)
  })

  test('begins nowhere but in a segment, and takes none whole', () => {
    const editor = holing()
    drive(editor).click([5, 5])
    expect(editor.state.message?.text).toBe('Begin the hole inside a segment.')
    drive(editor).click([20, 20]).click([190, 0]).click([190, 95]).click([0, 95]).click([0, 20]).key('Enter')
    expect(areas(editor)).toHaveLength(2)
    expect(editor.state.message?.text).toContain('whole segment')
  })
})

describe('fill a hole', () => {
  const pierced = makeSegment('a', [20, 20], 60, {
    holes: [
      [[30, 30], 20],
      [[60, 60], 10],
    ],
  })

  test('fills the hole that is clicked', () => {
    const editor = makeSegmenting('fill-hole', [pierced])
    drive(editor).click([40, 40])
    expect(areas(editor)).toEqual([['road', 3600 - 100]])
    expect(ringsOf(editor)).toBe(2)
  })

  test('leaves others what they have of it', () => {
    const car = makeSegment('b', [35, 35], 5, { classId: 'grass' })
    const editor = makeSegmenting('fill-hole', [pierced, car])
    drive(editor).click([48, 48])
    expect(areas(editor)).toEqual([
      ['road', 3600 - 100 - 25],
      ['grass', 25],
    ])
    editor.undo()
    editor.set(OVERLAP, 'overlap')
    drive(editor).click([48, 48])
    expect(areas(editor)[0]).toEqual(['road', 3500])
  })

  test('says so when there is no hole, or when others fill it', () => {
    const editor = makeSegmenting('fill-hole', [
      pierced,
      makeSegment('b', [30, 30], 20, { classId: 'grass' }),
    ])
    drive(editor).click([25, 25])
    expect(editor.state.message?.code).toBe('no_hole')
    drive(editor).click([40, 40])
    expect(editor.state.message?.code).toBe('covered')
  })
})

describe('split by a line', () => {
  const splitting = (): Editor => makeSegmenting('split', [makeSegment('a', [20, 20], 60)])

  /** The border between parts lies within a few hundredths of a pixel of the line. */
  function expectAreas(editor: Editor, expected: readonly number[]): void {
    const found = areas(editor)
      .map(([, area]) => area)
      .toSorted((x, y) => x - y)
    expect(found).toHaveLength(expected.length)
    for (const [index, area] of found.entries()) expect(Math.abs(area - expected[index]!)).toBeLessThan(5)
    expect(found.reduce((sum, area) => sum + area)).toBe(3600)
  }

  test('makes two segments of one, and nothing of it is lost', () => {
    const editor = splitting()
    stroke(editor, [40, 10], [40, 90])
    expectAreas(editor, [1200, 2400])
    expect(ids(editor)).toContain('a')
    expect(editor.state.selection.size).toBe(2)
    expect(editor.state.message?.text).toBe('The segment is 2 segments now.')
  })

  test('a line that crosses several times makes several parts', () => {
    const editor = splitting()
    drive(editor).click([40, 10]).click([40, 90]).click([60, 90]).click([60, 10]).key('Enter')
    expectAreas(editor, [1200, 1200, 1200])
  })

  test('a closed line inside makes a segment in a hole of the other', () => {
    const editor = splitting()
    drive(editor).drag([...square([30, 30], 20), [30, 30]])
    expectAreas(editor, [400, 3200])
  })

  test('a line that ends inside splits nothing, and that is said', () => {
    const editor = splitting()
    stroke(editor, [40, 10], [40, 60])
    expect(all(editor)).toHaveLength(1)
    expect(editor.state.message?.code).toBe('not_through')
  })

  test('runs through the selected segment only, when it runs through it', () => {
    const editor = makeSegmenting('split', [makeSegment('a', [20, 20], 60), makeSegment('b', [100, 20], 60)])
    select(editor, 'a')
    stroke(editor, [10, 50], [190, 50])
    expect(all(editor)).toHaveLength(3)
    expect(areas(editor).filter(([, area]) => area === 3600)).toHaveLength(1)
  })
})

describe('merge', () => {
  test('makes one segment of those that touch, the oldest of them', () => {
    const editor = makeSegmenting('select', [makeSegment('b', [60, 20], 20), makeSegment('a', [20, 20], 40)])
    select(editor, 'a', 'b')
    drive(editor).key('m')
    expect(areas(editor)).toEqual([['road', 2000]])
    expect(ids(editor)).toEqual(['a'])
    editor.undo()
    expect(ids(editor)).toEqual(['a', 'b'])
  })

  test('borders that were rounded apart touch', () => {
    const editor = makeSegmenting('select', [
      makeSegment('a', [20, 20], 40),
      makeSegment('b', [60.02, 20], 40),
    ])
    select(editor, 'a', 'b')
    editor.run('merge')
    expect(ids(editor)).toEqual(['a'])
    expect(ringsOf(editor)).toBe(1)
  })

  test('what does not touch stays apart, and that is said', () => {
    const editor = makeSegmenting('select', [
      makeSegment('a', [20, 20], 40),
      makeSegment('b', [60, 20], 20),
      makeSegment('c', [120, 20], 20),
    ])
    select(editor, 'a', 'b', 'c')
    editor.run('merge')
    expect(ids(editor)).toEqual(['a', 'c'])
    expect(editor.state.message?.text).toBe(
      '3 segments are 2 now: what does not touch the others stays apart.',
    )
    editor.run('merge')
    expect(editor.state.message?.text).toMatch(/^Nothing was merged: the segments do not touch one another/)
  })

  test('is for several segments of one class', () => {
    const editor = makeSegmenting('select', [
      makeSegment('a', [20, 20], 40),
      makeSegment('b', [60, 20], 20, { classId: 'grass' }),
    ])
    select(editor, 'a')
    editor.run('merge')
    expect(editor.state.message?.text).toBe('Select two or more segments.')
    select(editor, 'a', 'b')
    editor.run('merge')
    expect(editor.state.message?.text).toBe('The segments are of several classes.')
  })
})

describe('grow and shrink', () => {
  function selecting(...segments: Parameters<typeof makeSegmenting>[1] & {}): Editor {
    const editor = makeSegmenting('select', segments)
    editor.set(GROW_BY, 5)
    editor.select(segments.map(({ id }) => id))
    return editor
  }

  test('grows on all sides, with round corners', () => {
    const editor = selecting(makeSegment('a', [40, 30], 40))
    drive(editor).key('>')
    expect(areas(editor)[0]![1]).toBeCloseTo(1600 + 4 * 40 * 5 + Math.PI * 25, -1)
  })

  test('grows up to the border of the picture and into others', () => {
    const editor = selecting(makeSegment('a', [0, 0], 40))
    drive(editor).key('>')
    expect(areas(editor)[0]![1]).toBeCloseTo(1600 + 2 * 40 * 5 + (Math.PI * 25) / 4, -1)
    const two = makeSegmenting('select', [
      makeSegment('a', [20, 20], 40),
      makeSegment('b', [60, 20], 40, { classId: 'grass' }),
    ])
    two.set(GROW_BY, 5)
    select(two, 'a')
    two.run('grow')
    expect(areas(two)[1]![1]).toBe(1600 - 5 * 40)
  })

  test('selected neighbours keep their places from one another', () => {
    const editor = selecting(makeSegment('a', [20, 30], 40), makeSegment('b', [62, 30], 40))
    editor.run('grow')
    expect(all(editor)).toHaveLength(2)
    const [a, b] = areas(editor).map(([, area]) => area)
    expect(a! + b!).toBeLessThan(2 * (1600 + 4 * 40 * 5))
  })

  test('shrinks, which may part it, and leaves what would vanish', () => {
    const editor = selecting(makeSegment('a', [20, 20], 60), makeSegment('b', [100, 20], 8))
    drive(editor).key('<')
    expect(areas(editor)).toEqual([
      ['road', 2500],
      ['road', 64],
    ])
    expect(editor.state.message?.code).toBe('vanishing')
  })

  test('grown and shrunk again it is what it was, but for its corners', () => {
    const editor = selecting(makeSegment('a', [40, 30], 40))
    drive(editor).key('>').key('<')
    expect(areaOf(all(editor)[0]!.geometry)).toBeCloseTo(1600, -1)
  })
})
