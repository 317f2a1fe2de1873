// What holds whatever a hand does: random presses, keys, tools, classes and commands on one editor.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { operations, overlap, type Geometry, type XY } from '../geometry/index.ts'
import {
  composed,
  differenceBetween,
  drive,
  geometryClasses,
  issuesOf,
  NO_DIFFERENCE,
  settingAnswer,
  valueOf,
  type ClassId,
  type Difference,
  type Document,
  type Editor,
  type Modifiers,
} from '../core/index.ts'
import {
  ALL_KINDS,
  makeClassOfEachKind,
  makeConfiguration,
  makeGeometryClass,
  makeQuestion,
} from '../core/builders.ts'
import { makeEditor } from './builders.ts'
import { OPERATIONS, TOOLS } from './index.ts'
import { OVERLAP } from './sharing.ts'

const leaf = makeGeometryClass('leaf', 'point')
const twig = makeGeometryClass('twig', 'polygon', { children: [makeQuestion('twig-state')] })
const tree = makeGeometryClass('tree', 'rectangle', { children: [makeQuestion('state'), leaf, twig] })
const shrub = makeGeometryClass('shrub', 'rectangle', {
  children: [makeGeometryClass('shrub-leaf', 'point', { key: 'leaf' })],
})
const grass = makeGeometryClass('grass', 'image_segmentation')
const configuration = makeConfiguration([
  ...makeClassOfEachKind(),
  tree,
  shrub,
  grass,
  makeQuestion('weather'),
])
const classes = geometryClasses(configuration).map(({ id }) => id)

type Act = (editor: Editor) => void
const SETTINGS = [...new Set(TOOLS.flatMap((tool) => tool.settings))]
const near = fc.constantFrom(10, 30, 50, 70, 90)
const coordinate = fc.oneof(near, fc.double({ min: -20, max: 220, noNaN: true }))
const place: fc.Arbitrary<XY> = fc.tuple(coordinate, coordinate)
const modifiers: fc.Arbitrary<Partial<Modifiers>> = fc.constantFrom(
  {},
  {},
  {},
  { shift: true },
  { ctrl: true },
  { alt: true },
  { ctrl: true, shift: true },
)
const keys = [
  'Enter',
  'Escape',
  'Backspace',
  'Delete',
  'ArrowLeft',
  'ArrowDown',
  'PageUp',
  '1',
  '4',
  '5',
  'v',
  'd',
  'e',
  's',
  'l',
  'L',
  'i',
  'n',
  'j',
  '/',
  't',
  'x',
  'b',
  'p',
  'o',
  'g',
  'm',
  '>',
  '<',
  '[',
  ']',
  'a',
  'z',
  'y',
]

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(place, modifiers).map(
      ([at, held]): Act =>
        (editor) =>
          void drive(editor).click(at, held),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.array(place, { minLength: 2, maxLength: 6 }), modifiers).map(
      ([path, held]): Act =>
        (editor) =>
          void drive(editor).drag(path, held),
    ),
  },
  {
    weight: 2,
    arbitrary: place.map(
      (at): Act =>
        (editor) =>
          void drive(editor).doubleClick(at),
    ),
  },
  {
    weight: 1,
    arbitrary: place.map(
      (at): Act =>
        (editor) =>
          void drive(editor).secondaryClick(at),
    ),
  },
  {
    weight: 1,
    arbitrary: place.map(
      (at): Act =>
        (editor) =>
          void drive(editor).down(at),
    ),
  },
  {
    weight: 1,
    arbitrary: place.map(
      (at): Act =>
        (editor) =>
          void drive(editor).up(at),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Act>((editor) => void drive(editor).cancel()) },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(...keys), modifiers).map(
      ([key, held]): Act =>
        (editor) =>
          void drive(editor).key(key, held),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('20, 30', '@15, -5', '70 90', 'nowhere').map(
      (text): Act =>
        (editor) =>
          void drive(editor).type(text),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom(...classes).map(
      (id): Act =>
        (editor) =>
          void editor.activateClass(id),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...TOOLS).map(
      ({ id }): Act =>
        (editor) =>
          void editor.useTool(id),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...OPERATIONS), fc.nat()).map(
      ([operation, nth]): Act =>
        (editor) =>
          runAny(editor, operation.id, nth),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }).map(
      (all): Act =>
        (editor) =>
          editor.select(all.flatMap((nth) => someId(editor, nth))),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...SETTINGS), fc.integer({ min: -9, max: 9 })).map(
      ([setting, steps]): Act =>
        (editor) =>
          editor.step(setting, steps),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Act>(
      (editor) => void editor.commit('Answer', settingAnswer(null, configuration.classes.at(-1)!.id, 'one')),
    ),
  },
)
/** A whole drawing: random acts alone seldom end one of many points. */
const drawing: fc.Arbitrary<Act> = fc
  .tuple(fc.constantFrom(...classes), fc.array(place, { minLength: 2, maxLength: 6 }))
  .map(([id, places]): Act => (editor) => {
    editor.activateClass(id)
    for (const at of places) drive(editor).click(at)
    drive(editor).key('Enter')
  })
/** Work on segments with each of the tools for it. */
const segmenting: fc.Arbitrary<Act> = fc
  .tuple(
    fc.constantFrom('image_segmentation', 'grass'),
    fc.constantFrom('segment', 'fill', 'brush', 'eraser', 'hole', 'fill-hole', 'split'),
    fc.array(place, { minLength: 2, maxLength: 6 }),
    fc.boolean(),
  )
  .map(([id, tool, path, isDragged]): Act => (editor) => {
    editor.activateClass(id as ClassId)
    editor.useTool(tool)
    if (isDragged) return void drive(editor).drag(path)
    for (const at of path) drive(editor).click(at)
    drive(editor).key('Enter')
  })
