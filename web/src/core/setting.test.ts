import { describe, expect, test } from 'vitest'
import {
  isValueOf,
  keyStepsOf,
  stepped,
  valueOf,
  withValue,
  type ChoiceSetting,
  type NumberSetting,
  type ToggleSetting,
} from './setting.ts'

const size: NumberSetting = {
  kind: 'number',
  id: 'size',
  name: 'Size',
  initial: 20,
  minimum: 1,
  maximum: 500,
  step: 1,
  growth: 0.1,
  unit: 'px',
  keys: [['['], [']']],
  wheel: true,
}
const angle: NumberSetting = { ...size, id: 'angle', initial: 0.3, minimum: 0.1, maximum: 0.9, step: 0.1 }
const snap: ToggleSetting = { kind: 'toggle', id: 'snap', name: 'Snap', initial: false, keys: ['q'] }
const mode: ChoiceSetting<'keep' | 'cut'> = {
  kind: 'choice',
  id: 'mode',
  name: 'Mode',
  initial: 'keep',
  options: [
    { id: 'keep', name: 'Keep' },
    { id: 'cut', name: 'Cut' },
  ],
  keys: ['w'],
}

describe('the value of a setting', () => {
  test('is as it was initially until it is set', () => {
    expect([valueOf(size, {}), valueOf(snap, {}), valueOf(mode, {})]).toEqual([20, false, 'keep'])
    expect(valueOf(mode, withValue({}, mode, 'cut'))).toBe('cut')
  })

  test('is the initial one when what is stored does not fit', () => {
    expect(valueOf(size, { size: 5000 })).toBe(20)
    expect(valueOf(size, { size: 'large' })).toBe(20)
    expect(valueOf(snap, { snap: 1 })).toBe(false)
    expect(valueOf(mode, { mode: 'toString' })).toBe('keep')
    expect(isValueOf(size, Number.NaN)).toBe(false)
  })

  test('is brought into range and onto a step', () => {
    expect(withValue({}, size, 1e9)).toEqual({ size: 500 })
    expect(withValue({}, size, 7.4)).toEqual({ size: 7 })
    expect(withValue({}, angle, 0.68)).toEqual({ angle: 0.7 })
  })

  test('that does not fit changes nothing, nor does the one it has', () => {
    const values = {}
    expect(withValue(values, mode, 'other')).toBe(values)
    expect(withValue(values, size, Number.NaN)).toBe(values)
    expect(withValue(values, size, 20)).toBe(values)
  })
})

describe('a step', () => {
  test('is larger where values are large, and never less than the smallest', () => {
    expect(stepped({}, size, 1)).toEqual({ size: 22 })
    expect(stepped({ size: 3 }, size, -1)).toEqual({ size: 2 })
    expect(stepped({ size: 100 }, size, 2)).toEqual({ size: 121 })
    expect(stepped({ size: 1 }, size, -1)).toEqual({ size: 1 })
  })

  test('flips a toggle and goes round a choice', () => {
    expect(stepped({}, snap, 1)).toEqual({ snap: true })
    expect(stepped(stepped({}, mode, 1), mode, 1)).toEqual({ mode: 'keep' })
  })

  test('is made by the strokes of the setting', () => {
    const [smaller, larger] = keyStepsOf(size)
    expect([smaller, larger]).toMatchObject([
      { id: 'size.smaller', steps: -1, keys: ['['] },
      { id: 'size.larger', steps: 1, keys: [']'] },
    ])
    expect([snap, mode].flatMap(keyStepsOf)).toMatchObject([
      { id: 'snap', steps: 1, keys: ['q'] },
      { id: 'mode', steps: 1, keys: ['w'] },
    ])
  })
})
