import { expect, test } from 'vitest'
import type { Annotation, AnnotationId, ClassId, GeometryClass } from '../../core/index.ts'
import type { Row } from './rows.ts'
import { walk } from './row-walk.ts'

const labelClass = (id: string): GeometryClass => ({ id: id as ClassId }) as GeometryClass
const group = (id: string, open: boolean): Row => ({
  type: 'class',
  labelClass: labelClass(id),
  count: 1,
  open,
})
function entry(id: string, depth: 0 | 1 = 0): Row {
  const annotation = { id: id as AnnotationId } as Annotation
  return { type: 'annotation', annotation, labelClass: labelClass('ship'), number: 1, depth }
}

const rows = [
  group('ship', true),
  entry('1'),
  entry('2', 1),
  entry('3', 1),
  entry('4'),
  group('crane', false),
]

test.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 5, 5],
  ['ArrowUp', 5, 4],
  ['ArrowUp', 0, 0],
  ['Home', 3, 0],
  ['End', 3, 5],
  ['ArrowLeft', 3, 1],
  ['ArrowLeft', 4, 0],
  ['ArrowRight', 0, 1],
  ['ArrowRight', 1, 2],
  ['ArrowRight', 4, 4],
])('%s goes from row %i to row %i', (key, from, to) => {
  expect(walk(rows, from, key)).toEqual({ type: 'go', to })
})

test('a class is folded by left and unfolded by right', () => {
  expect(walk(rows, 0, 'ArrowLeft')).toEqual({ type: 'fold', id: 'ship' })
  expect(walk(rows, 5, 'ArrowRight')).toEqual({ type: 'fold', id: 'crane' })
  expect(walk(rows, 5, 'ArrowLeft')).toEqual({ type: 'go', to: 5 })
})

test('Enter chooses an annotation and folds a class, the space bar adds to the selection', () => {
  expect(walk(rows, 2, 'Enter')).toEqual({ type: 'choose', id: '2', adds: false })
  expect(walk(rows, 2, ' ')).toEqual({ type: 'choose', id: '2', adds: true })
  expect(walk(rows, 0, 'Enter')).toEqual({ type: 'fold', id: 'ship' })
})

test('other keys, and lists without rows, are for others', () => {
  expect(walk(rows, 2, 'Delete')).toBeNull()
  expect(walk([], 0, 'ArrowDown')).toBeNull()
})
