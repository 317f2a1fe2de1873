import { describe, expect, test } from 'vitest'
import { boundsOf, handlesOf, distanceBetween, type XY } from '../geometry/index.ts'
import { drive, type AnnotationId, type Editor } from '../core/index.ts'
import { ALL_KINDS, makeAnnotation, makeDocument, makeGeometry } from '../core/builders.ts'
import { makeEditor } from './builders.ts'

const square = makeAnnotation('square', { geometry: makeGeometry('polygon', [60, 40], 20) })
const other = makeAnnotation('other', { geometry: makeGeometry('polygon', [100, 40], 20) })
const box = makeAnnotation('box', { geometry: makeGeometry('rectangle', [100, 40], 20) })
const AWAY = (14 * 4) / 6
const KNOB: XY = [70, 40 - AWAY - (26 * 4) / 6]

function selecting(...annotations: readonly (typeof square)[]): Editor {
  const editor = makeEditor({ document: makeDocument(annotations) })
  editor.select(annotations.map(({ id }) => id))
  return editor
}
const bounds = (editor: Editor, id: string) =>
  boundsOf(editor.state.document.annotations.get(id as AnnotationId)!.geometry)
const shown = (editor: Editor) => editor.preview().find(({ type }) => type === 'frame')

describe('the frame beside the selection', () => {
  test('scales by its grips, by as much as the pointer moves, in one step', () => {
    const editor = selecting(square)
    const [x, y] = [80 + AWAY, 60 + AWAY]
    const hand = drive(editor).move([x, y])
    expect(editor.cursor()).toBe('nwse-resize')
    hand.down([x, y]).move([x + 20, y + 30])
    expect(editor.preview()).toMatchObject([{ type: 'geometry', replaces: 'square' }, { type: 'frame' }])
    hand.up([x + 20, y + 30])
    expect(bounds(editor, 'square')).toEqual({ x: 60, y: 40, w: 40, h: 50 })
    expect(editor.state.history.done.map(({ name }) => name)).toEqual(['Scale'])
    expect(editor.state).toMatchObject({ tool: 'select' })
    editor.undo()
    expect(editor.state.document.annotations.get(square.id)).toBe(square)
  })

  test('turns by its knob, with Shift by steps', () => {
    const editor = selecting(square)
    expect(shown(editor)).toMatchObject({ knob: KNOB })
    drive(editor).drag([KNOB, [90, 50]], { shift: true })
    expect(bounds(editor, 'square')).toEqual(bounds(selecting(square), 'square'))
    expect(editor.state.history.done.map(({ name }) => name)).toEqual(['Turn'])
  })

  test('stands around several, and does not turn where something stays upright', () => {
    const editor = selecting(square, other)
    expect(shown(editor)).toMatchObject({ turns: true, knob: [90, KNOB[1]] })
    drive(editor).drag([
      [120 + AWAY, 50],
      [120 + AWAY + 60, 50],
    ])
    expect([bounds(editor, 'square').w, bounds(editor, 'other')]).toEqual([
      40,
      { x: 140, y: 40, w: 40, h: 20 },
    ])
    expect(shown(selecting(square, box))).toMatchObject({ turns: false, knob: null })
  })

  test('is not there for one rectangle, a point, what is locked, nor while a vertex is dragged', () => {
    const point = makeAnnotation('point', { geometry: makeGeometry('point', [50, 50]) })
    expect(shown(selecting(box))).toBeUndefined()
    expect(shown(selecting(point))).toBeUndefined()
    const editor = selecting(square)
    drive(editor).down([60, 40]).move([50, 30])
    expect(shown(editor)).toBeUndefined()
    drive(editor).cancel()
    editor.lockAnnotations([square.id], true)
    editor.select([square.id])
    expect(shown(editor)).toBeUndefined()
  })

  test('leaves clicks on what lies under its grips, and boxes that begin with Ctrl, alone', () => {
    const under = makeAnnotation('under', { geometry: makeGeometry('polygon', [85, 62], 10) })
    const editor = makeEditor({ document: makeDocument([square, under]) })
    editor.select([square.id])
    const grip: XY = [80 + AWAY, 60 + AWAY]
    drive(editor).click(grip)
    expect([...editor.state.selection]).toEqual(['under'])
    editor.select([square.id])
    drive(editor).drag([grip, [100, 90]], { ctrl: true })
    expect(editor.state.document.annotations.get(square.id)).toBe(square)
  })

  test('what does not fit is refused with the reason, and given up by Escape', () => {
    const long = makeAnnotation('long', { geometry: makeGeometry('polygon', [10, 5], 90) })
    const wide = selecting(long)
    const knob = shown(wide)
    if (knob?.type !== 'frame' || knob.knob === null) throw new Error('There is no knob.')
    drive(wide).drag([knob.knob, [knob.knob[0] + 60, knob.knob[1] - 30]])
    expect(wide.state.message?.code).toBe('no_room')
    const editor = selecting(square)
    drive(editor).down(KNOB).move([100, 50]).key('Escape').up([100, 50])
    expect(editor.state.document.annotations.get(square.id)).toBe(square)
  })

  test.each(ALL_KINDS)('leaves the handles of a %s free, however small it is', (kind) => {
    for (const size of [0.5, 3, 20]) {
      const annotation = makeAnnotation('a', { geometry: makeGeometry(kind, [90, 50], size) })
      const editor = selecting(annotation)
      const found = shown(editor)
      if (found?.type !== 'frame') continue
      const taken = [...found.grips, ...(found.knob === null ? [] : [found.knob])]
      for (const { at } of handlesOf(annotation.geometry))
        for (const place of taken) expect(distanceBetween(at, place)).toBeGreaterThan(2 * 4)
    }
  })
})
