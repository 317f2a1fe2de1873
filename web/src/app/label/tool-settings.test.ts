import { beforeEach, expect, test, vi } from 'vitest'
import type { Tool, ToggleSetting } from '../../core/index.ts'
import { TOOLS } from '../../tools/index.ts'
import { readToolSettings, writeToolSettings } from './tool-settings.ts'

const snap: ToggleSetting = { kind: 'toggle', id: 'snap', name: 'Snap', initial: false, keys: ['q'] }
const tools: readonly Tool[] = [{ ...TOOLS[0]!, settings: [snap] }]

beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  })
})

test('settings are remembered for each person', () => {
  writeToolSettings('ada', { snap: true })
  expect(readToolSettings('ada', tools)).toEqual({ snap: true })
  expect(readToolSettings('bob', tools)).toEqual({})
})

test('what no tool can be set to any more is passed over', () => {
  writeToolSettings('ada', { snap: 'yes', gone: 3 })
  expect(readToolSettings('ada', tools)).toEqual({})
})

test('what cannot be read is as if nothing was set', () => {
  localStorage.setItem('labelwright.tool-settings.ada', '{')
  expect(readToolSettings('ada', tools)).toEqual({})
})
