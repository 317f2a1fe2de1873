import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  distanceBetween,
  edgesOf,
  nearestOnSegment,
  operations,
  REACH,
  type Geometry,
  type Ring,
  type XY,
} from '../geometry/index.ts'
import { drive, type Annotation, type AnnotationId, type ClassId, type Editor } from '../core/index.ts'
import { ALL_KINDS, makeAnnotation, makeDocument, makeGeometry } from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { sewn } from './sewing.ts'
import { SNAP } from './snap.ts'

const ring = (...points: XY[]): Geometry => ({ kind: 'polygon', points })
/** Its right side is slanted: hardly any place on it lies on the grid. */
const field = makeAnnotation('field', { geometry: ring([20, 20], [90, 23], [97, 80], [20, 80]) })
const all = (editor: Editor): readonly Annotation[] => [...editor.state.document.annotations.values()]
const pointsOf = (annotation: Annotation | undefined): Ring =>
  annotation === undefined ? [] : operations(annotation.geometry.kind).vertices(annotation.geometry)
const named = (editor: Editor, id: string) => editor.state.document.annotations.get(id as AnnotationId)
const drawn = (editor: Editor): Annotation | undefined => all(editor).find(({ id }) => id !== 'field')

function snapping(kind = 'polygon', ...annotations: readonly Annotation[]): Editor {
  const editor = makeEditor({ document: makeDocument(annotations.length > 0 ? annotations : [field]) })
  editor.set(SNAP, true)
  editor.activateClass(kind as ClassId)
  return editor
}

describe('snapping', () => {
  test('a point falls on the vertex nearby, and the mark says so before the press', () => {
    const editor = snapping()
    drive(editor).move([92, 25])
    expect(editor.preview()).toEqual([{ type: 'snap', at: [90, 23], on: 'vertex' }])
    drive(editor).click([92, 25]).click([150, 20]).click([150, 60]).key('Enter')
    expect(pointsOf(drawn(editor))[0]).toEqual([90, 23])
    expect(named(editor, 'field')).toBe(field)
  })

  test('a point on an edge becomes a vertex of the neighbour as well, in the same step', () => {
    const editor = snapping()
    drive(editor).click([95, 50]).click([150, 20]).click([150, 60]).key('Enter')
    const [shared] = pointsOf(drawn(editor))
    expect(pointsOf(named(editor, 'field'))).toEqual([[20, 20], [90, 23], shared, [97, 80], [20, 80]])
    expect(editor.state.history.done).toHaveLength(1)
    editor.undo()
    expect(all(editor)).toEqual([field])
  })

  test('a neighbour on whose edge the grid lies by itself is left as it is', () => {
    const editor = snapping()
    drive(editor).click([50, 82]).click([50, 95]).click([70, 95]).key('Enter')
    expect(pointsOf(drawn(editor))[0]).toEqual([50, 80])
    expect(named(editor, 'field')).toBe(field)
  })

  test('Alt suspends it, and without the setting turns it on', () => {
    const editor = snapping('point')
    drive(editor).click([92, 25], { alt: true })
    expect(pointsOf(drawn(editor))).toEqual([[92, 25]])
    editor.set(SNAP, false)
    drive(editor).click([22, 22]).click([22, 82], { alt: true })
    expect(all(editor).map(pointsOf)).toEqual([[[92, 25]], [[22, 22]], [[20, 80]], pointsOf(field)])
  })

  test('a key that is let go shows at once, before the pointer moves', () => {
    const editor = snapping()
    drive(editor).move([92, 25], { alt: true })
    expect(editor.preview()).toEqual([])
    drive(editor).letGo()
    expect(editor.preview()).toMatchObject([{ type: 'snap' }])
    drive(editor).key('Alt', { alt: true })
    expect(editor.preview()).toEqual([])
  })

  test('what is hidden is not snapped to; what is locked is, where it needs no change', () => {
    const editor = snapping('line')
    editor.lockAnnotations([field.id], true)
    drive(editor).move([95, 50])
    expect(editor.preview()).toEqual([])
    drive(editor).move([92, 25])
    expect(editor.preview()).toMatchObject([{ at: [90, 23] }])
    drive(editor).move([50, 82])
    expect(editor.preview()).toMatchObject([{ at: [50, 80], on: 'edge' }])
    editor.hideAnnotations([field.id], true)
    drive(editor).move([92, 25])
    expect(editor.preview()).toEqual([])
  })

  test('the own ring is snapped to but for its last point', () => {
    const editor = snapping('line')
    drive(editor).click([110, 20]).click([150, 20]).click([150, 60]).click([112, 22]).key('Enter')
    expect(pointsOf(drawn(editor))).toEqual([
      [110, 20],
      [150, 20],
      [150, 60],
      [110, 20],
    ])
  })

  test('coordinates of an import that lie beside the grid become the same in both', () => {
    const imported = makeAnnotation('field', { geometry: ring([20.123456, 20], [90.001, 23.0049], [60, 80]) })
    const editor = snapping('polygon', imported)
    drive(editor).click([91, 24]).click([150, 20]).click([150, 60]).key('Enter')
    expect(pointsOf(drawn(editor))[0]).toEqual([90, 23])
    expect(pointsOf(named(editor, 'field'))).toEqual([
      [20.123456, 20],
      [90, 23],
      [60, 80],
    ])
  })

  test('a vertex that is dragged snaps, and is sewn to what it snapped to', () => {
    const tent = makeAnnotation('tent', { geometry: ring([120, 30], [160, 30], [140, 70]) })
    const editor = snapping('polygon', field, tent)
    editor.useTool('select')
    editor.select([tent.id])
    drive(editor).drag([
      [120, 30],
      [95, 45],
    ])
    const [shared] = pointsOf(named(editor, 'tent'))
    expect(pointsOf(named(editor, 'field'))).toContainEqual(shared)
    expect(editor.state.history.done).toHaveLength(1)
    drive(editor).drag([shared!, [60, 50]], { alt: true })
    expect(pointsOf(named(editor, 'tent'))[0]).toEqual([60, 50])
  })
})

