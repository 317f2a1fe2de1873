// How long the core takes with 20,000 polygons of 20 vertices in one picture. Limits: hit test 2 ms, commit 10 ms.

import { bench, describe } from 'vitest'
import type { Ring, XY } from '../geometry/index.ts'
import {
  drive,
  inOrder,
  issuesOf,
  NO_MODIFIERS,
  countsByClass,
  paintOrder,
  settingZ,
  type AnnotationId,
  type ClassId,
  type Editor,
} from '../core/index.ts'
import { makeAnnotation, makeDocument, makeIds } from '../core/builders.ts'
import { makeEditor } from './builders.ts'

const COUNT = 20_000
const VERTICES = 20
const SIDE = 20_000
const newId = makeIds(0)

function star([x, y]: XY, radius: number): Ring {
  return Array.from({ length: VERTICES }, (_, index): XY => {
    const [angle, reach] = [(2 * Math.PI * index) / VERTICES, index % 2 === 0 ? radius : radius * 0.7]
    return [
      Math.round(100 * (x + reach * Math.cos(angle))) / 100,
      Math.round(100 * (y + reach * Math.sin(angle))) / 100,
    ]
  })
}

const annotations = Array.from({ length: COUNT }, (_, index) => {
  const at: XY = [300 + ((index * 7919) % (SIDE - 600)), 300 + ((index * 104_729) % (SIDE - 600))]
  return makeAnnotation(newId(), { geometry: { kind: 'polygon', points: star(at, 30 + (index % 200)) } })
})
const document = makeDocument(annotations.slice(0, COUNT - 1))
const editor: Editor = makeEditor({ document, picture: { w: SIDE, h: SIDE }, newId })
const middle = annotations[COUNT / 2]!
const centre: XY = middle.geometry.kind === 'polygon' ? middle.geometry.points[0]! : [0, 0]

describe('20,000 polygons of 20 vertices', () => {
  let turn = 0
  bench('hit test', () => {
    turn = (turn + 977) % SIDE
    editor.index.at([turn, (turn * 31) % SIDE], 4)
  })
  bench('pointer move with preview', () => {
    turn = (turn + 977) % SIDE
    editor.dispatch({ type: 'move', at: [turn, (turn * 31) % SIDE], modifiers: NO_MODIFIERS })
    editor.preview()
    editor.cursor()
  })
  bench('commit of a vertex drag and undo', () => {
    editor.select([middle.id])
    drive(editor).drag([centre, [centre[0] + 40, centre[1] + 3]])
    editor.undo()
  })
  bench('commit of a new polygon and undo', () => {
    editor.activateClass('polygon' as ClassId)
    drive(editor).click([100, 100]).click([160, 100]).click([130, 160]).key('Enter')
    editor.undo()
    editor.useTool('select')
  })
  bench('counts, paint order and issues after a commit', () => {
    editor.commit('Raise', inOrder([settingZ([annotations[turn % 1000]!.id as AnnotationId], (turn += 1))]))
    countsByClass(editor.state.document)
    paintOrder(editor.state.document)
    issuesOf(editor.state.document, editor.state.rules)
  })
})
