import { describe, expect, it } from 'vitest'
import css from './theme.css?raw'

function token(name: string, theme: 'light' | 'dark'): string {
  const found = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css)
  if (!found) throw new Error(`theme.css has no colour --${name}`)
  return found[theme === 'light' ? 1 : 2]!
}

function luminance(hex: string): number {
  const channel = (at: number): number => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

function contrast(first: string, second: string): number {
  const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const texts: [string, string[]][] = [
  ['text', ['bg', 'surface', 'surface-2', 'surface-3', 'overlay', 'accent-soft']],
  ['text-2', ['bg', 'surface', 'surface-2', 'overlay', 'accent-soft']],
  ['text-3', ['bg', 'surface', 'surface-2', 'overlay']],
  ['accent-text', ['bg', 'surface', 'surface-2', 'accent-soft']],
  ['on-accent', ['accent', 'accent-hover', 'danger', 'danger-hover']],
  ['danger-text', ['surface', 'bg', 'danger-soft']],
  ['warning-text', ['surface', 'bg', 'warning-soft']],
  ['success-text', ['surface', 'bg', 'success-soft']],
]

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each(texts.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s on %s reads with a contrast of 4.5 to 1',
    (text, ground) => {
      expect(contrast(token(text, theme), token(ground, theme))).toBeGreaterThanOrEqual(4.5)
    },
  )

  it.each(['surface', 'bg', 'overlay'])('the border of a control on %s stands out 3 to 1', (ground) => {
    expect(contrast(token('control-border', theme), token(ground, theme))).toBeGreaterThanOrEqual(3)
  })
})
