import { describe, expect, it } from 'vitest'
import vectors from '../../../../schema/vectors/configuration.json'
import type { ClassInput } from '../../api/types.ts'
import { MAX_CLASSES } from './types.ts'
import { locate, validate } from './validate.ts'

/** A vector names what differs from the defaults. */
interface Sparse {
  key: string
  name: string
  type: string
  children?: Sparse[]
}

function whole(sparse: Sparse): ClassInput {
  const defaults = { id: null, color: null, shortcut: null, required: false, options: [], maxLength: null }
  return { ...defaults, ...sparse, children: (sparse.children ?? []).map(whole) } as ClassInput
}

const judged = (classes: Sparse[]): string[][] =>
  validate(classes.map(whole))
    .map(({ pointer, code }) => [pointer, code])
    .sort((a, b) => (a.join() < b.join() ? -1 : 1))

describe('a configuration is judged as the server judges it', () => {
  it.each(vectors.cases.map((one) => [one.name, one] as const))('%s', (_, { classes, issues }) => {
    expect(judged(classes as Sparse[])).toEqual(issues)
  })

  it('with more classes than are allowed', () => {
    const classes = Array.from({ length: MAX_CLASSES + 1 }, (_, n) => ({
      key: `k${n}`,
      name: 'x',
      type: 'point',
    }))
    expect(judged(classes)).toEqual([['/classes', 'too_many_classes']])
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
