// The editor with a tool of its own: one click makes an annotation, a press is unfinished until it is released.

import { describe, expect, test } from 'vitest'
import type { XY } from '../geometry/index.ts'
import {
  ALL_KINDS,
  makeAnnotation,
  makeClassOfEachKind,
  makeConfiguration,
  makeDocument,
  makeGeometry,
  makeIds,
} from './builders.ts'
import type { ClassId } from './configuration.ts'
import type { AnnotationId } from './document.ts'
import { drive } from './driver.ts'
import { adding, removing, settingAnswer, settingComment, settingGeometry } from './edits.ts'
import { createEditor, type Editor, type EditorOptions, type Update } from './editor.ts'
import { reacting } from './event.ts'
import { REDO, toolAction, UNDO } from './keys.ts'
import type { Operation } from './operation.ts'
import type { Scene } from './scene.ts'
import { valueOf, type NumberSetting, type ToggleSetting } from './setting.ts'
import type { Reply, Tool } from './tool.ts'

type Pressed = XY | null

const size: NumberSetting = {
  kind: 'number',
  id: 'size',
  name: 'Size',
  initial: 5,
  minimum: 1,
  maximum: 9,
  step: 1,
  unit: 'px',
  keys: [['['], [']']],
  wheel: true,
}
const raised: ToggleSetting = {
  kind: 'toggle',
  id: 'raised',
  name: 'Raised',
  initial: false,
  keys: ['r'],
  applies: ({ selection }) => selection.size > 0,
}

const stamp: Tool<Pressed> = {
  id: 'stamp',
  key: 's',
  name: 'Stamp',
  icon: 'stamp',
  draws: ['click'],
  settings: [size, raised],
  idle: null,
  on: reacting<Pressed, Scene, Reply<Pressed>>({
    down: ({ at }) => ({ state: at }),
    up: ({ at }, pressed, scene) => {
      if (pressed === null) return null
      const annotation = makeAnnotation(scene.newId(), { geometry: makeGeometry('point', at) })
      return { state: null, edit: { name: 'Stamp', edit: adding([annotation]) }, select: [annotation.id] }
    },
    undo: (_event, pressed) => (pressed === null ? null : { state: null }),
    key: ({ key }) =>
      key === 'n' ? { state: null, next: 'other', message: { code: 'note', text: 'Next.' } } : null,
  }),
  preview: (pressed) =>
    pressed === null ? [] : [{ type: 'points', points: [pressed], closeable: false, classId: null }],
  cursor: () => 'copy',
  disabled: () => null,
}

const other: Tool = {
  ...stamp,
  id: 'other',
  key: 'o',
  draws: [],
  settings: [],
  on: () => null,
  preview: () => [],
  disabled: ({ selection }) => (selection.size > 1 ? 'Too many.' : null),
}

const clear: Operation = {
  id: 'clear',
  name: 'Clear',
  icon: null,
  keys: ['Ctrl+k'],
  available: ({ document }) => document.annotations.size > 0,
  disabled: ({ selection }) => (selection.size === 0 ? 'Nothing selected.' : null),
  run: ({ selection }) => ({ edit: { name: 'Clear', edit: removing(selection) } }),
}

function makeEditor(changes: Partial<EditorOptions> = {}): Editor {
  return createEditor({
    document: makeDocument(),
    configuration: makeConfiguration(makeClassOfEachKind()),
    picture: { w: 100, h: 100 },
    readOnly: null,
    tools: [stamp, other],
    operations: [clear],
    newId: makeIds(),
    ...changes,
  })
}

function listen(editor: Editor): Update[] {
  const updates: Update[] = []
  editor.subscribe((update) => updates.push(update))
  return updates
}
const id = (name: string): AnnotationId => name as AnnotationId
const dot = (name: string) => makeAnnotation(name, { geometry: makeGeometry('point') })

