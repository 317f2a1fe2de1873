// Places that are typed: "120, 45", or "@10, -5" from the last point.

import { pointOnGrid, type Size, type XY } from '../geometry/index.ts'

const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)`
const PLACE = new RegExp(String.raw`^\s*(@?)\s*(${NUMBER})(?:\s*[,;]\s*|\s+)(${NUMBER})\s*$`)

/** The place on the grid, or why there is none. */
export function typedPlace(text: string, last: XY | null, { w, h }: Size): XY | string {
  const found = PLACE.exec(text)
  if (found === null)
    return `“${text.trim()}” is not a place. Type x, y such as 120, 45, or @10, -5 to go on from the last point.`
  const [, isRelative, ...numbers] = found
  if (isRelative === '@' && last === null)
    return 'There is no point yet to go on from. Type x, y such as 120, 45.'
  const [fromX, fromY] = isRelative === '@' ? last! : [0, 0]
  const [x, y] = pointOnGrid([fromX + Number(numbers[0]), fromY + Number(numbers[1])])
  if (x < 0 || x > w) return `x is ${x}; the picture goes from 0 to ${w}.`
  if (y < 0 || y > h) return `y is ${y}; the picture goes from 0 to ${h}.`
  return [x, y]
}
