import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { XY } from '../geometry/index.ts'
import { makeAnnotation, makeDocument, makeGeometry } from './builders.ts'
import { stepping, type Direction } from './depth.ts'
import { paintOrder, type Annotation, type AnnotationId, type Document } from './document.ts'

const box = (id: string, at: XY, z = 0, size = 20): Annotation =>
  makeAnnotation(id, { geometry: makeGeometry('rectangle', at, size), z })
const order = (document: Document): string[] => paintOrder(document).map(({ id }) => id)
const step = (document: Document, direction: Direction, ...ids: string[]): Document =>
  stepping(new Set(ids as AnnotationId[]), direction, () => true)(document)

const pile = makeDocument([box('a', [0, 0]), box('b', [5, 5]), box('c', [10, 10]), box('far', [80, 80])])

test('one step goes over the next that it overlaps, and back again', () => {
  const once = step(pile, 'forward', 'a')
  expect(order(once).filter((id) => id !== 'far')).toEqual(['b', 'a', 'c'])
  expect(order(step(once, 'forward', 'a')).at(-1)).toBe('a')
  expect(order(step(once, 'backward', 'a')).filter((id) => id !== 'far')).toEqual(['a', 'b', 'c'])
})

test('what does not overlap is not gone over, and not changed', () => {
  expect(step(pile, 'forward', 'c')).toBe(pile)
  expect(step(pile, 'backward', 'far')).toBe(pile)
  expect(step(pile, 'forward', 'a').annotations.get('far' as AnnotationId)).toBe(
    pile.annotations.get('far' as AnnotationId),
  )
})

test('several go together and keep their order', () => {
  const moved = order(step(pile, 'forward', 'a', 'b'))
  expect(moved.filter((id) => id !== 'far')).toEqual(['c', 'a', 'b'])
})

test('those that are not to be passed are passed over in silence', () => {
  const edit = stepping(new Set(['a' as AnnotationId]), 'forward', ({ id }) => id !== 'b')
  expect(order(edit(pile)).filter((id) => id !== 'far')).toEqual(['b', 'c', 'a'])
})

test('what overlaps and stays keeps its order', () => {
  const piles = fc.array(fc.tuple(fc.nat(30), fc.nat(30), fc.integer({ min: -1, max: 1 })), {
    minLength: 2,
    maxLength: 8,
  })
  fc.assert(
    fc.property(piles, fc.nat(), fc.constantFrom<Direction>('forward', 'backward'), (all, nth, direction) => {
      const document = makeDocument(all.map(([x, y, z], index) => box(`n${index}`, [x, y], z, 10)))
      const own = `n${nth % all.length}`
      const after = step(document, direction, own)
      const others = paintOrder(document).filter(({ id }) => id !== own)
      const places = new Map(order(after).map((id, place) => [id, place]))
      const isNear = (a: Annotation, b: Annotation): boolean => {
        const [p, q] = [a.geometry, b.geometry] as { x: number; y: number }[]
        return Math.abs(p!.x - q!.x) <= 10 && Math.abs(p!.y - q!.y) <= 10
      }
      for (const [index, below] of others.entries())
        for (const above of others.slice(index + 1))
          if (isNear(below, above)) expect(places.get(below.id)).toBeLessThan(places.get(above.id)!)
    }),
  )
})
