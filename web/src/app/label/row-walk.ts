/** What keys do in the list of annotations: they walk over its rows, fold them and choose. */

import type { AnnotationId, ClassId } from '../../core/index.ts'
import type { Row, Rows } from './rows.ts'

type Walked = Pick<Rows, 'length' | 'slice'>

export type Walk =
  | { readonly type: 'go'; readonly to: number }
  /** Fold the class, or unfold it. */
  | { readonly type: 'fold'; readonly id: ClassId }
  /** `adds`: to the selection, or takes away from it. */
  | { readonly type: 'choose'; readonly id: AnnotationId; readonly adds: boolean }

type Keys = Readonly<Record<string, (rows: Walked, at: number) => Walk>>

const KEYS: Keys = {
  ArrowDown: (rows, at) => go(Math.min(at + 1, rows.length - 1)),
  ArrowUp: (_, at) => go(Math.max(at - 1, 0)),
  Home: () => go(0),
  End: (rows) => go(rows.length - 1),
  ArrowLeft: (rows, at) => foldedTo(rows, at, false) ?? go(outer(rows, at)),
  ArrowRight: (rows, at) => foldedTo(rows, at, true) ?? go(inner(rows, at)),
  Enter: (rows, at) => used(rowAt(rows, at)!, false),
  ' ': (rows, at) => used(rowAt(rows, at)!, true),
}

/** Null when the list has no use for the key. */
export function walk(rows: Walked, at: number, key: string): Walk | null {
  return rowAt(rows, at) === undefined ? null : (KEYS[key]?.(rows, at) ?? null)
}

function rowAt(rows: Walked, at: number): Row | undefined {
  return rows.slice(at, at + 1)[0]
}

function go(to: number): Walk {
  return { type: 'go', to }
}

function used(row: Row, adds: boolean): Walk {
  if (row.type === 'class') return { type: 'fold', id: row.labelClass.id }
  return { type: 'choose', id: row.annotation.id, adds }
}

function foldedTo(rows: Walked, at: number, open: boolean): Walk | null {
  const row = rowAt(rows, at)!
  return row.type === 'class' && row.open !== open ? { type: 'fold', id: row.labelClass.id } : null
}

/** How deep a row stands: classes, their annotations, what is nested in those. */
export function levelOf(row: Row): 1 | 2 | 3 {
  if (row.type === 'class') return 1
  return row.depth === 0 ? 2 : 3
}

function outer(rows: Walked, at: number): number {
  const level = levelOf(rowAt(rows, at)!)
  const found = rows.slice(0, at).findLastIndex((row) => levelOf(row) < level)
  return found < 0 ? at : found
}

function inner(rows: Walked, at: number): number {
  const next = rowAt(rows, at + 1)
  return next !== undefined && levelOf(next) > levelOf(rowAt(rows, at)!) ? at + 1 : at
}
