import { describe, expect, test } from 'vitest'
import { operations, regionOf, type Geometry, type XY } from '../geometry/index.ts'
import { ALL_KINDS, makeAnnotation, makeDocument, makeGeometry, makeIds } from './builders.ts'
import type { AnnotationId, Document } from './document.ts'
import { erasing, placing } from './place.ts'

const newId = makeIds() as () => AnnotationId
const areaOf = (geometry: Geometry): number => operations(geometry.kind).area(geometry)!
const areas = (document: Document): Record<string, number> =>
  Object.fromEntries([...document.annotations.values()].map(({ id, geometry }) => [id, areaOf(geometry)]))
const sharing = ALL_KINDS.filter((kind) => operations(kind).partition !== null)
const square = ([x, y]: XY, size: number): readonly XY[] => [
  [x, y],
  [x + size, y],
  [x + size, y + size],
  [x, y + size],
]

test('some kinds share the picture and some do not', () => {
  expect(sharing.length).toBeGreaterThan(0)
  expect(sharing.length).toBeLessThan(ALL_KINDS.length)
})

describe.each(sharing)('%s', (kind) => {
  const old = (id: string, at: XY, size: number) =>
    makeAnnotation(id, { geometry: makeGeometry(kind, at, size), comment: 'kept' })
  const place = (document: Document, at: XY, size: number): Document =>
    placing([makeAnnotation('new', { geometry: makeGeometry(kind, at, size) })], newId)(document)

  test('a new one trims those it overlaps, of any class', () => {
    const other = { ...old('other', [50, 0], 40), classId: 'another' as never }
    const after = place(makeDocument([old('one', [0, 0], 40), other]), [20, 0], 40)
    expect(areas(after)).toEqual({ one: 800, other: 1200, new: 1600 })
  })

  test('a new one inside another makes a hole in it', () => {
    const after = place(makeDocument([old('one', [0, 0], 40)]), [10, 10], 10)
    expect(areas(after)).toEqual({ one: 1500, new: 100 })
    expect(operations(kind).outline(after.annotations.get('one' as AnnotationId)!.geometry)).toHaveLength(2)
  })

  test('what is split becomes several annotations that are alike; the largest keeps the id', () => {
    const bar = operations(kind).build([
      [10, -5],
      [12, -5],
      [12, 50],
      [10, 50],
    ])!
    const after = placing(
      [makeAnnotation('new', { geometry: bar })],
      newId,
    )(makeDocument([old('one', [0, 0], 40)]))
    const pieces = [...after.annotations.values()]
      .filter(({ id }) => id !== 'new')
      .sort((a, b) => areaOf(b.geometry) - areaOf(a.geometry))
    expect(pieces.map(({ id, comment, geometry }) => [id === 'one', comment, areaOf(geometry)])).toEqual([
      [true, 'kept', 28 * 40],
      [false, 'kept', 10 * 40],
    ])
  })

  test('what is wholly covered goes', () => {
    expect(areas(place(makeDocument([old('one', [10, 10], 10)]), [0, 0], 40))).toEqual({ new: 1600 })
  })

  test('what only touches stays the same value', () => {
    const one = old('one', [0, 0], 40)
    expect(place(makeDocument([one]), [40, 0], 40).annotations.get(one.id)).toBe(one)
  })

  test('one that crosses itself falls into pieces, one that is simple stays as drawn', () => {
    const bow = operations(kind).build([
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10],
    ])!
    const after = placing([makeAnnotation('new', { geometry: bow })], newId)(makeDocument())
    expect(Object.values(areas(after))).toEqual([25, 25])
    const simple = makeAnnotation('new', { geometry: makeGeometry(kind) })
    expect(placing([simple], newId)(makeDocument()).annotations.get(simple.id)).toBe(simple)
  })

  test('erasing pierces, and deletes what it covers', () => {
    const document = makeDocument([old('one', [0, 0], 40), old('two', [50, 50], 5)])
    const hole = square([10, 10], 10)
    expect(areas(erasing(regionOf([hole]), newId)(document))).toEqual({ one: 1500, two: 25 })
    const all = square([-1, -1], 100)
    expect(areas(erasing(regionOf([all]), newId)(document))).toEqual({})
  })

  test('kinds that do not share are neither cut nor erased', () => {
    const others = ALL_KINDS.filter((each) => !sharing.includes(each)).map((each) =>
      makeAnnotation(each, { geometry: makeGeometry(each) }),
    )
    const document = makeDocument(others)
    const after = place(document, [0, 0], 90)
    expect(others.every((each) => after.annotations.get(each.id) === each)).toBe(true)
    expect(erasing(regionOf([square([0, 0], 90)]), newId)(document)).toBe(document)
  })

  test('several placed at once leave each other alone', () => {
    const both = [
      makeAnnotation('a', { geometry: makeGeometry(kind) }),
      makeAnnotation('b', { geometry: makeGeometry(kind, [15, 15]) }),
    ]
    expect(areas(placing(both, newId)(makeDocument()))).toEqual({ a: 400, b: 400 })
  })
})
