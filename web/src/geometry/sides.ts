// On which side of a line a place lies, without error: rounding decides nothing.

import { GRID_PER_PIXEL } from './grid.ts'
import type { XY } from './operations.ts'
import { LIMIT_COORDINATE } from './rings.ts'

export interface Span {
  readonly a: XY
  readonly b: XY
}

/** Above what rounding can do to the determinant of coordinates within the limit, for each pixel of their distances. */
const ERROR = 16 * Number.EPSILON * LIMIT_COORDINATE

/** 1 and -1 for the two sides of the line from a to b, 0 on it. */
export function sideOf({ a, b }: Span, at: XY): number {
  const [abx, aby] = [b[0] - a[0], b[1] - a[1]]
  const [apx, apy] = [at[0] - a[0], at[1] - a[1]]
  const turn = abx * apy - aby * apx
  const error = ERROR * (Math.abs(abx) + Math.abs(aby) + Math.abs(apx) + Math.abs(apy))
  return Math.abs(turn) > error ? Math.sign(turn) : exactSide([...a, ...b, ...at])
}

/** Whether a place lies on the stretch from a to b, its ends included. */
export function isOnSpan({ a, b }: Span, at: XY): boolean {
  return isBetween(a[0], b[0], at[0]) && isBetween(a[1], b[1], at[1]) && sideOf({ a, b }, at) === 0
}

function isBetween(one: number, other: number, value: number): boolean {
  return one < other ? one <= value && value <= other : other <= value && value <= one
}

function exactSide(numbers: readonly number[]): number {
  if (!numbers.every(Number.isFinite)) return 0
  const [ax, ay, bx, by, x, y] = (onGridSteps(numbers) ?? wholes(numbers)) as Six
  const turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
  return turn === 0n ? 0 : turn > 0n ? 1 : -1
}

type Six = [bigint, bigint, bigint, bigint, bigint, bigint]

/** Places on the grid are what they are written as, not the binary fraction next to it. */
function onGridSteps(numbers: readonly number[]): readonly bigint[] | null {
  const steps = numbers.map((value) => Math.round(value * GRID_PER_PIXEL))
  return steps.every((step, index) => step / GRID_PER_PIXEL === numbers[index]) ? steps.map(BigInt) : null
}

/** The same numbers, each times the same power of two. */
function wholes(numbers: readonly number[]): readonly bigint[] {
  const parts = numbers.map((value) => {
    let [whole, halvings] = [value, 0]
    for (; !Number.isInteger(whole); whole *= 2) halvings += 1
    return { whole: BigInt(whole), halvings }
  })
  const most = Math.max(...parts.map(({ halvings }) => halvings))
  return parts.map(({ whole, halvings }) => whole << BigInt(most - halvings))
}
