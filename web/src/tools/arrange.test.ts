import { describe, expect, test } from 'vitest'
import { boundsOf, operations, type XY } from '../geometry/index.ts'
import { drive, type AnnotationId, type Editor } from '../core/index.ts'
import { makeAnnotation, makeDocument, makeGeometry } from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { OPERATIONS } from './index.ts'

const box = (id: string, at: XY, size: number) =>
  makeAnnotation(id, { geometry: makeGeometry('rectangle', at, size) })
const three = [box('a', [10, 10], 10), box('b', [60, 40], 20), box('c', [100, 20], 30)]
const place = (editor: Editor, id: string) =>
  boundsOf(editor.state.document.annotations.get(id as AnnotationId)!.geometry)

function arranged(operation: string, choice?: string): Editor {
  const editor = makeEditor({ document: makeDocument(three) })
  editor.select(three.map(({ id }) => id))
  editor.run(operation, choice)
  return editor
}

describe('align', () => {
  test.each([
    ['Left', 'x', [10, 10, 10]],
    ['Centre', 'x', [65, 60, 55]],
    ['Right', 'x', [120, 110, 100]],
    ['Top', 'y', [10, 10, 10]],
    ['Middle', 'y', [30, 25, 20]],
    ['Bottom', 'y', [50, 40, 30]],
  ] as const)('%s lines the selection up in one step', (choice, axis, expected) => {
    const editor = arranged('align', choice)
    expect(three.map(({ id }) => place(editor, id)[axis])).toEqual(expected)
    expect(editor.state.history.done).toHaveLength(1)
    editor.undo()
    expect([...editor.state.document.annotations.values()]).toEqual(three)
  })

  test('is offered for two at least, and what is lined up already is no step', () => {
    const editor = makeEditor({ document: makeDocument(three) })
    editor.select([three[0]!.id])
    expect(editor.run('align', 'Left')).toBe(false)
    const twice = arranged('align', 'Left')
    twice.run('align', 'Left')
    expect(twice.state.history.done).toHaveLength(1)
  })
})

test('distribute makes the gaps equal and leaves the outermost two', () => {
  const editor = arranged('distribute', 'Across')
  expect(three.map(({ id }) => place(editor, id).x)).toEqual([10, 50, 100])
  const [a, b, c] = three.map(({ id }) => place(arranged('distribute', 'Down'), id))
  expect([a!.y, b!.y, c!.y]).toEqual([10, 40, 15])
})

test('flipping mirrors within the bounds of the selection, and twice is as before', () => {
  const shape = operations('polygon').build([
    [10, 10],
    [50, 10],
    [50, 30],
  ])!
  const editor = makeEditor({ document: makeDocument([makeAnnotation('p', { geometry: shape })]) })
  editor.select(['p' as AnnotationId])
  const points = () =>
    operations('polygon').vertices(editor.state.document.annotations.get('p' as AnnotationId)!.geometry)
  drive(editor).key('H', { shift: true })
  expect(points()).toEqual([
    [50, 10],
    [10, 10],
    [10, 30],
  ])
  drive(editor).key('V', { shift: true })
  expect(points()).toEqual([
    [50, 30],
    [10, 30],
    [10, 10],
  ])
  editor.run('flip-down')
  editor.run('flip-across')
  expect(points()).toEqual(operations('polygon').vertices(shape))
})

describe('isolate', () => {
  const child = makeAnnotation('child', { geometry: makeGeometry('point', [12, 12]), parentId: three[0]!.id })
  const shown = (editor: Editor): string[] =>
    [...editor.state.document.annotations.values()].filter(editor.scene().isVisible).map(({ id }) => id)

  test('shows the selection and its family, what is made meanwhile, and everything again', () => {
    const editor = makeEditor({ document: makeDocument([...three, child]) })
    editor.select([three[0]!.id])
    drive(editor).key('i')
    expect(shown(editor)).toEqual(['a', 'child'])
    expect(editor.scene().isIsolated).toBe(true)
    editor.run('duplicate')
    expect(shown(editor)).toHaveLength(3)
    drive(editor).key('i')
    expect(shown(editor)).toHaveLength(5)
  })

  test('shows a nested annotation within its parent, and is no undo step', () => {
    const editor = makeEditor({ document: makeDocument([...three, child]) })
    editor.select([child.id])
    editor.run('isolate')
    expect(shown(editor)).toEqual(['a', 'child'])
    expect(editor.undo()).toBe(false)
  })
})

describe('lock', () => {
  test('unselects, and nothing takes hold of it until it is unlocked', () => {
    const editor = makeEditor({ document: makeDocument(three) })
    editor.select([three[1]!.id])
    drive(editor).key('L', { shift: true })
    expect(editor.state.selection.size).toBe(0)
    drive(editor).click([70, 50])
    expect(editor.state.selection.size).toBe(0)
    editor.lockAnnotations([three[1]!.id], false)
    drive(editor).click([70, 50])
    expect([...editor.state.selection]).toEqual(['b'])
  })

  test.each(['delete', 'nudge-left', 'flip-across'])(
    '%s does not change it when it is selected in the list',
    (run) => {
      const editor = makeEditor({ document: makeDocument(three) })
      editor.lockAnnotations([three[1]!.id], true)
      editor.select([three[1]!.id])
      editor.run(run)
      drive(editor).drag([
        [60, 40],
        [20, 20],
      ])
      expect(editor.state.document.annotations.get(three[1]!.id)).toBe(three[1])
      expect(editor.state.history.done).toEqual([])
    },
  )

  test('it can be answered and commented on', () => {
    const editor = makeEditor({ document: makeDocument(three) })
    editor.lockAnnotations([three[1]!.id], true)
    expect(
      editor.commit('Comment', (document) => ({
        ...document,
        annotations: new Map([...document.annotations].map(([id, each]) => [id, { ...each, comment: 'x' }])),
      })),
    ).toBe(true)
  })
})

test('every operation has an icon or a key', () => {
  for (const { icon, keys } of OPERATIONS) expect(icon !== null || keys.length > 0).toBe(true)
})
