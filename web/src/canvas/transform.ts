/** Linear maps of the plane, as the six numbers of `setTransform`: x' = a x + c y + e, y' = b x + d y + f. */

import type { XY } from '../geometry/index.ts'

export type Transform = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

export function applied([a, b, c, d, e, f]: Transform, [x, y]: XY): XY {
  return [a * x + c * y + e, b * x + d * y + f]
}

export function inverted([a, b, c, d, e, f]: Transform): Transform {
  const size = a * d - b * c
  return [d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size]
}

/** First `inner`, then `outer`. */
export function combined(outer: Transform, inner: Transform): Transform {
  const [a, b, c, d] = outer
  const [e, f] = applied(outer, [inner[4], inner[5]])
  const [ia, ib, ic, id] = inner
  return [a * ia + c * ib, b * ia + d * ib, a * ic + c * id, b * ic + d * id, e, f]
}
