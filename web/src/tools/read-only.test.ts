// A task that is only to look at.

import { describe, expect, test } from 'vitest'
import { drive, type AnnotationId, type ClassId, type Editor } from '../core/index.ts'
import { ALL_KINDS, makeAnnotation, makeDocument, makeGeometry } from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { OPERATIONS, TOOLS } from './index.ts'
import { makeSegment, makeSegmenting, stroke } from './segments.ts'

const document = makeDocument(
  ALL_KINDS.map((kind, index) =>
    makeAnnotation(kind, { geometry: makeGeometry(kind, [30 * index + 5, 40]) }),
  ),
)
const REASON = 'The task is completed.'
const completed = (): Editor => makeEditor({ document, readOnly: REASON })

describe('where nothing may be changed', () => {
  test.each(ALL_KINDS)('a selected %s shows no handles, and a drag on it spans a box', (kind) => {
    const editor = completed()
    editor.select([kind as string as AnnotationId])
    expect(editor.preview().filter(({ type }) => type !== 'hover')).toEqual([])
    const at = [30 * ALL_KINDS.indexOf(kind) + 5, 40] as const
    drive(editor)
      .down(at)
      .move([at[0] + 40, 90])
    expect(editor.cursor()).toBe('default')
    expect(editor.preview()).toMatchObject([{ type: 'path', role: 'box' }])
  })

  test('looking goes on: isolating, selecting all, selecting with a lasso', () => {
    const editor = completed()
    editor.select(['polygon' as AnnotationId])
    drive(editor).key('i')
    expect([...editor.state.isolated!]).toEqual(['polygon'])
    drive(editor).key('i').key('a', { ctrl: true })
    expect([editor.state.isolated, editor.state.selection.size]).toEqual([null, ALL_KINDS.length])
    drive(editor).key('l')
    expect(editor.state.tool).toBe('lasso')
  })

  test('locking says the reason, and the selection stays', () => {
    const editor = completed()
    editor.select(['polygon' as AnnotationId])
    drive(editor).key('l', { shift: true })
    expect(editor.state.message?.text).toBe(REASON)
    expect([...editor.state.selection]).toEqual(['polygon'])
    expect(editor.state.lockedAnnotations.size).toBe(0)
  })

  test('arrows are left to the view', () => {
    const editor = completed()
    editor.select(['polygon' as AnnotationId])
    const key = {
      type: 'key',
      key: 'ArrowLeft',
      modifiers: { shift: false, ctrl: false, alt: false },
    } as const
    expect(editor.dispatch(key)).toBe(false)
    editor.setReadOnly(null)
    expect(editor.dispatch(key)).toBe(true)
  })

  test.each(TOOLS.filter(({ looks }) => !looks).map(({ id }) => id))('%s is not taken up', (id) => {
    const editor = completed()
    editor.useTool(id)
    expect(editor.state.tool).toBe('select')
    expect(editor.state.message?.text).toBe(REASON)
  })

  test.each(OPERATIONS.filter(({ looks }) => looks).map(({ id }) => id))('%s changes nothing', (id) => {
    const editor = completed()
    editor.select(['polygon' as AnnotationId])
    editor.run(id)
    expect(editor.state.document).toBe(document)
    expect(editor.state.message).toBeNull()
  })
})

describe('when the task is taken away', () => {
  test('a polygon that was begun is finished, and then nothing is begun', () => {
    const editor = makeEditor()
    editor.activateClass('polygon' as ClassId)
    const hand = drive(editor).click([10, 10]).click([50, 10])
    editor.setReadOnly(REASON)
    hand.click([50, 60]).key('Enter')
    expect([...editor.state.document.annotations.values()].map(({ geometry }) => geometry.kind)).toEqual([
      'polygon',
    ])
    expect(editor.state.tool).toBe('select')
    hand.key('Delete')
    expect(editor.state.document.annotations.size).toBe(1)
    expect(editor.state.message?.text).toBe(REASON)
  })

  test('a stroke under way is kept, a drag of a vertex is finished', () => {
    const editor = makeSegmenting('brush', [makeSegment('road', [10, 10], 40)])
    const hand = drive(editor).down([100, 50]).move([120, 50])
    editor.setReadOnly(REASON)
    hand.up([130, 50])
    expect(editor.state.document.annotations.size).toBe(2)
    expect(editor.state.tool).toBe('select')
    editor.setReadOnly(null)
    editor.select(['road' as AnnotationId])
    hand.down([10, 10]).move([5, 8])
    editor.setReadOnly(REASON)
    hand.up([5, 5])
    expect(editor.state.history.done.at(-1)?.name).toBe('Reshape')
  })

  test('what is given up then leaves nothing behind', () => {
    const editor = makeSegmenting('brush')
    drive(editor).down([100, 50]).move([120, 50])
    editor.setReadOnly(REASON)
    drive(editor).key('Escape').up([130, 50])
    expect(editor.state).toMatchObject({ tool: 'select' })
    expect(editor.state.document.annotations.size).toBe(0)
    stroke(editor, [10, 10], [50, 50])
    expect(editor.state.history.done).toEqual([])
  })
})
