import { expect, it } from 'vitest'
import type { ClassFit, ClassMapping, QuestionFit } from '../../api/exchanges.ts'
import { BY_NAME, classRows, openCount, openFirst, withEntry } from './mapping.ts'

const fit = (name: string, kind: string, how = 'named', more: Partial<ClassFit> = {}): ClassFit => ({
  name,
  kind,
  how,
  parent: null,
  count: 1,
  classId: null,
  classType: null,
  onlyBoxes: false,
  ...more,
})
const asked = (name: string, how: string, values: QuestionFit['values'] = {}): QuestionFit => ({
  name,
  how,
  values,
  owner: null,
  questionId: null,
})

it('gives every kind of a class a row of its own where there are several, and what has no place at first first', () => {
  const classes = [
    fit('car', 'polygon'),
    fit('car', 'point', 'unknown'),
    fit('hook', 'point', 'named', { parent: 'crane' }),
    fit('unused', 'point', 'unknown', { count: 0 }),
  ]
  const first = new Map<string, boolean>()
  const keys = (found: ClassFit[]) =>
    openFirst(classRows({ classes: found, questions: [] }), first).map(({ key }) => key)
  const order = ['car (point)', 'car (polygon)', 'crane.hook']
  expect(keys(classes)).toEqual(order)
  expect(keys(classes.map((one) => ({ ...one, how: 'mapped' })))).toEqual(order)
})

it('counts classes, questions and options that have no place', () => {
  const questions = [
    asked('mood', 'named', { good: 'good', bad: null }),
    asked('note', 'unknown', { x: null }),
    { ...asked('occluded', 'unknown'), aside: true },
    { ...asked('pose', 'named', { Left: null }), aside: true },
  ]
  expect(openCount({ classes: [fit('car', 'point', 'left_out')], questions })).toBe(2)
})

it('changes one entry, and takes it away by name', () => {
  const mapping: ClassMapping = { classes: { a: '1' }, questions: {}, options: {}, lossy: false }
  expect(withEntry(mapping, 'classes', 'b', '').classes).toEqual({ a: '1', b: '' })
  expect(withEntry(mapping, 'classes', 'a', BY_NAME).classes).toEqual({})
})
