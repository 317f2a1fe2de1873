// Draw, select, drag, undo and round trip for every geometry kind, run over the registry through the driver.

import { describe, expect, test } from 'vitest'
import { boundsOf, handlesOf, operations, type Kind, type XY } from '../geometry/index.ts'
import {
  drive,
  readDocument,
  writeDifference,
  writeDocument,
  type Annotation,
  type ClassId,
  type Editor,
} from '../core/index.ts'
import { ALL_KINDS } from '../core/builders.ts'
import { makeEditor } from './builders.ts'

const CORNERS: readonly XY[] = [
  [20, 20],
  [60, 20],
  [60, 50],
  [20, 50],
]

/** Draws by the gesture of the kind. */
function draw(editor: Editor, kind: Kind, corners: readonly XY[] = CORNERS): Annotation {
  const before = new Set(editor.state.document.annotations.keys())
  editor.activateClass(kind as string as ClassId)
  const hand = drive(editor)
  switch (operations(kind).gesture) {
    case 'click':
      hand.click(corners[0]!)
      break
    case 'drag':
      hand.drag([corners[0]!, corners[2]!])
      break
    case 'freehand':
      hand.drag([...corners, corners[0]!])
      break
    case 'clicks':
      for (const corner of corners) hand.click(corner)
      hand.key('Enter')
  }
  const drawn = [...editor.state.document.annotations.values()].filter(({ id }) => !before.has(id))
  expect(drawn).toHaveLength(1)
  return drawn[0]!
}

const all = (editor: Editor): readonly Annotation[] => [...editor.state.document.annotations.values()]

