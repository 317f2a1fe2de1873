import { describe, expect, it } from 'vitest'
import { ago, bytes, counted, duration } from './format.ts'

const now = Date.UTC(2026, 5, 15, 12)

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_234_567, '1.2 MB'],
    [345_000_000, '345 MB'],
    [2.5e15, '2500 TB'],
  ])('%d bytes read %s', (value, text) => expect(bytes(value)).toBe(text))

  it.each([
    [0.2, '1 s'],
    [59, '59 s'],
    [125, '2 min 5 s'],
    [3700, '1 h 1 min'],
  ])('%d seconds read %s', (value, text) => expect(duration(value)).toBe(text))

  it('count in the singular and the plural', () => {
    expect(counted(1, 'task')).toBe('1 task')
    expect(counted(12_000, 'class', 'classes')).toBe('12,000 classes')
  })

  it.each([
    [10_000, 'just now'],
    [5 * 60_000, '5 minutes ago'],
    [3 * 3_600_000, '3 hours ago'],
    [26 * 3_600_000, 'yesterday'],
  ])('%d ms ago read %s', (passed, text) => expect(ago(now - passed, now)).toBe(text))

  it('tell the date once a week has gone by', () => {
    expect(ago(now - 8 * 86_400_000, now)).toBe('Jun 7, 2026')
  })
})
