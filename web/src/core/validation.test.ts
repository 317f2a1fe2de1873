import { describe, expect, test } from 'vitest'
import vectors from '../../../schema/vectors/validation.json'
import {
  makeAnnotation,
  makeClassOfEachKind,
  makeConfiguration,
  makeDocument,
  makeGeometry,
} from './builders.ts'
import type { Configuration } from './configuration.ts'
import { readDocument, type DocumentJson } from './document.ts'
import { issuesOf, warningsOf, type Issue } from './validation.ts'

const rules = { configuration: vectors.configuration as unknown as Configuration, picture: vectors.picture }
const plain = ({ code, annotationId, classId }: Issue): string =>
  JSON.stringify({ code, annotationId, classId })

describe('documents', () => {
  test.each(vectors.cases)('$name', ({ document, broken, missing }) => {
    const issues = issuesOf(readDocument(document as unknown as DocumentJson), rules)
    const expected = [...broken, ...missing].map((issue) => plain(issue as Issue))
    expect(issues.map(plain).toSorted()).toEqual(expected.toSorted())
    expect(issues.every(({ message }) => message.length > 0)).toBe(true)
  })
})

test('without a picture places are not checked', () => {
  const configuration = makeConfiguration(makeClassOfEachKind())
  const document = makeDocument([makeAnnotation('a', { geometry: makeGeometry('polygon', [500, 500]) })])
  expect(issuesOf(document, { configuration, picture: { w: 100, h: 100 } }).map(({ code }) => code)).toEqual([
    'outside_picture',
  ])
  expect(issuesOf(document, { configuration, picture: null })).toEqual([])
})

test('more annotations than a medium holds are an issue', () => {
  const configuration = makeConfiguration(makeClassOfEachKind())
  const geometry = makeGeometry('point')
  const annotations = Array.from({ length: 20_001 }, (_, index) => makeAnnotation(`a${index}`, { geometry }))
  const issues = issuesOf(makeDocument(annotations), { configuration, picture: null })
  expect(issues.map(({ code }) => code)).toEqual(['too_many_annotations'])
})

test('a polygon that crosses itself is warned of, with the place', () => {
  const bow = [
    [10, 10],
    [30, 30],
    [30, 10],
    [10, 30],
  ] as const
  const warnings = (points: readonly (readonly [number, number])[]): readonly string[] =>
    warningsOf(makeAnnotation('a', { geometry: { kind: 'polygon', points } }))
  expect(warnings(bow)).toEqual(['The outline crosses itself at 20, 20. Drag a point so that it does not.'])
  expect(warnings([...bow.slice(0, 3)])).toEqual([])
})
