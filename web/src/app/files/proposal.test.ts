import { describe, expect, it } from 'vitest'
import type { ClassMapping, DraftClass, Origin, ProposedClasses } from '../../api/exchanges.ts'
import type { ClassId } from '../../core/configuration.ts'
import { built, losesShape, mappingOf, rowsOf, typesOf } from './proposal.ts'

const NOTHING: ClassMapping = { classes: {}, questions: {}, options: {}, lossy: false }
const EMPTY = { shortcut: null, required: false, options: [], maxLength: null, color: null, children: [] }

function made(key: string, type: DraftClass['type'], more: Partial<DraftClass> = {}): DraftClass {
  return { ...EMPTY, id: null, key, name: key, type, ...more }
}

const from = (path: string, name: string, more: Partial<Origin> = {}): Origin => ({
  path,
  name,
  parent: null,
  kinds: [],
  isWhole: true,
  becomes: [],
  lessens: [],
  ...more,
})

const crane = made('crane', 'polygon', {
  children: [made('hook', 'point'), made('colour', 'option', { options: [{ key: 'red', name: 'Red' }] })],
})
const quay = made('quay', 'line', { id: 'q' as ClassId, children: [] })
const proposal: ProposedClasses = {
  revision: 3,
  classes: [quay, crane, made('car', 'rectangle'), made('car_point', 'point')],
  origins: [
    from('crane', 'Kran', { becomes: ['polygon', 'image_segmentation'], lessens: ['rectangle'] }),
    from('crane.hook', 'Haken', { parent: 'Kran', kinds: ['point'] }),
    from('crane.colour', 'Farbe', { parent: 'Kran' }),
    from('car', 'car', {
      kinds: ['rectangle'],
      becomes: ['rectangle', 'polygon', 'image_segmentation'],
      isWhole: false,
    }),
    from('car_point', 'car', { kinds: ['point'], isWhole: false }),
  ],
  effects: null,
}
const rows = rowsOf(proposal, [quay])

describe('a proposed configuration', () => {
  it('shows what is new with its place, and leaves out what stays', () => {
    expect(rows.map(({ path, level }) => [path, level])).toEqual([
      ['crane', 0],
      ['crane.hook', 1],
      ['crane.colour', 1],
      ['car', 0],
      ['car_point', 0],
    ])
  })

  it('shows options that come to a question that is there', () => {
    const old = made('mood', 'option', { id: 'm' as ClassId, options: [{ key: 'good', name: 'Good' }] })
    const grown = { ...old, options: [...old.options, { key: 'bad', name: 'Bad' }] }
    const [row] = rowsOf({ ...proposal, classes: [grown], origins: [from('mood', 'mood')] }, [old])
    expect([row?.isNew, row?.more]).toEqual([false, ['bad']])
  })

  it('offers the kinds that take in everything of the file', () => {
    expect(typesOf(rows[0]!)).toEqual(['polygon', 'rectangle'])
    expect(typesOf(rows[3]!)).toEqual(['rectangle', 'polygon', 'image_segmentation'])
    expect(losesShape(rows[0]!, 'rectangle')).toBe(true)
    expect(losesShape(rows[3]!, 'rectangle')).toBe(false)
  })

  it('is made without what somebody does not want, with what they call it', () => {
    const choices = { car: { dropped: true }, crane: { key: 'lift' }, 'crane.hook': { dropped: true } }
    const [first, second, third] = built(proposal.classes, choices)
    expect(first).toEqual(quay)
    expect([second?.key, second?.children.map(({ key }) => key)]).toEqual(['lift', ['colour']])
    expect(third?.key).toBe('car_point')
  })

  it('maps what is called differently or left out, and only that', () => {
    expect(mappingOf(rows, {}, NOTHING)).toEqual(NOTHING)
    const choices = {
      crane: { key: 'lift', type: 'rectangle' as const },
      'crane.hook': { key: 'tip' },
      'crane.colour': { dropped: true },
      car: { key: 'auto' },
    }
    expect(mappingOf(rows, choices, NOTHING)).toEqual({
      classes: { Kran: 'lift', 'Kran.Haken': 'lift.tip', 'car (rectangle)': 'auto' },
      questions: { 'Kran.Farbe': '' },
      options: {},
      lossy: true,
    })
  })

  it('says nothing about what stands in a class that is left out', () => {
    const choices = { crane: { dropped: true }, 'crane.hook': { key: 'tip' } }
    expect(mappingOf(rows, choices, NOTHING).classes).toEqual({ Kran: '' })
  })
})
