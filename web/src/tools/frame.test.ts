import { describe, expect, test } from 'vitest'
import { boundsOf, operations, type XY } from '../geometry/index.ts'
import { drive, type AnnotationId, type Editor } from '../core/index.ts'
import { ALL_KINDS, makeAnnotation, makeDocument, makeGeometry } from '../core/builders.ts'
import { makeEditor } from './builders.ts'

const square = makeAnnotation('square', { geometry: makeGeometry('polygon', [60, 40], 20) })
const box = makeAnnotation('box', { geometry: makeGeometry('rectangle', [100, 40], 20) })

function framing(...ids: string[]): Editor {
  const editor = makeEditor({ document: makeDocument([square, box]) })
  editor.select(ids as AnnotationId[])
  drive(editor).key('t')
  return editor
}
const bounds = (editor: Editor, id: string) =>
  boundsOf(editor.state.document.annotations.get(id as AnnotationId)!.geometry)
const shown = (editor: Editor) => editor.preview().find(({ type }) => type === 'frame')
const knob: XY = [70, 40 - (26 * 4) / 6]

describe('scaling', () => {
  test.each([
    ['the corner', [80, 60], [100, 90], { x: 60, y: 40, w: 40, h: 50 }, {}],
    ['a side', [80, 50], [90, 70], { x: 60, y: 40, w: 30, h: 20 }, {}],
    ['over the opposite side', [80, 50], [50, 50], { x: 50, y: 40, w: 10, h: 20 }, {}],
    ['with Shift, by the same factor', [80, 60], [100, 62], { x: 60, y: 40, w: 40, h: 40 }, { shift: true }],
    ['with Alt, from the middle', [80, 50], [85, 50], { x: 55, y: 40, w: 30, h: 20 }, { alt: true }],
    ['to the border of the picture', [80, 60], [400, 300], { x: 60, y: 40, w: 140, h: 60 }, {}],
  ] as const)('by %s', (_name, from, to, expected, modifiers) => {
    const editor = framing('square')
    drive(editor).drag([from, to], modifiers)
    expect(bounds(editor, 'square')).toEqual(expected)
    expect(editor.state.history.done).toHaveLength(1)
    editor.undo()
    expect(editor.state.document.annotations.get(square.id)).toBe(square)
  })

  test('several go together, as the preview shows', () => {
    const editor = framing('square', 'box')
    const hand = drive(editor).down([120, 60]).move([180, 60])
    expect(shown(editor)).toMatchObject({ bounds: { x: 60, y: 40, w: 120, h: 20 } })
    hand.up([180, 60])
    expect([bounds(editor, 'square'), bounds(editor, 'box')]).toEqual([
      { x: 60, y: 40, w: 40, h: 20 },
      { x: 140, y: 40, w: 40, h: 20 },
    ])
  })

  test('to nothing is refused with the reason', () => {
    const editor = framing('box')
    drive(editor).drag([
      [120, 50],
      [100, 50],
    ])
    expect(editor.state.document.annotations.get(box.id)).toBe(box)
    expect(editor.state.message?.code).toBe('no_size')
  })
})

