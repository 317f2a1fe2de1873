// Edits are functions from document to document. None knows about undo.

import type { Document } from './document.ts'

export type Edit = (document: Document) => Document