const whole = fc.oneof(drawing, segmenting, segmenting)
const acts = fc.array(fc.oneof({ weight: 4, arbitrary: act }, { weight: 2, arbitrary: whole }), {
  minLength: 1,
  maxLength: 40,
})

function runAny(editor: Editor, id: string, nth: number): void {
  const choices = OPERATIONS.find((each) => each.id === id)?.choices?.(editor.scene()) ?? []
  editor.run(id, choices[nth % Math.max(choices.length, 1)]?.id)
}

function someId(editor: Editor, nth: number) {
  const ids = [...editor.state.document.annotations.keys()]
  return ids.length === 0 ? [] : [ids[nth % ids.length]!]
}

const plain = ({ annotations, answers }: Document): unknown => ({
  annotations: Object.fromEntries(annotations),
  answers,
})
const edited = (all: readonly Act[]): Editor => {
  const editor = makeEditor({ configuration })
  for (const each of all) each(editor)
  return editor
}

test('the document keeps every rule', () => {
  fc.assert(
    fc.property(acts, (all) => {
      const { document, rules } = edited(all).state
      expect(issuesOf(document, rules)).toEqual([])
    }),
    { numRuns: 400 },
  )
})

test('every coordinate lies on the grid', () => {
  fc.assert(
    fc.property(acts, (all) => {
      for (const { geometry } of edited(all).state.document.annotations.values()) {
        for (const value of operations(geometry.kind).vertices(geometry).flat())
          expect(Math.abs(value * 100 - Math.round(value * 100))).toBeLessThan(1e-6)
      }
    }),
    { numRuns: 200 },
  )
})

test('kinds that share the picture never overlap, unless they were told to', () => {
  const regionOf = (geometry: Geometry) => operations(geometry.kind).partition?.region(geometry)
  fc.assert(
    fc.property(acts, (all) => {
      const editor = makeEditor({ configuration })
      for (const each of all) {
        each(editor)
        if (valueOf(OVERLAP, editor.state.toolSettings) === 'overlap') editor.set(OVERLAP, 'cut_mine')
        // What is lined up together may come to lie on one another.
        if (/^(Align|Distribute)/.test(editor.state.history.done.at(-1)?.name ?? '')) editor.undo()
      }
      const regions = [...editor.state.document.annotations.values()].flatMap(
        ({ geometry }) => regionOf(geometry) ?? [],
      )
      for (const [index, region] of regions.entries()) {
        for (const other of regions.slice(index + 1)) expect(overlap(region, other)).toBe(false)
      }
    }),
    { numRuns: 300 },
  )
})

test('undo of everything done is where it began, and redo where it ended', () => {
  fc.assert(
    fc.property(acts, (all) => {
      const editor = edited(all)
      drive(editor).key('Escape').key('Escape')
      while (editor.state.history.undone.length > 0) editor.redo()
      const end = plain(editor.state.document)
      while (editor.state.history.done.length > 0) editor.undo()
      expect(plain(editor.state.document)).toEqual({ annotations: {}, answers: {} })
      while (editor.state.history.undone.length > 0) editor.redo()
      expect(plain(editor.state.document)).toEqual(end)
    }),
    { numRuns: 200 },
  )
})

test('the differences that listeners hear compose to the whole', () => {
  fc.assert(
    fc.property(acts, (all) => {
      const editor = makeEditor({ configuration })
      const start = editor.state.document
      let sum: Difference = NO_DIFFERENCE
      editor.subscribe(({ difference }) => (sum = difference === null ? sum : composed(sum, difference)))
      for (const each of all) each(editor)
      const whole = differenceBetween(start, editor.state.document)
      expect(Object.fromEntries(sum.annotations)).toEqual(Object.fromEntries(whole.annotations))
      expect(Object.fromEntries(sum.answers)).toEqual(Object.fromEntries(whole.answers))
    }),
    { numRuns: 200 },
  )
})

test('the index finds exactly what the document holds', () => {
  fc.assert(
    fc.property(acts, (all) => {
      const editor = edited(all)
      const found = editor.index.search({ x: -1e6, y: -1e6, w: 2e6, h: 2e6 })
      expect(new Set(found)).toEqual(new Set(editor.state.document.annotations.values()))
      expect(found).toHaveLength(editor.state.document.annotations.size)
    }),
    { numRuns: 200 },
  )
})

test('Escape leaves nothing behind, whatever was going on', () => {
  fc.assert(
    fc.property(acts, (all) => {
      const editor = edited(all)
      const before = editor.state.document
      drive(editor).key('Escape').key('Escape').key('Escape')
      expect(editor.state.document).toBe(before)
      expect(editor.state).toMatchObject({ tool: 'select', toolState: editor.tool.idle })
      expect(editor.preview().filter(({ type }) => type !== 'hover' && type !== 'tip')).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('random hands do draw every kind', () => {
  const drawn = new Set(
    fc
      .sample(acts, { numRuns: 300, seed: 7 })
      .flatMap((all) =>
        [...edited(all).state.document.annotations.values()].map(({ geometry }) => geometry.kind),
      ),
  )
  expect(drawn).toEqual(new Set(ALL_KINDS))
})
