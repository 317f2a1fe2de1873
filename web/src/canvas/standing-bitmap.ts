/**
 * Large shapes that stand out, painted once for as long as neither they nor the view change: what is painted over them
 * in each frame, such as a stroke of the brush, then costs what it costs by itself.
 */

import { operations, type Geometry } from '../geometry/index.ts'
import type { Look } from './looks.ts'
import type { Brush } from './paint.ts'
import { paintShown } from './paint-cells.ts'
import type { Surface, Viewport } from './viewport.ts'

export interface Standing {
  readonly geometry: Geometry
  readonly look: Look
}

/** Vertices from which on a bitmap is worth its memory. */
const LARGE = 2000

export class StandingBitmap {
  #context: OffscreenCanvasRenderingContext2D | null = null
  #painted: readonly unknown[] = []

  paint(brush: Brush, shapes: readonly Standing[], view: Viewport, surface: Surface): void {
    if (!isLarge(shapes)) return this.#paintAll(brush, shapes)
    const wanted = [
      view,
      surface,
      brush.cells,
      ...shapes.flatMap(({ geometry, look }) => [geometry, keyOf(look)]),
    ]
    const context = (this.#context ??= new OffscreenCanvas(1, 1).getContext('2d')!)
    if (!isSame(wanted, this.#painted)) {
      // Its size set anew, a canvas is clear.
      Object.assign(context.canvas, { width: surface.px.w, height: surface.px.h })
      this.#paintAll({ ...brush, context }, shapes)
      this.#painted = wanted
    }
    brush.context.drawImage(context.canvas, 0, 0)
  }

  #paintAll(brush: Brush, shapes: readonly Standing[]): void {
    for (const { geometry, look } of shapes) paintShown(brush, geometry, look)
  }
}

function isLarge(shapes: readonly Standing[]): boolean {
  let count = 0
  for (const { geometry } of shapes) {
    for (const { points } of operations(geometry.kind).outline(geometry)) count += points.length
    if (count >= LARGE) return true
  }
  return false
}

/** Looks are made anew each time they are asked for. */
function keyOf(look: Look): string {
  return JSON.stringify(look)
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index])
}
