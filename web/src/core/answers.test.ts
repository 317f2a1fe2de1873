import { expect, test } from 'vitest'
import { normalAnswer, transferredAnswer } from './answers.ts'
import { makeQuestion } from './builders.ts'

const checklist = makeQuestion('q', { type: 'checklist' })
const option = makeQuestion('q')
const text = makeQuestion('q', { type: 'free_text', options: [], maxLength: 3 })

test('ticks stand in configuration order, each once, known ones only', () => {
  expect(normalAnswer(checklist, ['two', 'three', 'one', 'two'])).toEqual(['one', 'two'])
  expect(normalAnswer(checklist, null)).toEqual([])
})

test('an empty text is no answer', () => {
  expect(normalAnswer(text, '')).toBeNull()
  expect(normalAnswer(text, 'abc')).toBe('abc')
  expect(normalAnswer(option, 'one')).toBe('one')
})

test('an answer goes to a question of the same type that can take it', () => {
  expect(transferredAnswer('one', option, makeQuestion('other'))).toBe('one')
  expect(transferredAnswer('one', option, makeQuestion('other', { options: [] }))).toBeUndefined()
  expect(transferredAnswer('one', option, text)).toBeUndefined()
  expect(
    transferredAnswer(
      ['one', 'two'],
      checklist,
      makeQuestion('other', { type: 'checklist', options: [{ key: 'two', name: '' }] }),
    ),
  ).toEqual(['two'])
  expect(
    transferredAnswer('abcd', makeQuestion('long', { type: 'free_text', maxLength: 9 }), text),
  ).toBeUndefined()
})
