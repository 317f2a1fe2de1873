// An editor with all tools on a picture of 200 x 100 pixels, for tests and benchmarks.

import { createEditor, type Editor, type EditorOptions } from '../core/index.ts'
import { makeClassOfEachKind, makeConfiguration, makeDocument, makeIds } from '../core/builders.ts'
import { OPERATIONS, TOOLS } from './index.ts'

export const PICTURE = { w: 200, h: 100 }

export function makeEditor(changes: Partial<EditorOptions> = {}): Editor {
  return createEditor({
    document: makeDocument(),
    configuration: makeConfiguration(makeClassOfEachKind()),
    picture: PICTURE,
    readOnly: null,
    tools: TOOLS,
    operations: OPERATIONS,
    newId: makeIds(),
    ...changes,
  })
}
