/** Copied annotations, kept while the application is open: they can be pasted into the next picture as well. */

import {
  findGeometryClass,
  parentFor,
  placing,
  selectedAnnotations,
  timeOfId,
  type Annotation,
  type Editor,
} from '../../core/index.ts'
import { boundsOf, shiftInside, translated, unitedBounds } from '../../geometry/index.ts'

let copied: readonly Annotation[] = []

export function copySelection(editor: Editor): void {
  const annotations = selectedAnnotations(editor.state)
  if (annotations.length === 0)
    return editor.say({ code: 'nothing_selected', text: 'Select what to copy first.' })
  copied = annotations
  const text = annotations.length === 1 ? 'Copied.' : `${annotations.length} annotations copied.`
  editor.say({ code: 'copied', text })
}

/** Paste around the pointer, or where it was copied, with answers and without what was nested. */
export function paste(editor: Editor): void {
  const scene = editor.scene()
  const fitting = copied.flatMap((annotation) => {
    const labelClass = findGeometryClass(scene.configuration, annotation.classId)
    const parentId = labelClass && parentFor(labelClass, scene)
    return parentId === undefined ? [] : [{ ...annotation, parentId }]
  })
  if (fitting.length === 0) return editor.say({ code: 'nothing_to_paste', text: whyNothing() })
  const bounds = unitedBounds(fitting.map(({ geometry }) => boundsOf(geometry)))
  const [x, y] = scene.pointer ?? [bounds.x + bounds.w / 2, bounds.y + bounds.h / 2]
  const wanted = [x - bounds.x - bounds.w / 2, y - bounds.y - bounds.h / 2] as const
  const [dx, dy] = shiftInside(bounds, ...wanted, scene.picture)
  const copies = fitting.map((annotation) => {
    const id = scene.newId()
    const now = timeOfId(id)
    const geometry = translated(annotation.geometry, dx, dy)
    return { ...annotation, id, geometry, source: 'user' as const, createdAt: now, changedAt: now }
  })
  if (editor.commit('Paste', placing(copies, scene.newId))) editor.select(copies.map(({ id }) => id))
}

function whyNothing(): string {
  if (copied.length === 0) return 'Nothing was copied yet.'
  return 'What was copied has no place here: its class is not in this project, or its parent is not selected.'
}
