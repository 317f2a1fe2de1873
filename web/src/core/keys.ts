// Names of key strokes, as tools and operations state them: "Delete", "Ctrl+d", "Shift+ArrowLeft".

import type { Modifiers } from './event.ts'

/** Shift counts only with keys that it does not change into another character. */
export function strokeOf(key: string, { ctrl, shift, alt }: Modifiers): string {
  const isLetter = key.length === 1 && key.toLowerCase() !== key.toUpperCase()
  const named = isLetter ? key.toLowerCase() : key
  const shifted = shift && (isLetter || key.length > 1)
  return `${ctrl ? 'Ctrl+' : ''}${alt ? 'Alt+' : ''}${shifted ? 'Shift+' : ''}${named}`
}

export const UNDO_STROKES: readonly string[] = ['Ctrl+z']
export const REDO_STROKES: readonly string[] = ['Ctrl+Shift+z', 'Ctrl+y']