describe.each(ALL_KINDS)('%s', (kind) => {
  const ops = operations(kind)

  test('is drawn by its gesture in one undo step, and the class stays active', () => {
    const editor = makeEditor()
    const annotation = draw(editor, kind)
    expect(annotation).toMatchObject({
      classId: kind,
      parentId: null,
      source: 'user',
      answers: {},
      comment: null,
    })
    expect(annotation.geometry.kind).toBe(kind)
    expect(ops.issues(annotation.geometry)).toEqual([])
    expect(boundsOf(annotation.geometry)).toEqual(boundsOf(ops.build(CORNERS)!))
    expect(editor.state.history.done).toHaveLength(1)
    expect(editor.state.activeClass).toBe(kind)
    expect([...editor.state.selection]).toEqual([annotation.id])
    draw(
      editor,
      kind,
      CORNERS.map(([x, y]) => [x + 70, y]),
    )
    expect(all(editor)).toHaveLength(2)
  })

  test('is undone and redone', () => {
    const editor = makeEditor()
    const annotation = draw(editor, kind)
    drive(editor).key('z', { ctrl: true })
    expect(all(editor)).toEqual([])
    expect(editor.state.selection.size).toBe(0)
    drive(editor).key('z', { ctrl: true, shift: true })
    expect(all(editor)).toEqual([annotation])
  })

  test('Escape while drawing leaves nothing behind', () => {
    const editor = makeEditor()
    editor.activateClass(kind as string as ClassId)
    const hand = drive(editor).down(CORNERS[0]!).move(CORNERS[2]!)
    expect(editor.preview()).not.toEqual([])
    hand.key('Escape').up(CORNERS[2]!)
    expect(all(editor)).toEqual([])
    expect(editor.preview()).toEqual([])
    expect(editor.state.toolState).toBe(editor.tool.idle)
    expect(editor.state.history.done).toEqual([])
  })

  test('is selected by a click on it and unselected by Escape', () => {
    const editor = makeEditor()
    const annotation = draw(editor, kind)
    editor.useTool('select')
    editor.select([])
    drive(editor).click(CORNERS[0]!)
    expect([...editor.state.selection]).toEqual([annotation.id])
    drive(editor).key('Escape')
    expect(editor.state.selection.size).toBe(0)
  })

  test('a drag moves it when it was selected before the press, and nothing when not', () => {
    const editor = makeEditor()
    const annotation = draw(editor, kind)
    editor.useTool('select')
    const place = graspOf(annotation)
    editor.select([])
    drive(editor).drag([place, [place[0] + 10, place[1] + 5]])
    expect(all(editor)).toEqual([annotation])
    editor.select([annotation.id])
    drive(editor).drag([place, [place[0] + 10, place[1] + 5]])
    const [was, is] = [boundsOf(annotation.geometry), boundsOf(all(editor)[0]!.geometry)]
    expect(is).toEqual({ ...was, x: was.x + 10, y: was.y + 5 })
    drive(editor).key('z', { ctrl: true })
    expect(all(editor)).toEqual([annotation])
  })

  test('is kept inside the picture when moved', () => {
    const editor = makeEditor()
    const annotation = draw(editor, kind)
    editor.useTool('select')
    const place = graspOf(annotation)
    drive(editor).drag([place, [place[0] + 5000, place[1] - 5000]])
    const { x, y, w } = boundsOf(all(editor)[0]!.geometry)
    expect([x + w, y]).toEqual([200, 0])
  })

  test('each handle moves by a drag, in one step', () => {
    const editor = makeEditor()
    const annotation = draw(editor, kind)
    for (const { index, at } of handlesOf(annotation.geometry)) {
      editor.useTool('select')
      const to: XY = [at[0] + 6, at[1] + 7]
      drive(editor).drag([at, to])
      expect(all(editor)[0]!.geometry).toEqual(ops.moveHandle(annotation.geometry, index, to))
      editor.undo()
      expect(all(editor)).toEqual([annotation])
    }
  })

  test('a click on its edge sets a vertex, a double click on the vertex removes it', () => {
    const editor = makeEditor()
    const annotation = draw(editor, kind)
    editor.useTool('select')
    drive(editor).click([40, 21])
    const takesVertices = ops.nearestEdge(annotation.geometry, [40, 21]) !== null
    expect(ops.vertices(all(editor)[0]!.geometry).length).toBe(
      ops.vertices(annotation.geometry).length + Number(takesVertices),
    )
    if (!takesVertices) return
    drive(editor).doubleClick([40, 20])
    expect(ops.vertices(all(editor)[0]!.geometry)).toEqual(ops.vertices(annotation.geometry))
  })

  test('arrow keys nudge it, Delete deletes it', () => {
    const editor = makeEditor()
    const annotation = draw(editor, kind)
    editor.useTool('select')
    drive(editor).key('ArrowRight').key('ArrowDown', { shift: true })
    const [was, is] = [boundsOf(annotation.geometry), boundsOf(all(editor)[0]!.geometry)]
    expect([is.x - was.x, is.y - was.y]).toEqual([1, 10])
    drive(editor).key('Delete')
    expect(all(editor)).toEqual([])
  })

  test('goes to the API and comes back the same', () => {
    const editor = makeEditor()
    const sent: unknown[] = []
    editor.subscribe(({ difference }) => difference !== null && sent.push(writeDifference(difference)))
    const annotation = draw(editor, kind)
    expect(sent).toEqual([
      { created: [annotation], updated: [], deleted: [], answers: { set: {}, removed: [] } },
    ])
    const json: unknown = JSON.parse(JSON.stringify(writeDocument(editor.state.document)))
    expect(readDocument(json as never)).toEqual(editor.state.document)
  })

  test('points outside the picture are set on its border, and that is said', () => {
    const editor = makeEditor()
    const annotation = draw(editor, kind, [
      [-30, 20],
      [60, -20],
      [60, 50],
      [-9, 50],
    ])
    const { x, y, w, h } = boundsOf(annotation.geometry)
    expect([x >= 0, y >= 0, x + w <= 200, y + h <= 100]).toEqual([true, true, true, true])
    expect(x).toBe(0)
    const outside = makeEditor()
    outside.activateClass(kind as string as ClassId)
    drive(outside).down([-30, 20]).move([-30, 90]).up([-30, 90])
    expect(outside.state.message?.code).toMatch(/on_border|cancelled|no_/)
  })

  test('nothing of it can be changed when the task is read-only', () => {
    const drawn = makeEditor()
    const annotation = draw(drawn, kind)
    const editor = makeEditor({ document: drawn.state.document, readOnly: 'The task is completed.' })
    expect(editor.activateClass(kind as string as ClassId)).toBe(false)
    editor.select([annotation.id])
    const place = graspOf(annotation)
    drive(editor).drag([place, [place[0] + 10, place[1]]])
    editor.select([annotation.id])
    drive(editor).key('ArrowLeft').key('Delete')
    expect(all(editor)).toEqual([annotation])
    expect(editor.state.message?.text).toBe('The task is completed.')
  })
})

/** A place on the geometry away from its handles, if there is one. */
function graspOf({ geometry }: Annotation): XY {
  const { area, vertices } = operations(geometry.kind)
  if (area(geometry) !== null) return [34, 32]
  const [first, second = first] = vertices(geometry)
  return [(first![0] * 2 + second![0]) / 3, (first![1] * 2 + second![1]) / 3]
}
