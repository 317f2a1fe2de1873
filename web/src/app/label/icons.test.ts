import { expect, test } from 'vitest'
import { ALL_KINDS, makeAnnotation, makeDocument, makeGeometry } from '../../core/builders.ts'
import { makeEditor } from '../../tools/builders.ts'
import { OPERATIONS, TOOLS } from '../../tools/index.ts'
import { ICONS } from '../../ui/icons.ts'

test('every tool, operation and choice names an icon that there is', () => {
  const annotations = ALL_KINDS.map((kind) => makeAnnotation(kind, { geometry: makeGeometry(kind) }))
  const editor = makeEditor({ document: makeDocument(annotations) })
  editor.select(annotations.map(({ id }) => id))
  const named = [
    ...TOOLS.map(({ icon }) => icon),
    ...OPERATIONS.flatMap(({ icon }) => icon ?? []),
    ...OPERATIONS.flatMap(({ choices }) => choices?.(editor.scene()) ?? []).flatMap(({ icon }) => icon ?? []),
  ]
  expect(named.filter((icon) => !Object.hasOwn(ICONS, icon))).toEqual([])
})
