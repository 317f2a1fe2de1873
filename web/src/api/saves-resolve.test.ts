import { expect, test } from 'vitest'
import { applying, differenceBetween } from '../core/difference.ts'
import type { Annotation, AnnotationId, Document } from '../core/document.ts'
import { rebase } from './saves-rebase.ts'
import { resolved, sidesOf, type Side } from './saves-resolve.ts'
import { configurationOf, documentOf, MARKS, pointAt, WEATHER } from './saves-samples.ts'

const base = documentOf(pointAt('a', 1), pointAt('b', 1))
const configuration = configurationOf(1)
const nested = (id: string, x: number, parent: string): Annotation => pointAt(id, x, undefined, parent)

function decided(mine: Document, theirs: Document, ...sides: Side[]): Document {
  let made = 0
  const rebased = rebase(differenceBetween(base, mine), theirs)
  expect(rebased.conflicts).toHaveLength(sides.length)
  const parts = { theirs, shown: mine, configuration, newId: () => `new-${++made}` }
  return applying(resolved(rebased, sides, parts))(theirs)
}

const places = ({ annotations }: Document): Record<string, number> =>
  Object.fromEntries(
    [...annotations.values()].map(({ id, geometry }) => [id, geometry.kind === 'point' ? geometry.x : NaN]),
  )

test('each conflict is decided by itself', () => {
  const mine = documentOf(pointAt('a', 2), pointAt('b', 2))
  const theirs = documentOf(pointAt('a', 3), pointAt('b', 3))
  expect(places(decided(mine, theirs, 'mine', 'theirs'))).toEqual({ a: 2, b: 3 })
})

test('both: mine comes to stand beside theirs under a new id, with what was nested in it', () => {
  const mine = documentOf(pointAt('a', 2), pointAt('b', 1), nested('c', 2, 'a'))
  const theirs = documentOf(pointAt('a', 3), pointAt('b', 1), nested('c', 3, 'a'))
  const after = decided(mine, theirs, 'both', 'both')
  expect(places(after)).toEqual({ a: 3, b: 1, c: 3, 'new-1': 2, 'new-2': 2 })
  expect(after.annotations.get('new-2' as AnnotationId)?.parentId).toBe('new-1')
})

test('both: one object about which two said different things gets what can stand together', () => {
  const saying = (answers: Annotation['answers'], comment: string | null = null): Document =>
    documentOf({ ...pointAt('a', 1), answers, comment }, pointAt('b', 1))
  const [mine, theirs] = [saying({ [MARKS]: ['name'] }, 'torn'), saying({ [MARKS]: ['flag'], other: 'x' })]
  const { annotations } = decided(mine, theirs, 'both')
  expect([...annotations.keys()]).toEqual(['a', 'b'])
  expect(annotations.get('a' as AnnotationId)).toMatchObject({
    answers: { [MARKS]: ['flag', 'name'], other: 'x' },
    comment: 'torn',
  })
})

test('both is offered where it means something', () => {
  const offered = (mine: Document, theirs: Document): boolean[] =>
    rebase(differenceBetween(base, mine), theirs).conflicts.map((conflict) =>
      sidesOf(conflict, configuration).includes('both'),
    )
  const gone = documentOf(pointAt('b', 1))
  const moved = (x: number): Document => documentOf(pointAt('a', x), pointAt('b', 1))
  const answered = (id: string, answer: string | string[]): Document => ({
    ...base,
    answers: { [id]: answer },
  })
  expect(offered(moved(2), moved(3))).toEqual([true])
  expect(offered(gone, moved(3))).toEqual([false])
  expect(offered(moved(2), gone)).toEqual([false])
  expect(offered(answered(MARKS, ['flag']), answered(MARKS, ['name']))).toEqual([true])
  expect(offered(answered(WEATHER, 'sun'), answered(WEATHER, 'rain'))).toEqual([false])
})

test('both: ticks of a question about the picture are united', () => {
  const answered = (answer: string[]): Document => ({ ...base, answers: { [MARKS]: answer } })
  expect(decided(answered(['name']), answered(['flag']), 'both').answers).toEqual({
    [MARKS]: ['flag', 'name'],
  })
})

test('what I keep brings back the parent that they deleted', () => {
  const mine = documentOf(pointAt('a', 1), pointAt('b', 1), nested('c', 1, 'a'))
  expect(places(decided(mine, documentOf(pointAt('b', 1)), 'mine'))).toEqual({ a: 1, b: 1, c: 1 })
})

test('a deletion that I keep takes along what they put into it', () => {
  const theirs = documentOf(pointAt('a', 1), pointAt('b', 1), nested('c', 1, 'a'))
  expect(places(decided(documentOf(pointAt('b', 1)), theirs, 'mine'))).toEqual({ b: 1 })
  expect(places(decided(documentOf(pointAt('b', 1)), theirs, 'theirs'))).toEqual({ a: 1, b: 1, c: 1 })
})
