import { describe, expect, it } from 'vitest'
import type { Configuration } from '../../api/types.ts'
import { find } from './draft.ts'
import { ConfigurationEditor } from './editor.svelte.ts'

const saved = {
  id: 'k',
  projectId: 'p',
  revision: 3,
  timestamp: 0,
  classes: [
    {
      id: 'car',
      key: 'car',
      name: 'Car',
      type: 'rectangle',
      color: '#3333FF',
      shortcut: '1',
      required: false,
      options: [],
      maxLength: null,
      children: [],
    },
  ],
} as unknown as Configuration

function open(): ConfigurationEditor {
  const editor = new ConfigurationEditor()
  editor.load(saved)
  return editor
}

const selected = (editor: ConfigurationEditor) => editor.place!.node

describe('an editor', () => {
  it('has nothing to save until something differs, and again after undo', () => {
    const editor = open()
    expect(editor.changed).toBe(false)
    editor.change('car', { name: 'Automobile' }, 'name')
    expect(editor.changed).toBe(true)
    editor.undo()
    expect(editor.changed).toBe(false)
  })

  it('undoes the typing of one field in one step and redoes it', () => {
    const editor = open()
    for (const name of ['C', 'Ca', 'Cab']) editor.change('car', { name }, 'name')
    editor.change('car', { key: 'cab' }, 'key')
    editor.undo()
    expect(find(editor.draft, 'car')?.node).toMatchObject({ name: 'Cab', key: 'car' })
    editor.undo()
    expect(find(editor.draft, 'car')?.node.name).toBe('Car')
    editor.redo()
    expect(find(editor.draft, 'car')?.node.name).toBe('Cab')
  })

  it('lets the key of a new class follow its name until somebody writes one', () => {
    const editor = open()
    editor.add('polygon', null)
    editor.rename(editor.place!, 'Big Tree')
    expect(selected(editor).key).toBe('big_tree')
    editor.change(selected(editor).uid, { key: 'oak' }, 'key')
    editor.rename(editor.place!, 'Bigger Tree')
    expect(selected(editor).key).toBe('oak')
  })

  it('keeps the key of a saved class when its name changes', () => {
    const editor = open()
    editor.selected = 'car'
    editor.rename(editor.place!, 'Lorry')
    expect(selected(editor)).toMatchObject({ key: 'car', name: 'Lorry' })
  })

  it('selects a neighbour when the selected class goes', () => {
    const editor = open()
    editor.add('point', null)
    const point = editor.selected!
    editor.remove(point)
    expect(editor.selected).toBe('car')
  })

  it('shows what the server refused beside its field until the next edit', () => {
    const editor = open()
    editor.refuse([{ pointer: '/classes/0/color', code: 'x', message: 'Too bright.' }])
    expect(editor.problems.get('car')?.get('color')).toBe('Too bright.')
    expect(editor.selected).toBe('car')
    editor.change('car', { name: 'Cab' })
    expect(editor.problems.size).toBe(0)
  })

  it('keeps the place selected when saving gives a new class its id', () => {
    const editor = open()
    editor.add('point', null)
    const second = { ...saved.classes[0]!, id: 'server-id', key: 'p' } as Configuration['classes'][number]
    editor.load({ ...saved, revision: 4, classes: [...saved.classes, second] })
    expect([editor.selected, editor.revision, editor.changed]).toEqual(['server-id', 4, false])
  })
})
