// No stroke is lost because an outline would have more points than the model allows.

import { describe, expect, test } from 'vitest'
import { operations, runsOf, type Geometry, type Ring, type Size, type XY } from '../geometry/index.ts'
import { drive, type Annotation, type AnnotationId, type ClassId, type Editor } from '../core/index.ts'
import { ALL_KINDS, makeAnnotation, makeDocument } from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { EXTEND } from './brush.ts'
import { all, configuration } from './segments.ts'
import { FOLLOW } from './snap.ts'
import { BRUSH_SIZE } from './stroke.ts'

const KIND = ALL_KINDS.find((kind) => operations(kind).partition !== null)!
const PICTURE: Size = { w: 300, h: 6000 }
const LIMIT = 10_000

/** A comb down the picture: so many teeth of one pixel, each with pixels of its own, so that no point can be spared. */
function comb(teeth: number, [x, y]: XY): Ring {
  const edge = Array.from({ length: teeth }, (_, index): readonly XY[] => [
    [x, y + 2 * index],
    [x - 20, y + 2 * index],
    [x - 20, y + 2 * index + 1],
    [x, y + 2 * index + 1],
  ])
  return [...edge.flat(), [x, y + 2 * teeth], [x + 40, y + 2 * teeth], [x + 40, y]]
}

/** A strip whose left border trembles by less than a pixel can tell. */
function trembling(count: number, [x, y]: XY): Ring {
  const edge = Array.from({ length: count }, (_, index): XY => [x + (index % 2 ? 0.12 : 0.02), y + index / 4])
  return [...edge, [x + 40, y + count / 4], [x + 40, y]]
}

const segment = (ring: Ring): Annotation => {
  const geometry = { kind: KIND, rings: [ring] } as Geometry
  return makeAnnotation('segment', { classId: 'road' as ClassId, geometry })
}

function painting(ring: Ring): Editor {
  const editor = makeEditor({ configuration, document: makeDocument([segment(ring)]), picture: PICTURE })
  editor.activateClass('road' as ClassId)
  editor.useTool('brush')
  editor.set(BRUSH_SIZE, 30)
  editor.set(EXTEND, true)
  editor.select(['segment' as AnnotationId])
  return editor
}

const ringsOf = ({ geometry }: Annotation): readonly Ring[] =>
  operations(geometry.kind)
    .outline(geometry)
    .map(({ points }) => points)

/** The pixels of all of them together, as the export has them. */
function pixels(annotations: readonly Annotation[]): Uint8Array {
  const mask = new Uint8Array(PICTURE.w * PICTURE.h)
  for (const annotation of annotations)
    for (const { row, start, stop } of runsOf(ringsOf(annotation), PICTURE))
      mask.fill(1, row * PICTURE.w + start, row * PICTURE.w + stop)
  return mask
}

/** The columns in which the first has pixels that the other has not. */
function beyond(one: Uint8Array, other: Uint8Array): ReadonlySet<number> {
  const columns = new Set<number>()
  for (let index = 0; index < one.length; index += 1)
    if (one[index]! > other[index]!) columns.add(index % PICTURE.w)
  return columns
}
const isAllowed = (editor: Editor): boolean =>
  all(editor).every(({ geometry }) => operations(geometry.kind).issues(geometry).length === 0)

