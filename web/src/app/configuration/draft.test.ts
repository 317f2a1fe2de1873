import { describe, expect, it } from 'vitest'
import {
  added,
  changed,
  type Draft,
  type DraftClass,
  duplicated,
  find,
  freeShortcuts,
  fresh,
  leastUsedColor,
  nodeAt,
  placed,
  removed,
  stepped,
  suggestedKey,
  toInput,
} from './draft.ts'
import { PALETTE } from './types.ts'

function make(key: string, type: DraftClass['type'], children: DraftClass[] = []): DraftClass {
  return { ...fresh([], type, null, key), id: key, key, name: key.toUpperCase(), shortcut: null, children }
}

const draft: Draft = [
  make('car', 'rectangle', [make('color', 'option', [make('shade', 'free_text')]), make('wheel', 'point')]),
  make('weather', 'option'),
  make('tree', 'polygon'),
]
const keys = (classes: Draft): string[] => classes.map((node) => node.key)

describe('an edit', () => {
  it('changes one class at any depth and leaves every other branch the same value', () => {
    const next = changed(draft, 'shade', { name: 'Darkness' })
    expect(find(next, 'shade')?.node.name).toBe('Darkness')
    expect(next[2]).toBe(draft[2])
    expect(next[0]?.children[1]).toBe(draft[0]?.children[1])
    expect(find(draft, 'shade')?.node.name).toBe('SHADE')
  })

  it('adds at the root or behind the children of a parent', () => {
    expect(keys(added(draft, null, make('dog', 'point')))).toEqual(['car', 'weather', 'tree', 'dog'])
    expect(keys(added(draft, 'car', make('seat', 'line'))[0]!.children)).toEqual(['color', 'wheel', 'seat'])
  })

  it('removes a class with its subtree', () => {
    const next = removed(draft, 'color')
    expect(find(next, 'shade')).toBeNull()
    expect(find(next, 'wheel')).not.toBeNull()
  })

  it('moves a root among its like, across the other list', () => {
    expect(keys(stepped(draft, 'tree', -1))).toEqual(['tree', 'car', 'weather'])
    expect(stepped(draft, 'weather', -1)).toBe(draft)
    expect(stepped(draft, 'car', -1)).toBe(draft)
  })

  it('moves nested classes among all their siblings', () => {
    expect(keys(stepped(draft, 'wheel', -1)[0]!.children)).toEqual(['wheel', 'color'])
  })

  it('never moves a class to another parent', () => {
    expect(placed(draft, 'wheel', 'tree', 'before')).toBe(draft)
    expect(placed(draft, 'shade', 'wheel', 'before')).toBe(draft)
  })
})

describe('a duplicate', () => {
  const uids = (): (() => string) => {
    let next = 0
    return () => `new-${++next}`
  }

  it('stands behind its original with the whole subtree, all of it new', () => {
    const copy = duplicated(draft, 'car', uids())!
    const node = find(copy.draft, copy.uid)!.node
    expect(keys(copy.draft)).toEqual(['car', 'car_copy', 'weather', 'tree'])
    expect([node.name, node.id]).toEqual(['CAR COPY', null])
    expect(node.children.map((child) => [child.key, child.id])).toEqual([
      ['color', null],
      ['wheel', null],
    ])
  })

  it('of a nested class takes keys that are free in its tree', () => {
    const copy = duplicated(draft, 'color', uids())!
    const node = find(copy.draft, copy.uid)!.node
    expect([node.key, node.children[0]!.key]).toEqual(['color_copy', 'shade_2'])
  })

  it('is numbered the second time', () => {
    const first = duplicated(draft, 'tree', uids())!
    expect(keys(duplicated(first.draft, 'tree', uids())!.draft)).toContain('tree_copy_2')
  })
})

describe('what is proposed', () => {
  it('is the colour that is used least', () => {
    const used = PALETTE.slice(0, 9).map((color, index) => ({ ...make(`c${index}`, 'point'), color }))
    expect(leastUsedColor(used)).toBe(PALETTE[9])
    expect(leastUsedColor([])).toBe(PALETTE[0])
  })

  it('is the next free digit, with 0 as the tenth', () => {
    const used = ['1', '2', '4'].map((shortcut) => ({ ...make(shortcut, 'point'), shortcut }))
    expect(freeShortcuts(used)).toEqual(['3', '5', '6', '7', '8', '9', '0'])
    expect(freeShortcuts(used, '1')[0]).toBe('1')
  })

  it('is a key that is free where the class stands', () => {
    expect(suggestedKey(draft, { parent: null, uid: 'x' }, 'Car')).toBe('car_2')
    expect(suggestedKey(draft, { parent: 'tree', uid: 'x' }, 'Car')).toBe('car')
    expect(suggestedKey(draft, { parent: 'color', uid: 'x' }, 'Wheel')).toBe('wheel_2')
    expect(suggestedKey(draft, { parent: 'car', uid: 'wheel' }, 'Wheel')).toBe('wheel')
  })
})

describe('what is sent', () => {
  it('is trimmed, in lower case and without what the type does not have', () => {
    const text = {
      ...make(' Note ', 'free_text'),
      color: '#FFFFFF',
      options: [{ key: 'a', name: 'A' }],
      required: true,
    }
    expect(toInput([text])[0]).toMatchObject({
      key: 'note',
      color: null,
      options: [],
      required: true,
      maxLength: 255,
    })
    expect(toInput([{ ...make('p', 'point'), required: true }])[0]?.required).toBe(false)
  })
})

it('a path leads to its class', () => {
  expect(nodeAt(draft, [0, 0, 0])?.key).toBe('shade')
  expect(nodeAt(draft, [0, 5])).toBeNull()
})