describe('events', () => {
  test('what is unfinished is in the preview and not in the document', () => {
    const editor = makeEditor()
    drive(editor).down([5, 5])
    expect(editor.state.document.annotations.size).toBe(0)
    expect(editor.preview()).toHaveLength(1)
    expect(editor.cursor()).toBe('copy')
    drive(editor).up([6, 6])
    expect(editor.state.document.annotations.size).toBe(1)
    expect(editor.preview()).toEqual([])
  })

  test('dispatch tells whether somebody had use for the event', () => {
    const editor = makeEditor()
    const modifiers = { shift: false, ctrl: false, alt: false }
    expect(editor.dispatch({ type: 'move', at: [1, 1], modifiers })).toBe(false)
    expect(editor.dispatch({ type: 'down', at: [1, 1], button: 'primary', modifiers })).toBe(true)
    expect(editor.dispatch({ type: 'key', key: 'q', modifiers })).toBe(false)
    expect(editor.dispatch({ type: 'key', key: 'z', modifiers: { ...modifiers, ctrl: true } })).toBe(true)
    expect(editor.dispatch({ type: 'key', key: 'o', modifiers })).toBe(true)
    expect(editor.dispatch({ type: 'key', key: '1', modifiers })).toBe(true)
  })

  test('the pointer is known until it leaves', () => {
    const editor = makeEditor()
    drive(editor).move([3, 4])
    expect(editor.scene().pointer).toEqual([3, 4])
    editor.dispatch({ type: 'leave' })
    expect(editor.scene().pointer).toBeNull()
  })

  test('a reply can say something and go on with another tool', () => {
    const editor = makeEditor()
    drive(editor).key('n')
    expect(editor.state).toMatchObject({ tool: 'other', message: { code: 'note', text: 'Next.' } })
    drive(editor).key('x')
    expect(editor.state.message).toBeNull()
  })

  test('a disabled tool is not used, and the reason is said', () => {
    const editor = makeEditor({ document: makeDocument([dot('a'), dot('b')]) })
    editor.select([id('a'), id('b')])
    expect(editor.useTool('other')).toBe(false)
    expect(editor.state).toMatchObject({ tool: 'stamp', message: { text: 'Too many.' } })
  })

  test('an operation runs by its key, and says why it cannot', () => {
    const editor = makeEditor({ document: makeDocument([dot('a')]) })
    drive(editor).key('k', { ctrl: true })
    expect(editor.state.message?.text).toBe('Nothing selected.')
    editor.select([id('a')])
    drive(editor).key('K', { ctrl: true })
    expect(editor.state.document.annotations.size).toBe(0)
  })

  test('keys do what the bindings say, also when new ones are given', () => {
    const bindings = new Map([
      [toolAction('other'), ['p']],
      [UNDO, ['u']],
    ])
    const editor = makeEditor({ bindings })
    drive(editor).key('o')
    expect(editor.state.tool).toBe('stamp')
    drive(editor).click([5, 5]).key('u')
    expect(editor.state.document.annotations.size).toBe(0)
    drive(editor).key('p')
    expect(editor.state.tool).toBe('other')
    editor.setBindings(new Map([[REDO, ['u']]]))
    drive(editor).key('u')
    expect(editor.state.document.annotations.size).toBe(1)
  })

  test('a digit chooses the class with that shortcut and the tool that draws it; null goes back', () => {
    const editor = makeEditor()
    editor.useTool('other')
    drive(editor).key('1')
    expect(editor.state).toMatchObject({ tool: 'stamp', activeClass: ALL_KINDS[0] })
    editor.useTool('other')
    editor.activateClass(null)
    expect(editor.state).toMatchObject({ tool: 'stamp', activeClass: null })
    expect(editor.activateClass('unknown' as ClassId)).toBe(false)
  })
})