describe('a stroke on an outline that is at its limit', () => {
  test('is added, and points go of which no pixel knows', () => {
    const editor = painting(trembling(9_990, [100, 20]))
    const before = pixels(all(editor))
    drive(editor).drag([
      [110, 2000],
      [110, 2010],
      [160, 2010],
    ])
    const [grown, ...others] = all(editor)
    expect([grown!.id, others]).toEqual(['segment', []])
    expect(isAllowed(editor)).toBe(true)
    expect(ringsOf(grown!)[0]!.length).toBeLessThan(LIMIT)
    const after = pixels(all(editor))
    expect(beyond(before, after).size).toBe(0)
    expect(beyond(after, before).size).toBeGreaterThan(0)
    expect(Math.min(...beyond(after, before))).toBe(95)
    editor.undo()
    expect(beyond(pixels(all(editor)), before).size).toBe(0)
  })

  test('parts the segment where no point can be spared: every pixel stays, and it is said', () => {
    const editor = painting(comb(2_499, [100, 20]))
    const before = pixels(all(editor))
    drive(editor).drag([
      [140, 500],
      [150, 520],
    ])
    expect(all(editor).length).toBeGreaterThan(1)
    expect(new Set(all(editor).map(({ classId }) => classId))).toEqual(new Set(['road']))
    expect(isAllowed(editor)).toBe(true)
    expect(editor.state.message?.text).toMatch(/at most 10,000 points, so the segment is several now/)
    const after = pixels(all(editor))
    expect(beyond(before, after).size).toBe(0)
    expect(beyond(after, before).size).toBeGreaterThan(0)
    expect(editor.state.history.done).toHaveLength(1)
    editor.undo()
    expect(all(editor).map(({ id }) => id)).toEqual(['segment'])
  })

  test('of the eraser takes away what it covers and nothing else', () => {
    const editor = painting(comb(2_499, [100, 20]))
    const before = pixels(all(editor))
    editor.useTool('eraser')
    drive(editor).drag([
      [150, 500],
      [155, 520],
    ])
    const after = pixels(all(editor))
    expect(beyond(before, after).size).toBeGreaterThan(0)
    expect(beyond(after, before).size).toBe(0)
    expect(isAllowed(editor)).toBe(true)
  })
})

describe('a drawing of more points than are allowed', () => {
  test('becomes segments of the same pixels', () => {
    const editor = makeEditor({ configuration, picture: PICTURE })
    editor.activateClass('road' as ClassId)
    editor.useTool('segment')
    editor.setTolerance(0.001)
    const ring = comb(2_600, [100, 20])
    drive(editor).drag([...ring, ring[0]!])
    expect(isAllowed(editor)).toBe(true)
    const [drawn, meant] = [pixels(all(editor)), pixels([segment(ring)])]
    expect([beyond(drawn, meant).size, beyond(meant, drawn).size]).toEqual([0, 0])
  })

  test.each(['polygon', 'line'])(
    'as a %s is simplified by as little as will do, and that is said',
    (kind) => {
      const coasts = [trembling(6_000, [60, 20]), trembling(6_000, [160, 20])].map((points, index) =>
        makeAnnotation(`coast-${index}`, { geometry: { kind: 'polygon', points } }),
      )
      const editor = makeEditor({ document: makeDocument(coasts), picture: PICTURE })
      editor.activateClass(kind as ClassId)
      editor.set(FOLLOW, 'longer')
      editor.setTolerance(0.05)
      const ends: readonly XY[] = [
        [100, 20],
        [100, 1520],
        [200, 1520],
        [200, 20],
      ]
      for (const at of ends) drive(editor).click(at)
      drive(editor).key('Enter')
      const [drawn] = all(editor).filter(({ id }) => !id.startsWith('coast'))
      const { vertices, issues, distance } = operations(drawn!.geometry.kind)
      expect([issues(drawn!.geometry), vertices(drawn!.geometry).length <= LIMIT]).toEqual([[], true])
      const [first] = coasts.map(({ geometry }) => operations(geometry.kind).vertices(geometry))
      for (const at of first!.slice(0, 200)) expect(distance(drawn!.geometry, at)).toBeLessThan(0.11)
      expect(editor.state.message?.text).toMatch(/more than 10,000 points/)
    },
  )
})

test('segments that would have too many points together are left unmerged, and that is said', () => {
  const [one, other] = [segment(comb(2_499, [100, 20])), segment(comb(2_499, [160, 20]))]
  const second = { ...other, id: 'second' as AnnotationId }
  const editor = makeEditor({ configuration, document: makeDocument([one, second]), picture: PICTURE })
  editor.select([one.id, second.id])
  editor.run('merge')
  expect(editor.state.document.annotations.size).toBe(2)
  expect(editor.state.message?.text).toMatch(/too many points for one outline/)
})
