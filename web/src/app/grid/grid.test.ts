import { describe, expect, test } from 'vitest'
import type { Question } from '../../core/index.ts'
import { makeQuestion } from '../../core/builders.ts'
import { answering, badgeOf, choosing, chosenAt, inverted, NOTHING, stepTo, withChange } from './grid.ts'

const IDS = ['a', 'b', 'c', 'd', 'e']
const option = (key: string) => ({ key, name: key.toUpperCase() })
const weather: Question = makeQuestion('weather', { options: [option('sun'), option('rain')] })
const marks: Question = makeQuestion('marks', { type: 'checklist', options: [option('x'), option('y')] })
const item = (taskId: string, answers = {}) => ({ taskId, answers })

describe('choosing pictures', () => {
  test('one alone, one more, all between', () => {
    const one = chosenAt(IDS, NOTHING, 'b', { shift: false, ctrl: false })
    expect([...one.chosen]).toEqual(['b'])
    const two = chosenAt(IDS, one, 'd', { shift: false, ctrl: true })
    expect([...two.chosen]).toEqual(['b', 'd'])
    expect([...chosenAt(IDS, two, 'd', { shift: false, ctrl: true }).chosen]).toEqual(['b'])
    const row = chosenAt(IDS, one, 'e', { shift: true, ctrl: false })
    expect([...row.chosen]).toEqual(['b', 'c', 'd', 'e'])
    expect([...chosenAt(IDS, row, 'a', { shift: true, ctrl: false }).chosen]).toEqual(['a', 'b'])
  })

  test('keys go by picture and by row, and stay inside', () => {
    expect(stepTo(IDS, 'b', 'ArrowRight', 2)).toBe('c')
    expect(stepTo(IDS, 'b', 'ArrowDown', 2)).toBe('d')
    expect(stepTo(IDS, 'a', 'ArrowUp', 2)).toBe('a')
    expect(stepTo(IDS, 'b', 'End', 2)).toBe('e')
    expect(stepTo(IDS, null, 'ArrowRight', 2)).toBe('a')
    expect(stepTo(IDS, 'b', 'x', 2)).toBeNull()
    expect(stepTo([], null, 'ArrowRight', 2)).toBeNull()
  })
})

describe('answering', () => {
  test('changes those that say something else', () => {
    const items = [item('a'), item('b', { weather: 'sun' }), item('c', { weather: 'rain' })]
    const changes = choosing(items, weather, 'sun')
    expect(changes.map(({ taskId, was, is }) => [taskId, was, is])).toEqual([
      ['a', undefined, 'sun'],
      ['c', 'rain', 'sun'],
    ])
    expect(answering(items, weather, undefined).map(({ taskId }) => taskId)).toEqual(['b', 'c'])
  })

  test('a checklist is ticked in all, and taken away where all have it', () => {
    const items = [item('a', { marks: ['y'] }), item('b', { marks: ['x', 'y'] })]
    const ticked = choosing(items, marks, 'x')
    expect(ticked.map(({ taskId, is }) => [taskId, is])).toEqual([['a', ['x', 'y']]])
    expect(choosing(items, marks, 'y').map(({ is }) => is)).toEqual([[], ['x']])
  })

  test('undo of do is what it was', () => {
    const items = [item('a'), item('b', { weather: 'rain' })]
    for (const change of choosing(items, weather, 'sun')) {
      const before = items.find(({ taskId }) => taskId === change.taskId)!.answers
      const [back] = inverted([change])
      expect(withChange(withChange(before, change), back!)).toEqual(before)
    }
  })

  test('is shown in few words', () => {
    expect(badgeOf(weather, { weather: 'rain' })).toBe('RAIN')
    expect(badgeOf(marks, { marks: ['x', 'y'] })).toBe('X, Y')
    expect(badgeOf(marks, { marks: [] })).toBeNull()
  })
})
