import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryDocument, arbitraryEdits } from './arbitraries.ts'
import { makeAnnotation, makeDocument, makeGeometry } from './builders.ts'
import type { ClassId } from './configuration.ts'
import { applying } from './difference.ts'
import type { AnnotationId, Document } from './document.ts'
import { adding, changing, removing, settingAnswer, settingComment } from './edits.ts'
import { commit, receive, redo, startHistory, undo, type History } from './history.ts'

const plain = ({ annotations, answers }: Document): unknown => ({
  annotations: Object.fromEntries(annotations),
  answers,
})
const id = (name: string): AnnotationId => name as AnnotationId
const point = (name: string, parentId: AnnotationId | null = null) =>
  makeAnnotation(name, { geometry: makeGeometry('point'), parentId })
const undoAll = (history: History): History =>
  history.done.length === 0 ? history : undoAll(undo(history).history)
const redoAll = (history: History): History =>
  history.undone.length === 0 ? history : redoAll(redo(history).history)

test('undo of do is identity, and redo of undo, for any edits of any kind', () => {
  fc.assert(
    fc.property(arbitraryDocument, arbitraryEdits, (document, edits) => {
      const done = edits.reduce(
        (history, edit) => commit(history, 'edit', edit).history,
        startHistory(document),
      )
      const undone = undoAll(done)
      expect(plain(undone.document)).toEqual(plain(document))
      expect(plain(redoAll(undone).document)).toEqual(plain(done.document))
    }),
    { numRuns: 300 },
  )
})

test('every turn tells its difference', () => {
  fc.assert(
    fc.property(arbitraryDocument, arbitraryEdits, (document, edits) => {
      const start = startHistory(document)
      const done = edits.reduce((history, edit) => {
        const turn = commit(history, 'edit', edit)
        expect(plain(applying(turn.difference)(history.document))).toEqual(plain(turn.history.document))
        return turn.history
      }, start)
      const turn = undo(done)
      expect(plain(applying(turn.difference)(done.document))).toEqual(plain(turn.history.document))
    }),
  )
})

test('one commit is one step, and none when nothing changes', () => {
  const once = commit(startHistory(makeDocument()), 'Draw', adding([point('a'), point('b')])).history
  expect(once.done.map(({ name }) => name)).toEqual(['Draw'])
  expect(commit(once, 'Nothing', (document) => document).history).toBe(once)
  expect(undo(once).history.document.annotations.size).toBe(0)
})

test('a new step forgets what was undone', () => {
  const first = undo(commit(startHistory(makeDocument()), 'Draw', adding([point('a')])).history).history
  const second = commit(first, 'Draw', adding([point('b')])).history
  expect(redo(second).history).toBe(second)
})

test('undo leaves alone what arrived from elsewhere', () => {
  const own = commit(startHistory(makeDocument()), 'Draw', adding([point('a')])).history
  const both = receive(own, adding([point('b')])).history
  expect(both.done).toHaveLength(1)
  expect([...undo(both).history.document.annotations.keys()]).toEqual(['b'])
})

test('undo passes over an annotation that was changed elsewhere meanwhile', () => {
  const start = startHistory(makeDocument([point('a'), point('b')]))
  const own = commit(
    start,
    'Comment',
    changing([id('a'), id('b')], (each) => ({ ...each, comment: 'own' })),
  ).history
  const both = receive(own, settingComment(id('a'), 'theirs')).history
  const comments = [...undo(both).history.document.annotations.values()].map(({ comment }) => comment)
  expect(comments).toEqual(['theirs', null])
})

test('a step of which nothing is left is passed over', () => {
  const start = startHistory(makeDocument([point('a')]))
  const first = commit(start, 'Answer', settingAnswer(null, 'q' as ClassId, 'x')).history
  const second = commit(first, 'Comment', settingComment(id('a'), 'own')).history
  const theirs = receive(second, removing([id('a')])).history
  const undone = undo(theirs).history
  expect(undone.document.answers).toEqual({})
  expect(undone.document.annotations.size).toBe(0)
  expect(redo(undone).history.document.answers).toEqual({ q: 'x' })
})

test('undoing a parent keeps it when somebody nested into it meanwhile', () => {
  const own = commit(startHistory(makeDocument()), 'Draw', adding([point('a')])).history
  const both = receive(own, adding([point('b', id('a'))])).history
  expect([...undo(both).history.document.annotations.keys()]).toEqual(['a', 'b'])
})

test('undoing the deletion of a child does not bring it back without its parent', () => {
  const start = startHistory(makeDocument([point('a'), point('b', id('a'))]))
  const own = commit(start, 'Delete', removing([id('b')])).history
  const theirs = receive(own, removing([id('a')])).history
  expect(undo(theirs).history.document.annotations.size).toBe(0)
})

test('a parent comes back with its children', () => {
  const start = startHistory(makeDocument([point('a'), point('b', id('a'))]))
  const gone = commit(start, 'Delete', removing([id('a')])).history
  expect(gone.document.annotations.size).toBe(0)
  expect(plain(undo(gone).history.document)).toEqual(plain(start.document))
})