test.each(ALL_KINDS)('%s is sewn where it passes through a place, and nowhere else', (kind) => {
  const geometry = makeGeometry(kind, [10, 10], 20)
  expect(sewn(geometry, [15, 50])).toBe(geometry)
  for (const at of operations(kind).vertices(geometry)) expect(sewn(geometry, at)).toBe(geometry)
  const shifted = operations(kind).map(geometry, ([x, y]) => [x + 0.004, y])
  const place = operations(kind).vertices(geometry)[0]!
  expect(operations(kind).distance(sewn(shifted, place), place)).toBe(0)
})

/** Edges of one that run along the other and not exactly on it: something lies between them. */
function gaps(a: Geometry, b: Geometry): readonly [XY, XY][] {
  const edgesOfB = edgesOf(operations(b.kind).outline(b))
  const distance = (at: XY): number =>
    Math.min(...edgesOfB.map((edge) => distanceBetween(nearestOnSegment(edge.a, edge.b, at), at)))
  return edgesOf(operations(a.kind).outline(a)).flatMap(({ a: from, b: to }): [XY, XY][] => {
    const places = [0, 0.125, 0.25, 0.5, 0.75, 0.875, 1].map((part): XY => [
      from[0] + part * (to[0] - from[0]),
      from[1] + part * (to[1] - from[1]),
    ])
    // Where the other turns between them it is furthest away.
    const turns = operations(b.kind)
      .vertices(b)
      .map((at) => ({ at, foot: nearestOnSegment(from, to, at) }))
      .filter(({ foot }) => distanceBetween(foot, from) > 0 && distanceBetween(foot, to) > 0)
      .map(({ at, foot }) => distanceBetween(at, foot))
      .filter((away) => away < 1)
    const away = [...places.map(distance), ...turns]
    const runsAlong = Math.max(...away) <= REACH && distanceBetween(from, to) > 1
    return runsAlong && Math.max(...away) > 1e-9 ? [[from, to]] : []
  })
}

/** Whether no vertex lies within a pixel of an edge that it does not belong to: such an outline all but touches itself. */
function isPlain(geometry: Geometry): boolean {
  return edgesOf(operations(geometry.kind).outline(geometry)).every(({ a, b }) =>
    operations(geometry.kind)
      .vertices(geometry)
      .every((at) => at === a || at === b || distanceBetween(nearestOnSegment(a, b, at), at) > 1),
  )
}

type Clicks = [at: [number, number], held: { ctrl?: boolean; shift?: boolean }][]

/** Failed once: an edge past an obtuse vertex, and one along the own first edge beside the border. */
const FOUND: [corners: [number, number][], clicks: Clicks][] = [
  [
    [
      [7, 62],
      [197, 93],
      [30, 48],
      [30, 8],
    ],
    [
      [[137, 77], {}],
      [[15, 44], {}],
      [[0, 0], {}],
      [[0, 0], {}],
    ],
  ],
  [
    [
      [10, 77],
      [173, 95],
      [0, 0],
    ],
    [
      [[4, 75], {}],
      [[199, 98], {}],
      [[0, 0], {}],
      [[0, 0], {}],
      [[58, 89], {}],
    ],
  ],
  [
    [
      [0, 37],
      [62, 57],
      [104, 70],
      [0, 0],
    ],
    [
      [[68, 53], {}],
      [[0, 0], {}],
      [[0, 0], {}],
      [[52, 52], {}],
    ],
  ],
]

test('shared borders leave no gap, whatever is snapped to and followed', () => {
  const place = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 100 }))
  const outline = fc.array(place, { minLength: 3, maxLength: 6 })
  const held = fc.constantFrom<Clicks[number][1]>({}, { ctrl: true }, { ctrl: true, shift: true })
  const clicks = fc.array(fc.tuple(place, held), {
    minLength: 3,
    maxLength: 6,
  })
  fc.assert(
    fc.property(outline, clicks, (corners, points) => {
      const geometry = operations('polygon').build(corners)
      fc.pre(geometry !== null && operations('polygon').issues(geometry).length === 0 && isPlain(geometry))
      const editor = snapping('polygon', makeAnnotation('field', { geometry }))
      for (const [at, held] of points) drive(editor).click(at, held)
      drive(editor).key('Enter')
      const other = drawn(editor)
      if (other !== undefined) expect(gaps(other.geometry, named(editor, 'field')!.geometry)).toEqual([])
    }),
    { numRuns: 300, examples: FOUND },
  )
})
