import { expect, test } from 'vitest'
import { ALL_KINDS, makeAnnotation, makeDocument, makeGeometry } from './builders.ts'
import { differenceBetween } from './difference.ts'
import type { AnnotationId, Document } from './document.ts'
import { adding, removing, settingGeometry, type Edit } from './edits.ts'
import { createIndex } from './hits.ts'

const idsAt = (document: Document, ...at: [number, number]): string[] =>
  createIndex(document)
    .at(at, 1)
    .map(({ id }) => id)

test('the smallest comes first, and what has no area before what has', () => {
  const document = makeDocument([
    makeAnnotation('big', { geometry: makeGeometry('polygon', [0, 0], 90) }),
    makeAnnotation('small', { geometry: makeGeometry('rectangle', [10, 10], 30) }),
    makeAnnotation('dot', { geometry: makeGeometry('point', [20, 20]) }),
  ])
  expect(idsAt(document, 20, 20)).toEqual(['dot', 'small', 'big'])
  expect(idsAt(document, 60, 60)).toEqual(['big'])
  expect(idsAt(document, 95, 95)).toEqual([])
})

test('of two of the same size the one on top comes first', () => {
  const geometry = makeGeometry('rectangle')
  const same = { geometry }
  expect(idsAt(makeDocument([makeAnnotation('a', same), makeAnnotation('b', same)]), 15, 15)).toEqual([
    'b',
    'a',
  ])
  expect(
    idsAt(makeDocument([makeAnnotation('a', { ...same, z: 1 }), makeAnnotation('b', same)]), 15, 15),
  ).toEqual(['a', 'b'])
})

test('the index follows the document', () => {
  const start = makeDocument(
    ALL_KINDS.map((kind, index) => makeAnnotation(kind, { geometry: makeGeometry(kind, [100 * index, 0]) })),
  )
  const index = createIndex(start)
  const all = { x: -10, y: -10, w: 2000, h: 2000 }
  const follow = (document: Document, edit: Edit): Document => {
    const next = edit(document)
    index.update(differenceBetween(document, next))
    expect(index.search(all).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      [...next.annotations.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    )
    return next
  }
  const id = ALL_KINDS[0] as string as AnnotationId
  const moved = follow(start, settingGeometry(id, makeGeometry(ALL_KINDS[0]!, [900, 900])))
  expect(index.at([900, 900], 1).map((each) => each.id)).toEqual([id])
  expect(index.at([0, 0], 1)).toEqual([])
  const more = follow(moved, adding([makeAnnotation('new', { geometry: makeGeometry('point', [5, 500]) })]))
  follow(more, removing([id]))
})
