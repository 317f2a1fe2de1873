// Coordinates that are typed: one number of a geometry's table at a time.

import { onGrid, operations, type Size } from '../geometry/index.ts'
import { messageOf, type Annotation } from '../core/index.ts'
import { withGeometry } from './pick.ts'

export interface Cell {
  readonly row: number
  readonly column: number
}

/** The annotation with the number in the cell, or why it cannot be. */
export function withNumber(
  annotation: Annotation,
  { row, column }: Cell,
  text: string,
  picture: Size,
): Annotation | string {
  const { geometry } = annotation
  const { table, issues, vertices } = operations(geometry.kind)
  const name = table.columns[column]!
  const value = Number(text.trim().replace(',', '.'))
  if (text.trim() === '' || !Number.isFinite(value))
    return `${name} needs a number; “${text.trim()}” is none.`
  if (table.rows(geometry)[row] === undefined) return 'This point is not there any more.'
  const next = table.withCell(geometry, row, column, onGrid(value))
  const [issue] = issues(next)
  if (issue !== undefined) return messageOf(issue)
  const isInside = vertices(next).every(([x, y]) => x >= 0 && y >= 0 && x <= picture.w && y <= picture.h)
  if (!isInside) return `${name} = ${value} leaves the picture, which is ${picture.w} x ${picture.h} pixels.`
  return withGeometry(annotation, next)
}
