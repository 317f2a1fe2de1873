/** Strokes as they stand on keys. */

const KEY_NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
}

/** "Ctrl+d" is Ctrl and D, "Ctrl++" is Ctrl and +. */
export function strokeParts(stroke: string): readonly string[] {
  const parts = stroke.split(/\+(?=.)/)
  return parts.map((part) => KEY_NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part))
}

export function strokeText(stroke: string): string {
  return strokeParts(stroke).join('+')
}
