// The pixel rule of exports, in the browser: a pixel belongs to a ring when its centre lies inside, even-odd. The
// server's `raster` room holds the same rule with the same arithmetic in the same order; `schema/vectors/raster.json`
// keeps both equal. See docs/adr/0003.

import type { Ring, Size, XY } from './operations.ts'

/** The pixels from column `start` to before `stop` of a row. */
export interface Run {
  readonly row: number
  readonly start: number
  readonly stop: number
}

/** Rows from `first` to before `stop`. */
export interface Rows {
  readonly first: number
  readonly stop: number
}

/** The pixels of a segment within the picture, by row and column: its outline without each of its own holes. */
export function runsOf(rings: readonly Ring[], picture: Size, rows = allRows(picture)): readonly Run[] {
  const [outline, ...holes] = rings.map((ring) => spansOf(ring, picture, rows))
  if (outline === undefined) return []
  return outline.flatMap((spans, index) => {
    const left = holes.reduce((rest, hole) => without(rest, hole[index]!), spans)
    return left.map(([start, stop]) => ({ row: rows.first + index, start, stop }))
  })
}

/** The union of segments: one byte a pixel, 1 inside, row by row. */
export function maskOf(segments: readonly (readonly Ring[])[], picture: Size): Uint8Array {
  const mask = new Uint8Array(picture.w * picture.h)
  for (const rings of segments) {
    for (const { row, start, stop } of runsOf(rings, picture))
      mask.fill(1, row * picture.w + start, row * picture.w + stop)
  }
  return mask
}

/** The sides of pixels between those of the runs and the others, each from one corner of pixels to another. */
export function bordersOf(runs: readonly Run[]): readonly (readonly [from: XY, to: XY])[] {
  const byRow = new Map<number, Span[]>()
  for (const { row, start, stop } of runs) {
    const spans = byRow.get(row)
    if (spans === undefined) byRow.set(row, [[start, stop]])
    else spans.push([start, stop])
  }
  const uprights = runs.flatMap(({ row, start, stop }) =>
    [start, stop].map((x): readonly [XY, XY] => [
      [x, row],
      [x, row + 1],
    ]),
  )
  const heights = new Set([...byRow.keys()].flatMap((row) => [row, row + 1]))
  const levels = [...heights].flatMap((y) => {
    const [above, below] = [byRow.get(y - 1) ?? [], byRow.get(y) ?? []]
    return [...without(above, below), ...without(below, above)].map(([start, stop]): readonly [XY, XY] => [
      [start, y],
      [stop, y],
    ])
  })
  return [...uprights, ...levels]
}

type Span = readonly [start: number, stop: number]

function allRows({ h }: Size): Rows {
  return { first: 0, stop: h }
}

/** For each row the columns inside a ring, in order and apart. */
function spansOf(ring: Ring, picture: Size, rows: Rows): readonly (readonly Span[])[] {
  const crossings: number[][] = Array.from({ length: Math.max(0, rows.stop - rows.first) }, () => [])
  let before = ring.at(-1)
  for (const point of ring) {
    if (before !== undefined) cross(before, point, picture, rows, crossings)
    before = point
  }
  return crossings.map((columns) => {
    columns.sort((a, b) => a - b)
    const spans: Span[] = []
    for (let i = 0; i + 1 < columns.length; i += 2)
      if (columns[i]! < columns[i + 1]!) spans.push([columns[i]!, columns[i + 1]!])
    return spans
  })
}

/** A side counts for the rows whose centre it passes, from its upper end, included, to its lower end, excluded. */
function cross(from: XY, to: XY, { w }: Size, rows: Rows, crossings: number[][]): void {
  const [upper, lower] = to[1] < from[1] ? [to, from] : [from, to]
  const first = Math.max(Math.ceil(upper[1] - 0.5), rows.first)
  const stop = Math.min(Math.ceil(lower[1] - 0.5), rows.stop)
  for (let row = first; row < stop; row += 1)
    crossings[row - rows.first]!.push(Math.min(Math.max(crossed(upper, lower, row), 0), w))
}

/** The first column whose pixel's centre lies beyond a side, in a row that it passes. */
function crossed(upper: XY, lower: XY, row: number): number {
  const [across, down] = [lower[0] - upper[0], lower[1] - upper[1]]
  const x = ((row + 0.5 - upper[1]) * across) / down + upper[0]
  return Math.floor(x + 0.5)
}

/** The same of any side; null when it does not pass the row. */
export function columnOf(from: XY, to: XY, row: number): number | null {
  const [upper, lower] = to[1] < from[1] ? [to, from] : [from, to]
  const isPassed = Math.ceil(upper[1] - 0.5) <= row && row < Math.ceil(lower[1] - 0.5)
  return isPassed ? crossed(upper, lower, row) : null
}

/** Spans without other spans; each list is in order and its spans are apart. */
function without(spans: readonly Span[], taken: readonly Span[]): readonly Span[] {
  if (taken.length === 0) return spans
  return spans.flatMap(([start, stop]) => {
    const left: Span[] = []
    let from = start
    for (const [first, end] of taken) {
      if (end <= from || first >= stop) continue
      if (first > from) left.push([from, first])
      from = Math.max(from, end)
    }
    if (from < stop) left.push([from, stop])
    return left
  })
}
