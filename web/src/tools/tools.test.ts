// What holds for every tool and operation, run over the registries.

import { describe, expect, test } from 'vitest'
import { drive, geometryClasses, keyStepsOf, type Editor } from '../core/index.ts'
import { ALL_KINDS, makeAnnotation, makeDocument, makeGeometry } from '../core/builders.ts'
import { operations } from '../geometry/index.ts'
import { makeEditor } from './builders.ts'
import { OPERATIONS, TOOLS } from './index.ts'

const document = makeDocument(
  ALL_KINDS.map((kind, index) =>
    makeAnnotation(kind, { geometry: makeGeometry(kind, [30 * index + 5, 40]) }),
  ),
)

const SETTINGS = [...new Set(TOOLS.flatMap((tool) => tool.settings))]

/** An editor with the tool in use, ready to take presses. */
function editorWith(id: string): Editor {
  const editor = makeEditor({ document })
  const tool = TOOLS.find((each) => each.id === id)!
  const drawn = geometryClasses(editor.state.configuration).find(({ type }) =>
    tool.draws.includes(operations(type).gesture),
  )
  if (drawn !== undefined) editor.activateClass(drawn.id)
  expect(editor.useTool(id)).toBe(true)
  return editor
}

test('each tool and operation has an id and keys of its own', () => {
  const ids = [...TOOLS, ...OPERATIONS].map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const keys = [
    ...TOOLS.map(({ key }) => key),
    ...OPERATIONS.flatMap((operation) => operation.keys),
    ...SETTINGS.flatMap(keyStepsOf).flatMap(({ keys }) => keys),
    'Ctrl+z',
    'Ctrl+Shift+z',
    'Ctrl+y',
  ]
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys.filter((key) => /^\d$/.test(key))).toEqual([])
})

test('settings of one id are one setting, and the wheel steps one of a tool at most', () => {
  expect(new Set(SETTINGS.map((setting) => setting.id)).size).toBe(SETTINGS.length)
  for (const { settings } of TOOLS)
    expect(settings.filter((setting) => setting.kind === 'number' && setting.wheel).length).toBeLessThan(2)
})

test('for every kind there is a tool that draws it', () => {
  for (const kind of ALL_KINDS)
    expect(TOOLS.some(({ draws }) => draws.includes(operations(kind).gesture))).toBe(true)
})

describe.each(TOOLS.map(({ id, key }) => ({ id, key })))('$id', ({ id, key }) => {
  test('is chosen by its key', () => {
    const editor = editorWith(id)
    editor.useTool(id === 'select' ? 'eraser' : 'select')
    drive(editor).key(key)
    expect(editor.state.tool).toBe(id)
  })

  test.each([
    ['a press', (editor: Editor) => drive(editor).down([100, 10])],
    ['a drag', (editor: Editor) => drive(editor).down([100, 10]).move([120, 30]).move([90, 35])],
    [
      'two clicks and a move',
      (editor: Editor) => drive(editor).click([100, 10]).click([130, 12]).move([140, 30]),
    ],
    ['a drag of what is there', (editor: Editor) => drive(editor).down([15, 45]).move([60, 60])],
  ])('Escape after %s leaves nothing behind', (_name, begin) => {
    const editor = editorWith(id)
    begin(editor)
    const steps = editor.state.history.done.length
    drive(editor).key('Escape')
    if (editor.state.tool === id) expect(editor.state.toolState).toEqual(editor.tool.idle)
    drive(editor).up([60, 60])
    expect(editor.state.history.done.length).toBe(steps)
    for (let step = 0; step < steps; step += 1) editor.undo()
    expect(editor.state.document.annotations).toEqual(document.annotations)
  })

  test('gives up what a press began when the press is taken away', () => {
    const editor = editorWith(id)
    drive(editor).down([100, 10]).move([120, 30]).cancel().up([120, 30])
    expect(editor.state.document).toBe(document)
    expect(editor.preview().filter(({ type }) => type !== 'hover' && type !== 'tip')).toEqual([])
  })

  test('is busy while a press goes on, and not before nor after it', () => {
    const editor = editorWith(id)
    expect(editor.isBusy).toBe(false)
    drive(editor).down([100, 10]).move([120, 30])
    expect(editor.isBusy).toBe(id !== 'hole')
    drive(editor).up([120, 30]).key('Escape')
    expect(editor.isBusy).toBe(false)
  })

  test('undo while busy takes back what is unfinished, not the last step', () => {
    const editor = editorWith(id)
    editor.commit('Comment', (current) => ({ ...current, answers: { q: 'x' } }))
    drive(editor).down([130, 45]).move([140, 55]).key('z', { ctrl: true })
    expect(editor.state.document.answers).toEqual({ q: 'x' })
    drive(editor).key('z', { ctrl: true })
    expect(editor.state.document.answers).toEqual({})
  })

  test('has a cursor and a preview at every moment of a gesture', () => {
    const editor = editorWith(id)
    const look = () =>
      expect([typeof editor.cursor(), Array.isArray(editor.preview())]).toEqual(['string', true])
    look()
    drive(editor).move([15, 45])
    look()
    drive(editor).down([15, 45])
    look()
    drive(editor).move([40, 60])
    look()
    drive(editor).up([40, 60])
    look()
    editor.dispatch({ type: 'leave' })
    look()
  })
})

describe.each(OPERATIONS.map(({ id }) => ({ id })))('$id', ({ id }) => {
  const operation = OPERATIONS.find((each) => each.id === id)!

  test('needs a selection or says why not', () => {
    const scene = makeEditor().scene()
    expect(operation.available(scene) && operation.disabled(scene) === null).toBe(false)
  })

  test('makes one undo step at most', () => {
    const editor = makeEditor({ document })
    editor.select([[...document.annotations.keys()][1]!])
    const [choice] = operation.choices?.(editor.scene()) ?? []
    editor.run(id, choice?.id)
    expect(editor.state.history.done.length).toBeLessThanOrEqual(1)
    editor.undo()
    expect(editor.state.document.annotations).toEqual(document.annotations)
  })
})
