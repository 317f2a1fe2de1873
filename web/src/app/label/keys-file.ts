/** Chosen keys as a small file, and as the browser remembers them. */

import type { ActionId } from '../../core/index.ts'
import type { Choices } from './actions.ts'

const FORMAT = 'labelwright-keys'
const MOST_STROKES = 8
const MOST_LETTERS = 40

export function writeKeys(choices: Choices): string {
  const keys = Object.fromEntries([...choices].sort(([a], [b]) => (a < b ? -1 : 1)))
  return `${JSON.stringify({ format: FORMAT, keys }, null, 1)}\n`
}

/** Keys of actions that are unknown here stay: another release may know them. Raises an Error that says what is wrong. */
export function readKeys(text: string): Choices {
  const content = parsed(text)
  if (content['format'] !== FORMAT) throw new Error(`This is no file of keys: “format” is not “${FORMAT}”.`)
  const { keys } = content
  if (!isRecord(keys)) throw new Error('This is no file of keys: “keys” is missing.')
  return new Map(Object.entries(keys).map(([id, strokes]) => [id as ActionId, readStrokes(id, strokes)]))
}

function parsed(text: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text)
    if (isRecord(content)) return content
  } catch {
    // Said below.
  }
  throw new Error('This is no file of keys: it is not a JSON object.')
}

function readStrokes(id: string, strokes: unknown): readonly string[] {
  const isFine =
    Array.isArray(strokes) &&
    strokes.length <= MOST_STROKES &&
    strokes.every((stroke) => typeof stroke === 'string' && stroke !== '' && stroke.length <= MOST_LETTERS)
  if (isFine) return strokes as readonly string[]
  throw new Error(`The keys of “${id.slice(0, MOST_LETTERS)}” are not a list of strokes such as ["Ctrl+d"].`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
