import { describe, expect, it } from 'vitest'
import type { ClassInput } from '../../api/types.ts'
import { locate, validate } from './validate.ts'

function make(key: string, type: ClassInput['type'], more: Partial<ClassInput> = {}): ClassInput {
  return {
    id: null,
    key,
    name: key,
    type,
    color: null,
    shortcut: null,
    required: false,
    options: type === 'option' || type === 'checklist' ? [{ key: 'a', name: 'A' }] : [],
    maxLength: type === 'free_text' ? 100 : null,
    children: [],
    ...more,
  }
}

const found = (...classes: ClassInput[]) => validate(classes).map((issue) => [issue.pointer, issue.code])

describe('a configuration that may be saved', () => {
  it('has four levels, nested geometries and the same key in two trees', () => {
    const deep = make('size', 'option', { children: [make('how', 'free_text')] })
    const wheel = make('wheel', 'point', { children: [deep] })
    expect(
      found(make('car', 'rectangle', { children: [wheel] }), make('bus', 'polygon', { children: [wheel] })),
    ).toEqual([])
  })
})

describe('a rule that is broken points to its field', () => {
  it.each<[string, ClassInput[], string, string]>([
    ['no key', [make('', 'point')], '/classes/0/key', 'invalid_key'],
    ['a dot in a key', [make('a.b', 'point')], '/classes/0/key', 'invalid_key'],
    ['a word of the format', [make('line', 'line')], '/classes/0/key', 'forbidden_key'],
    ['no name', [make('a', 'point', { name: '' })], '/classes/0/name', 'invalid_name'],
    ['two lines in a name', [make('a', 'point', { name: 'a\nb' })], '/classes/0/name', 'invalid_name'],
    ['a colour name', [make('a', 'point', { color: 'red' })], '/classes/0/color', 'invalid_color'],
    [
      'a letter as shortcut',
      [make('a', 'point', { shortcut: 'x' })],
      '/classes/0/shortcut',
      'invalid_shortcut',
    ],
    ['no options', [make('a', 'option', { options: [] })], '/classes/0/options', 'wrong_option_count'],
    [
      'no greatest length',
      [make('a', 'free_text', { maxLength: null })],
      '/classes/0/maxLength',
      'invalid_length',
    ],
    ['length 256', [make('a', 'free_text', { maxLength: 256 })], '/classes/0/maxLength', 'invalid_length'],
    ['the same root key', [make('a', 'point'), make('a', 'option')], '/classes/1/key', 'duplicate_key'],
    [
      'the same key in one tree',
      [make('a', 'point', { children: [make('a', 'option')] })],
      '/classes/0/children/0/key',
      'duplicate_key',
    ],
    [
      'the same shortcut',
      [make('a', 'point', { shortcut: '1' }), make('b', 'point', { shortcut: '1' })],
      '/classes/1/shortcut',
      'duplicate_shortcut',
    ],
    [
      'the same option twice',
      [make('a', 'checklist', { options: [1, 2].map(() => ({ key: 'x', name: 'X' })) })],
      '/classes/0/options/1/key',
      'duplicate_key',
    ],
    [
      'nested segmentation',
      [make('a', 'point', { children: [make('b', 'image_segmentation')] })],
      '/classes/0/children/0',
      'wrong_place',
    ],
    [
      'a child of segmentation',
      [make('a', 'image_segmentation', { children: [make('b', 'option')] })],
      '/classes/0/children/0',
      'wrong_place',
    ],
    [
      'a geometry under a question',
      [make('a', 'option', { children: [make('b', 'point')] })],
      '/classes/0/children/0',
      'wrong_place',
    ],
  ])('%s', (_, classes, pointer, code) => expect(found(...classes)).toContainEqual([pointer, code]))

  it('a geometry on level three, a question on level five', () => {
    const five = make('e', 'option')
    const tree = ['d', 'c', 'b', 'a'].reduce((child, key) => make(key, 'option', { children: [child] }), five)
    expect(found(tree)).toEqual([['/classes/0/children/0/children/0/children/0/children/0', 'too_deep']])
    const third = make('b', 'line', { children: [make('c', 'point')] })
    expect(found(make('a', 'polygon', { children: [third] }))).toEqual([
      ['/classes/0/children/0/children/0', 'wrong_place'],
    ])
  })
})

describe('a pointer', () => {
  it('leads to a class and a field', () => {
    expect(locate('/classes/1/children/0/options/2/key')).toEqual({ path: [1, 0], field: 'options/2/key' })
    expect(locate('/classes/3')).toEqual({ path: [3], field: '' })
  })

  it('to something else leads nowhere', () => {
    expect(locate('/classes')).toBeNull()
    expect(locate('/revision')).toBeNull()
  })
})
