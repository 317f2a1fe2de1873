// What holds for every geometry kind, run over the registry, with the vectors that Python reads as well.

import { describe, expect, test } from 'vitest'
import {
  boundsOf,
  geometryOnGrid,
  handlesOf,
  KINDS,
  operations,
  translated,
  type Bounds,
  type Geometry,
  type Kind,
  type XY,
} from './index.ts'

interface Vector {
  readonly name: string
  readonly geometry: Geometry
  readonly valid: boolean
  readonly issues: readonly string[]
  readonly bounds: Bounds | null
  readonly area: number | null
}

const files = import.meta.glob<{ cases: Vector[] }>('../../../schema/vectors/*.json', {
  eager: true,
  import: 'default',
})
const vectorsOf = (kind: Kind): readonly Vector[] =>
  files[`../../../schema/vectors/${kind}.json`]?.cases ?? []

const KIND_NAMES = Object.keys(KINDS) as Kind[]
const SQUARE: readonly XY[] = [
  [10, 10],
  [30, 10],
  [30, 30],
  [10, 30],
]
const make = (kind: Kind): Geometry => operations(kind).build(SQUARE)!

describe.each(KIND_NAMES)('%s', (kind) => {
  const ops = operations(kind)

  test('has vectors, valid and invalid ones', () => {
    expect(new Set(vectorsOf(kind).map(({ valid }) => valid))).toEqual(new Set([true, false]))
  })

  test.each(vectorsOf(kind))('follows the vector: $name', ({ geometry, valid, issues, bounds, area }) => {
    expect(ops.issues(geometry)).toEqual(issues)
    expect(issues.length === 0).toBe(valid)
    if (bounds === null) return
    const found = ops.bounds(geometry)
    for (const key of ['x', 'y', 'w', 'h'] as const) expect(found[key]).toBeCloseTo(bounds[key], 9)
    if (area === null) expect(ops.area(geometry)).toBeNull()
    else expect(ops.area(geometry)).toBeCloseTo(area, 9)
  })

  test('a coordinate that is no number is out of range', () => {
    expect(ops.issues(ops.map(make(kind), ([, y]) => [NaN, y]))).toEqual(['out_of_range'])
  })

  test('is built from points and not from too few', () => {
    expect(ops.issues(make(kind))).toEqual([])
    expect(make(kind).kind).toBe(kind)
    expect(ops.build(SQUARE.slice(0, ops.minimum - 1))).toBeNull()
  })

  test('is not built from one place repeated, unless one is enough', () => {
    const built = ops.build([SQUARE[0]!, SQUARE[0]!, SQUARE[0]!])
    expect(built === null).toBe(ops.minimum > 1)
  })

  test('is built on the grid', () => {
    const built = ops.build(SQUARE.map(([x, y]) => [x + 0.12345, y + 0.00499]))!
    expect(ops.vertices(built)[0]).toEqual([10.12, 10])
    expect(geometryOnGrid(built)).toEqual(built)
  })

  test('contains its vertices and what is near them, not what is far', () => {
    const geometry = make(kind)
    for (const [x, y] of ops.vertices(geometry)) {
      expect(ops.contains(geometry, [x, y], 0.5)).toBe(true)
      expect(ops.distance(geometry, [x, y])).toBeCloseTo(0)
    }
    expect(ops.contains(geometry, [60, 60], 5)).toBe(false)
    expect(ops.distance(geometry, [60, 60])).toBeGreaterThan(40)
  })

  test('moves as a whole and back', () => {
    const geometry = make(kind)
    const moved = translated(geometry, 3.25, -1.5)
    const [before, after] = [boundsOf(geometry), boundsOf(moved)]
    expect([after.x - before.x, after.y - before.y, after.w, after.h]).toEqual([
      3.25,
      -1.5,
      before.w,
      before.h,
    ])
    expect(translated(moved, -3.25, 1.5)).toEqual(geometry)
  })

  test('every handle can be taken hold of where it is, and moved', () => {
    const geometry = make(kind)
    expect(handlesOf(geometry).map(({ index }) => index)).toEqual(
      handlesOf(geometry).map((_, index) => index),
    )
    for (const { index, at } of handlesOf(geometry)) {
      expect(ops.moveHandle(geometry, index, at)).toEqual(geometry)
      const moved = ops.moveHandle(geometry, index, [at[0] + 2, at[1] + 3])
      expect(moved).not.toEqual(geometry)
      expect(ops.issues(moved)).toEqual([])
    }
  })

  test('a vertex put into an edge can be taken away again', () => {
    const geometry = make(kind)
    const place = ops.nearestEdge(geometry, [20, 9])
    if (place === null) return expect(handlesOf(geometry).some(({ vertex }) => vertex)).toBe(false)
    expect(place).toEqual({ edge: 0, at: [20, 10], distance: 1 })
    const longer = ops.insertVertex(geometry, place.edge, place.at)
    expect(ops.vertices(longer).length).toBe(ops.vertices(geometry).length + 1)
    expect(ops.vertices(longer)[1]).toEqual([20, 10])
    expect(ops.removeVertex(longer, 1)).toEqual(geometry)
  })

  test('vertices can be taken away until too few would be left', () => {
    let geometry: Geometry | null = make(kind)
    while (geometry !== null) {
      expect(ops.issues(geometry)).toEqual([])
      geometry = ops.removeVertex(geometry, 0)
    }
  })

  test('its outline runs through its vertices', () => {
    const geometry = make(kind)
    expect(ops.outline(geometry).flatMap(({ points }) => points)).toEqual(ops.vertices(geometry))
    expect(ops.outline(geometry).every(({ closed }) => closed === ops.closed)).toBe(true)
  })

  test('bounds are remembered', () => {
    const geometry = make(kind)
    expect(boundsOf(geometry)).toBe(boundsOf(geometry))
    expect(boundsOf(geometry)).toEqual(ops.bounds(geometry))
  })
})

test('every vector file but those of numbers, pixels, documents and configurations is of a kind', () => {
  const names = Object.keys(files).map((path) => path.split('/').at(-1)!.replace('.json', ''))
  expect(names.filter((name) => !(name in KINDS)).sort()).toEqual([
    'configuration',
    'numbers',
    'raster',
    'validation',
  ])
})
