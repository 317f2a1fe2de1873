import { expect, test } from 'vitest'
import {
  makeAnnotation,
  makeClass,
  makeConfiguration,
  makeDocument,
  makeGeometry,
  makeGeometryClass,
  makeQuestion,
} from './builders.ts'
import {
  classWithShortcut,
  findClass,
  findGeometryClass,
  geometryClasses,
  globalQuestions,
  parentClassOf,
  questionsOf,
  type ClassId,
} from './configuration.ts'
import {
  childrenOf,
  countsByClass,
  depthRange,
  paintOrder,
  readDocument,
  writeDocument,
  type AnnotationId,
} from './document.ts'
import {
  adding,
  clearingAnswer,
  inOrder,
  removing,
  settingAnswer,
  settingComment,
  settingZ,
  translating,
} from './edits.ts'

const geometry = makeGeometry('point')
const id = (name: string): AnnotationId => name as AnnotationId
const question = 'q' as ClassId

test('a document is written with its annotations in the order of their ids, and read back', () => {
  const document = makeDocument(
    [makeAnnotation('b', { geometry }), makeAnnotation('a', { geometry, z: 3 })],
    { q: ['x'] },
  )
  const json = writeDocument(document)
  expect(json.annotations.map((each) => each.id)).toEqual(['a', 'b'])
  expect(writeDocument(readDocument(json))).toEqual(json)
})

test('annotations are painted by depth and then by age', () => {
  const document = makeDocument([
    makeAnnotation('c', { geometry }),
    makeAnnotation('a', { geometry, z: 1 }),
    makeAnnotation('b', { geometry }),
    makeAnnotation('d', { geometry, z: -1 }),
  ])
  expect(paintOrder(document).map((each) => each.id)).toEqual(['d', 'b', 'c', 'a'])
  expect(depthRange(document)).toEqual([-1, 1])
})

test('annotations are counted by class', () => {
  const document = makeDocument([
    makeAnnotation('a', { geometry }),
    makeAnnotation('b', { geometry }),
    makeAnnotation('c', { geometry: makeGeometry('line') }),
  ])
  expect(Object.fromEntries(countsByClass(document))).toEqual({ point: 2, line: 1 })
})

test('edits pass over what is not there', () => {
  const document = makeDocument([makeAnnotation('a', { geometry })])
  const absent = [id('x')]
  const edits = [
    removing(absent),
    translating(absent, 1, 1),
    settingZ(absent, 2),
    settingComment(id('x'), 'c'),
    settingAnswer(id('x'), question, null),
  ]
  expect(inOrder(edits)(document)).toBe(document)
})

test('nested annotations go with their parent', () => {
  const document = makeDocument([
    makeAnnotation('a', { geometry }),
    makeAnnotation('b', { geometry, parentId: id('a') }),
    makeAnnotation('c', { geometry }),
  ])
  expect(childrenOf(document, id('a')).map((each) => each.id)).toEqual(['b'])
  expect([...removing([id('a')])(document).annotations.keys()]).toEqual(['c'])
})

test('an answer is set, opened and cleared, of an annotation and of the medium', () => {
  const document = adding([makeAnnotation('a', { geometry })])(makeDocument())
  const answered = inOrder([settingAnswer(id('a'), question, 'x'), settingAnswer(null, question, null)])(
    document,
  )
  expect(answered.annotations.get(id('a'))!.answers).toEqual({ q: 'x' })
  expect(answered.answers).toEqual({ q: null })
  const cleared = inOrder([clearingAnswer(id('a'), question), clearingAnswer(null, question)])(answered)
  expect(cleared.annotations.get(id('a'))!.answers).toEqual({})
  expect(cleared.answers).toEqual({})
})

const deep = makeQuestion('deep')
const first = makeQuestion('first', { children: [deep] })
const wheel = makeGeometryClass('wheel', 'point', { children: [makeQuestion('flat')] })
const car = makeGeometryClass('car', 'rectangle', {
  shortcut: '1',
  children: [first, wheel, makeQuestion('last')],
})
const weather = makeQuestion('weather', { children: [makeQuestion('strength')] })
const configuration = makeConfiguration([car, weather, makeGeometryClass('road', 'line')])

test('classes are found with their parents', () => {
  expect(findClass(configuration, deep.id)).toBe(deep)
  expect(parentClassOf(configuration, deep.id)).toBe(first)
  expect(parentClassOf(configuration, car.id)).toBeNull()
  expect(findGeometryClass(configuration, wheel.id)).toBe(wheel)
  expect(findGeometryClass(configuration, first.id)).toBeUndefined()
  expect(findClass(configuration, makeClass('other').id)).toBeUndefined()
  expect(geometryClasses(configuration).map(({ key }) => key)).toEqual(['car', 'wheel', 'road'])
  expect(classWithShortcut(configuration, '1')).toBe(car)
  expect(classWithShortcut(configuration, '2')).toBeUndefined()
})

test('a geometry is asked its own questions, nested ones after their parent, not those of nested geometries', () => {
  expect(questionsOf(car).map(({ key }) => key)).toEqual(['first', 'deep', 'last'])
  expect(questionsOf(wheel).map(({ key }) => key)).toEqual(['flat'])
  expect(globalQuestions(configuration).map(({ key }) => key)).toEqual(['weather', 'strength'])
})