describe('changes', () => {
  test('listeners hear of every change, with the difference and where it came from', () => {
    const editor = makeEditor()
    const updates = listen(editor)
    editor.commit('Draw', adding([dot('a')]))
    editor.undo()
    editor.redo()
    editor.receive(adding([dot('b')]))
    const document = updates.filter(({ difference }) => difference !== null)
    expect(document.map(({ origin }) => origin)).toEqual(['commit', 'undo', 'redo', 'receive'])
    expect(document[1]!.previous.document.annotations.size).toBe(1)
    expect(document[1]!.state.document.annotations.size).toBe(0)
    expect(document.map(({ difference }) => [...difference!.annotations.keys()])).toEqual([
      ['a'],
      ['a'],
      ['a'],
      ['b'],
    ])
  })

  test('a listener that left hears nothing', () => {
    const editor = makeEditor()
    let heard = 0
    const leave = editor.subscribe(() => (heard += 1))
    editor.setTolerance(2)
    leave()
    editor.setTolerance(3)
    expect(heard).toBe(1)
    expect(editor.scene().tolerance).toBe(3)
  })

  test('the index follows commits, undo and what arrives', () => {
    const editor = makeEditor()
    const at = () => editor.index.at([10, 10], 1).map((each) => each.id)
    editor.commit('Draw', adding([dot('a')]))
    expect(at()).toEqual(['a'])
    editor.undo()
    expect(at()).toEqual([])
    editor.receive(adding([dot('b')]))
    expect(at()).toEqual(['b'])
  })

  test('what is gone is no longer selected', () => {
    const editor = makeEditor()
    editor.commit('Draw', adding([dot('a'), dot('b')]))
    editor.select([id('a'), id('b'), id('never')])
    editor.receive(removing([id('a')]))
    expect([...editor.state.selection]).toEqual(['b'])
  })

  test('an edit that changes nothing is no step', () => {
    const editor = makeEditor()
    expect(editor.commit('Nothing', (document) => document)).toBe(false)
    expect(editor.state.history.done).toEqual([])
  })

  test('an edit that the server would refuse does not enter the document', () => {
    const editor = makeEditor({ document: makeDocument([dot('a')]) })
    expect(editor.commit('Move', settingGeometry(id('a'), makeGeometry('point', [1e9, 0])))).toBe(false)
    expect(editor.state.message?.code).toBe('out_of_range')
    expect(editor.state.document.annotations.get(id('a'))!.geometry).toEqual(dot('a').geometry)
  })

  test('an imported geometry with issues can still be commented and answered', () => {
    const broken = makeAnnotation('a', { geometry: { kind: 'line', points: [[1, 1]] } })
    const editor = makeEditor({ document: makeDocument([broken]) })
    expect(editor.commit('Comment', settingComment(id('a'), 'one point only'))).toBe(true)
  })

  test('a medium takes no more than its limit of annotations', () => {
    const editor = makeEditor()
    const many = Array.from({ length: 20_001 }, (_, index) => dot(`d${index}`))
    expect(editor.commit('Draw', adding(many))).toBe(false)
    expect(editor.state.message?.code).toBe('too_many_annotations')
    expect(editor.commit('Draw', adding(many.slice(1)))).toBe(true)
  })

  test('a read-only task says its reason and takes no edit, but what arrives', () => {
    const editor = makeEditor({ readOnly: 'Completed.' })
    expect(editor.commit('Answer', settingAnswer(null, 'q' as ClassId, 'x'))).toBe(false)
    expect(editor.activateClass(ALL_KINDS[0] as string as ClassId)).toBe(false)
    expect(editor.state.message?.text).toBe('Completed.')
    editor.receive(settingAnswer(null, 'q' as ClassId, 'theirs'))
    expect(editor.state.document.answers).toEqual({ q: 'theirs' })
    editor.setReadOnly(null)
    expect(editor.commit('Answer', settingAnswer(null, 'q' as ClassId, 'x'))).toBe(true)
  })

  test('a new configuration lets go of a class that is gone', () => {
    const editor = makeEditor()
    editor.activateClass(ALL_KINDS[0] as string as ClassId)
    editor.setConfiguration(editor.state.configuration)
    expect(editor.state.activeClass).toBe(ALL_KINDS[0])
    editor.setConfiguration(makeConfiguration([]))
    expect(editor.state.activeClass).toBeNull()
    expect(editor.state.rules.configuration.classes).toEqual([])
  })

  test('an editor needs a tool', () => {
    expect(() => makeEditor({ tools: [] })).toThrow('at least one tool')
  })
})

describe('settings of the tool in use', () => {
  const sizeOf = (editor: Editor): number => valueOf(size, editor.scene().toolSettings)

  test('are stepped by their keys and by the wheel with Alt, and tools see them', () => {
    const editor = makeEditor()
    drive(editor).key(']').key(']').key('[')
    expect(sizeOf(editor)).toBe(6)
    drive(editor).turn(2).turn(-1)
    expect(sizeOf(editor)).toBe(7)
  })

  test('are not stepped while another tool is in use', () => {
    const editor = makeEditor()
    editor.useTool('other')
    drive(editor).key(']').turn(1)
    expect(editor.settings()).toEqual([])
    expect(sizeOf(editor)).toBe(5)
  })

  test('that mean nothing now are neither listed nor stepped', () => {
    const editor = makeEditor()
    drive(editor).key('r')
    expect(editor.settings()).toEqual([size])
    drive(editor).click([5, 5]).key('r')
    expect(valueOf(raised, editor.state.toolSettings)).toBe(true)
  })

  test('begin as they were set before, and are no step of the history', () => {
    const editor = makeEditor({ toolSettings: { size: 8 } })
    expect(sizeOf(editor)).toBe(8)
    editor.set(size, 2)
    expect(editor.undo()).toBe(false)
    expect(sizeOf(editor)).toBe(2)
  })
})

test('choosing a class takes up the tool that drew such a class last', () => {
  const second: Tool = { ...(stamp as Tool), id: 'second', key: 't' }
  const editor = makeEditor({ tools: [other, stamp as Tool, second] })
  const choose = (): string => {
    editor.useTool('other')
    editor.activateClass('point' as ClassId)
    return editor.state.tool
  }
  expect(choose()).toBe('stamp')
  editor.useTool('second')
  expect(choose()).toBe('second')
})
