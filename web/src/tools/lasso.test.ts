import { expect, test } from 'vitest'
import type { XY } from '../geometry/index.ts'
import { drive } from '../core/index.ts'
import { ALL_KINDS, makeAnnotation, makeDocument, makeGeometry } from '../core/builders.ts'
import { makeEditor } from './builders.ts'

const row = ALL_KINDS.map((kind, index) =>
  makeAnnotation(kind, { geometry: makeGeometry(kind, [20 + 35 * index, 40]) }),
)
const around = (from: number, to: number): readonly XY[] => [
  [from, 30],
  [to, 30],
  [to, 70],
  [from, 70],
  [from, 31],
]
const selected = (editor: ReturnType<typeof makeEditor>): string[] => [...editor.state.selection]

test('selects what lies wholly in its outline, of every kind', () => {
  const editor = makeEditor({ document: makeDocument(row) })
  drive(editor).key('l').drag(around(15, 200))
  expect(selected(editor).toSorted()).toEqual([...ALL_KINDS].toSorted())
  expect(editor.state.tool).toBe('select')
})

test('leaves what reaches out of it', () => {
  const editor = makeEditor({ document: makeDocument(row) })
  drive(editor).key('l').drag(around(50, 85))
  expect(selected(editor)).toEqual([ALL_KINDS[1]])
})

test('joins what was selected with Shift, and replaces it without', () => {
  const editor = makeEditor({ document: makeDocument(row) })
  editor.select([row[0]!.id])
  drive(editor).key('l').drag(around(50, 85), { shift: true })
  expect(selected(editor)).toEqual([ALL_KINDS[0], ALL_KINDS[1]])
  drive(editor).key('l').drag(around(50, 85))
  expect(selected(editor)).toEqual([ALL_KINDS[1]])
})

test('is drawn click by click as well, and leaves what is hidden or locked', () => {
  const editor = makeEditor({ document: makeDocument(row) })
  editor.hideAnnotations([row[0]!.id], true)
  editor.lockAnnotations([row[1]!.id], true)
  const hand = drive(editor).key('l')
  for (const at of around(15, 200).slice(0, 4)) hand.click(at)
  hand.key('Enter')
  expect(selected(editor)).toHaveLength(ALL_KINDS.length - 2)
})
