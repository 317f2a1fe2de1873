import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeAnnotation, makeDocument, makeGeometry } from './builders.ts'
import {
  applying,
  composed,
  differenceBetween,
  inverted,
  isEmpty,
  NO_DIFFERENCE,
  writeDifference,
} from './difference.ts'
import type { ClassId } from './configuration.ts'
import type { Document } from './document.ts'
import { removing, settingAnswer, settingGeometry } from './edits.ts'
import { arbitraryEdits, arbitraryDocument } from './arbitraries.ts'

const plain = ({ annotations, answers }: Document): unknown => ({
  annotations: Object.fromEntries(annotations),
  answers,
})

test('a difference names what was created, updated and deleted, and the answers', () => {
  const geometry = makeGeometry('point')
  const [a, b, c] = ['a', 'b', 'c'].map((id) => makeAnnotation(id, { geometry })) as [never, never, never]
  const was = makeDocument([a, b], { gone: 'x', same: ['y'] })
  const changed = makeAnnotation('b', { geometry, comment: 'new' })
  const is = makeDocument([changed, c], { set: null, same: ['y'] })
  expect(writeDifference(differenceBetween(was, is))).toEqual({
    created: [c],
    updated: [changed],
    deleted: ['a'],
    answers: { set: { set: null }, removed: ['gone'] },
  })
})

test('made and deleted again is no difference', () => {
  const was = makeDocument()
  const is = makeDocument([makeAnnotation('a', { geometry: makeGeometry('line') })], { q: 'x' })
  const there = differenceBetween(was, is)
  expect(isEmpty(composed(there, inverted(there)))).toBe(true)
})

test('changed and then deleted is deleted', () => {
  const was = makeDocument([makeAnnotation('a', { geometry: makeGeometry('point') })])
  const id = [...was.annotations.keys()][0]!
  const moved = settingGeometry(id, makeGeometry('point', [50, 50]))(was)
  const gone = removing([id])(moved)
  const whole = composed(differenceBetween(was, moved), differenceBetween(moved, gone))
  expect(writeDifference(whole)).toMatchObject({ created: [], updated: [], deleted: ['a'] })
  expect(whole.annotations.get(id)![0]).toBe(was.annotations.get(id))
})

test('the same answer again is no difference', () => {
  const was = makeDocument([], { q: ['a', 'b'] })
  const is = settingAnswer(null, 'q' as ClassId, ['a', 'b'])(was)
  expect(is).toBe(was)
  expect(isEmpty(differenceBetween(was, makeDocument([], { q: ['a', 'b'] })))).toBe(true)
})

test('differences composed equal the whole, and lead from the first document to the last', () => {
  fc.assert(
    fc.property(arbitraryDocument, arbitraryEdits, (first, edits) => {
      const documents = edits.reduce((all, edit) => [...all, edit(all.at(-1)!)], [first])
      const last = documents.at(-1)!
      const parts = documents
        .slice(1)
        .map((document, index) => differenceBetween(documents[index]!, document))
      const sum = parts.reduce(composed, NO_DIFFERENCE)
      const whole = differenceBetween(first, last)
      expect(new Map(sum.annotations)).toEqual(new Map(whole.annotations))
      expect(new Map(sum.answers)).toEqual(new Map(whole.answers))
      expect(plain(applying(sum)(first))).toEqual(plain(last))
      expect(plain(applying(inverted(sum))(last))).toEqual(plain(first))
    }),
  )
})
