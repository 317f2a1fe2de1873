import { expect, test } from 'vitest'
import { differenceBetween } from '../core/difference.ts'
import { type AnnotationId, type Document } from '../core/document.ts'
import { rebase, sameContent } from './saves-rebase.ts'
import { documentOf, pointAt, WEATHER } from './saves-samples.ts'

const base = documentOf(pointAt('a', 1), pointAt('b', 1))

const outcome = (mine: Document, theirs: Document): [kept: string[], conflicts: string[]] => {
  const rebased = rebase(differenceBetween(base, mine), theirs)
  return [[...rebased.mine.annotations.keys()], rebased.conflicts.map(({ id }) => id)]
}

test('changes to different annotations both stay', () => {
  expect(
    outcome(documentOf(pointAt('a', 2), pointAt('b', 1)), documentOf(pointAt('a', 1), pointAt('b', 2))),
  ).toEqual([['a'], []])
})

test('the same change on both sides is no conflict and needs no save', () => {
  const both = documentOf(pointAt('a', 2), pointAt('b', 1))
  expect(outcome(both, documentOf(pointAt('a', 2), pointAt('b', 1)))).toEqual([[], []])
})

test('deleting what they changed is a conflict, deleting what they deleted is not', () => {
  const mine = documentOf(pointAt('b', 1))
  expect(outcome(mine, documentOf(pointAt('a', 2), pointAt('b', 1)))).toEqual([[], ['a']])
  expect(outcome(mine, documentOf(pointAt('b', 1)))).toEqual([[], []])
})

test('a nested annotation in a parent they deleted is a conflict', () => {
  const mine = documentOf(pointAt('a', 1), pointAt('b', 1), pointAt('c', 1, undefined, 'a'))
  const theirs = documentOf(pointAt('b', 1))
  const rebased = rebase(differenceBetween(base, mine), theirs)
  expect(rebased.conflicts.map(({ id }) => id)).toEqual(['c'])
})

test('deleting what they put something into is a conflict, unless that goes as well', () => {
  const nested = pointAt('c', 1, undefined, 'a')
  const theirs = documentOf(pointAt('a', 1), pointAt('b', 1), nested)
  expect(outcome(documentOf(pointAt('b', 1)), theirs)).toEqual([[], ['a']])
  const both = differenceBetween(theirs, documentOf(pointAt('b', 1)))
  expect(rebase(both, theirs).conflicts).toEqual([])
})

test('answers of the medium are compared one by one', () => {
  const mine = { ...base, answers: { [WEATHER]: 'sun', other: 'mine' } }
  const theirs = { ...base, answers: { [WEATHER]: 'rain' } }
  const rebased = rebase(differenceBetween(base, mine), theirs)
  expect(rebased.conflicts).toEqual([{ of: 'answer', id: WEATHER, mine: 'sun', theirs: 'rain' }])
  expect([...rebased.mine.answers.keys()]).toEqual(['other'])
})

test('where a label came from does not make it another one', () => {
  const mine = pointAt('a', 1)
  expect(sameContent(mine, { ...mine, changedAt: 9, changedBy: 'lin', source: 'import' })).toBe(true)
  expect(sameContent(mine, { ...mine, parentId: 'b' as AnnotationId })).toBe(false)
  expect(sameContent(mine, { ...mine, geometry: { kind: 'point', x: 1, y: 2 } })).toBe(false)
  expect(sameContent(mine, { ...mine, answers: { [WEATHER]: 'sun' } })).toBe(false)
  expect(sameContent(mine, { ...mine, comment: 'blurred' })).toBe(false)
  expect(sameContent(mine, { ...mine, z: 1 })).toBe(false)
})