describe('turning', () => {
  test('by the knob, with Shift by steps of 15 degrees', () => {
    const editor = framing('square')
    expect(shown(editor)).toMatchObject({ knob })
    drive(editor).drag([knob, [70 + 20, 50 - 18]], { shift: true })
    const { x, y, w, h } = bounds(editor, 'square')
    expect([w, h].map((value) => Math.round(value * 10) / 10)).toEqual([28.3, 28.3])
    expect([x + w / 2, y + h / 2].map(Math.round)).toEqual([70, 50])
  })

  test('a quarter turn four times is as before', () => {
    const editor = framing('square')
    for (let turn = 0; turn < 4; turn += 1) drive(editor).drag([knob, [90, 50]], { shift: true })
    expect(bounds(editor, 'square')).toEqual(bounds(framing('square'), 'square'))
  })

  test('is not offered for what stays upright, nor together with it', () => {
    expect(shown(framing('square', 'box'))).toMatchObject({ turns: false })
    const editor = framing('box')
    expect(shown(editor)).toMatchObject({ turns: false })
    const off: XY = [110, knob[1]]
    drive(editor).move(off)
    expect(editor.cursor()).toBe('not-allowed')
    drive(editor).drag([off, [150, 50]])
    expect(editor.state.document.annotations.get(box.id)).toBe(box)
    expect(editor.state.message?.text).toMatch(/^Rectangles stay upright/)
  })

  test('what would leave the picture is moved back in, what is larger than it is refused', () => {
    const long = makeAnnotation('long', {
      geometry: operations('line').build([
        [2, 30],
        [92, 30],
      ])!,
    })
    const editor = makeEditor({ document: makeDocument([long]) })
    editor.select([long.id])
    const top: XY = [47, 30 - (26 * 4) / 6]
    drive(editor)
      .key('t')
      .drag([top, [90, 30]], { shift: true })
    expect(bounds(editor, 'long')).toEqual({ x: 47, y: 0, w: 0, h: 90 })
    const wide = makeAnnotation('wide', {
      geometry: operations('line').build([
        [2, 30],
        [180, 30],
      ])!,
    })
    const other = makeEditor({ document: makeDocument([wide]) })
    other.select([wide.id])
    drive(other)
      .key('t')
      .drag(
        [
          [91, 30 - (26 * 4) / 6],
          [150, 30],
        ],
        { shift: true },
      )
    expect(other.state.document.annotations.get(wide.id)).toBe(wide)
    expect(other.state.message?.code).toBe('no_room')
  })
})

test('a drag inside the frame moves, a click selects, Escape goes back with the selection', () => {
  const editor = framing('square')
  drive(editor).drag([
    [70, 50],
    [80, 55],
  ])
  expect(bounds(editor, 'square')).toEqual({ x: 70, y: 45, w: 20, h: 20 })
  drive(editor).click([110, 50])
  expect([...editor.state.selection]).toEqual(['box'])
  drive(editor).click([80, 55], { shift: true }).key('Escape')
  expect(editor.state).toMatchObject({ tool: 'select' })
  expect(editor.state.selection.size).toBe(2)
})

describe('an edge that is dragged', () => {
  test.each(ALL_KINDS)('of a %s takes both ends along with Ctrl', (kind) => {
    const annotation = makeAnnotation('a', { geometry: makeGeometry(kind, [60, 20], 60) })
    const editor = makeEditor({ document: makeDocument([annotation]) })
    editor.select([annotation.id])
    drive(editor).drag(
      [
        [75, 20],
        [80, 10],
      ],
      { ctrl: true },
    )
    const now = editor.state.document.annotations.get(annotation.id)!.geometry
    const { outline, vertices, moveEdge, upright } = operations(kind)
    if (outline(annotation.geometry)[0]!.points.length === 1) return expect(now).toBe(annotation.geometry)
    expect(now).toEqual(moveEdge(annotation.geometry, 0, 5, -10))
    const [dx, dy] = upright ? [0, -10] : [5, -10]
    expect(vertices(now).slice(0, 2)).toEqual([
      [60 + dx, 20 + dy],
      [120 + dx, 20 + dy],
    ])
  })

  test('of a rectangle needs no key, unless it is small', () => {
    const wide = makeAnnotation('a', { geometry: makeGeometry('rectangle', [60, 20], 60) })
    const editor = makeEditor({ document: makeDocument([wide]) })
    editor.select([wide.id])
    drive(editor).move([75, 80])
    expect(editor.cursor()).toBe('ns-resize')
    drive(editor).drag([
      [75, 80],
      [75, 90],
    ])
    expect(bounds(editor, 'a')).toEqual({ x: 60, y: 20, w: 60, h: 70 })
    const small = makeAnnotation('a', { geometry: makeGeometry('rectangle', [60, 20], 18) })
    const other = makeEditor({ document: makeDocument([small]) })
    other.select([small.id])
    drive(other).drag([
      [64, 36],
      [64, 46],
    ])
    expect(bounds(other, 'a')).toEqual({ x: 60, y: 30, w: 18, h: 18 })
  })
})
