/** What tools show: outlines in the making, points set, handles. Sizes are CSS pixels. */

import type { Drawable } from '../core/index.ts'
import { operations, type Bounds, type Geometry, type Handle, type XY } from '../geometry/index.ts'
import { translucent, type Look, type Looks } from './looks.ts'
import { devicePoint, strokeCased, tracePath, type Brush } from './paint.ts'

type OfType<Type extends Drawable['type']> = Extract<Drawable, { readonly type: Type }>

const INK = 'rgb(9 11 15 / 80%)'
const PAPER = '#ffffff'
const ERASER = '#ff6b5e'
/** Sides of handles, for a mouse and for fingers. */
const HANDLES = { fine: { side: 8, hot: 11 }, coarse: { side: 20, hot: 26 } } as const

export function paintPath(brush: Brush, { role, points, closed }: OfType<'path'>, looks: Looks): void {
  if (points.length === 0) return
  const { context } = brush
  context.beginPath()
  tracePath(brush, { points, closed })
  if (role === 'outline') return strokeCased(brush, looks.drawing)
  const color = role === 'erase' ? ERASER : PAPER
  context.fillStyle = translucent(color, role === 'erase' ? 0.28 : 0.08)
  context.fill()
  strokeDashed(brush, color)
}

function strokeDashed(brush: Brush, color: string): void {
  const { context, ratio } = brush
  strokeCased(brush, { ...THIN, stroke: INK })
  context.setLineDash([4 * ratio, 4 * ratio])
  strokeCased(brush, { ...THIN, stroke: color })
  context.setLineDash([])
}

const THIN: Look = {
  stroke: PAPER,
  fill: 'transparent',
  cells: 'transparent',
  width: 1,
  casing: null,
  marker: 0,
}

/** The points set so far; the first one is large while a click on it closes the outline. */
export function paintPoints(brush: Brush, { points, closeable }: OfType<'points'>, looks: Looks): void {
  for (const [index, at] of points.entries()) {
    const isGoal = index === 0 && closeable
    paintDot(
      brush,
      at,
      isGoal ? 5.5 : 3,
      isGoal ? PAPER : looks.drawing.stroke,
      isGoal ? looks.drawing.stroke : PAPER,
    )
  }
}

function paintDot(brush: Brush, at: XY, radius: number, fill: string, rim: string): void {
  const { context, ratio } = brush
  const [x, y] = devicePoint(brush, at)
  context.beginPath()
  context.arc(x, y, radius * ratio, 0, 2 * Math.PI)
  context.fillStyle = fill
  context.fill()
  context.lineWidth = 3 * ratio
  context.strokeStyle = INK
  context.stroke()
  context.lineWidth = 1.5 * ratio
  context.strokeStyle = rim
  context.stroke()
}

/** A square on a vertex, a diamond on an edge. */
export function paintSnap(brush: Brush, { at, on }: OfType<'snap'>): void {
  const { context, ratio } = brush
  const [x, y] = devicePoint(brush, at)
  const side = 6.5 * ratio
  context.beginPath()
  if (on === 'vertex') context.rect(x - side, y - side, 2 * side, 2 * side)
  else {
    context.moveTo(x, y - 1.3 * side)
    context.lineTo(x + 1.3 * side, y)
    context.lineTo(x, y + 1.3 * side)
    context.lineTo(x - 1.3 * side, y)
    context.closePath()
  }
  strokeCased(brush, SNAP_LOOK)
}

const SNAP_LOOK: Look = {
  stroke: '#ffd60a',
  fill: 'transparent',
  cells: 'transparent',
  width: 2,
  casing: { color: INK, width: 4.5 },
  marker: 0,
}

/** Everything but the geometry steps back; one without area cannot hold anything. */
export function paintContext(brush: Brush, geometry: Geometry): void {
  const { area, outline } = operations(geometry.kind)
  if (area(geometry) === null) return
  const { context } = brush
  const { width, height } = context.canvas
  context.beginPath()
  context.rect(0, 0, width, height)
  for (const path of outline(geometry)) tracePath(brush, path)
  context.fillStyle = VEIL
  context.fill('evenodd')
}

const VEIL = 'rgb(9 11 15 / 36%)'

/** Handles that would lie on one another are left out, but for the one that is held. */
export function paintHandles(
  brush: Brush,
  handles: readonly Handle[],
  { hot, isCoarse }: { readonly hot: number | null; readonly isCoarse: boolean },
  looks: Looks,
): void {
  const size = HANDLES[isCoarse ? 'coarse' : 'fine']
  const taken = new Set<string>()
  for (const handle of handles) {
    const at = devicePoint(brush, handle.at)
    if (handle.index === hot || !isOnCanvas(brush, at) || isTaken(at, size.side * brush.ratio, taken))
      continue
    paintSquare(brush, at, size.side, PAPER, looks.selected.stroke)
  }
  const held = handles.find(({ index }) => index === hot)
  if (held) paintSquare(brush, devicePoint(brush, held.at), size.hot, looks.selected.stroke, PAPER)
}

function isOnCanvas({ context }: Brush, [x, y]: XY): boolean {
  return x > -20 && y > -20 && x < context.canvas.width + 20 && y < context.canvas.height + 20
}

function isTaken([x, y]: XY, cell: number, taken: Set<string>): boolean {
  const key = `${Math.floor(x / cell)} ${Math.floor(y / cell)}`
  if (taken.has(key)) return true
  taken.add(key)
  return false
}

/** The sides of a frame and its stem. */
export function frameLines({ bounds: { x, y, w, h }, knob }: OfType<'frame'>): readonly Bounds[] {
  const sides = [
    { x, y, w, h: 0 },
    { x, y: y + h, w, h: 0 },
    { x, y, w: 0, h },
    { x: x + w, y, w: 0, h },
  ]
  if (knob === null) return sides
  const top = Math.min(knob[1], y + h)
  return [...sides, { x: knob[0], y: top, w: 0, h: (knob[1] < y ? y : knob[1]) - top }]
}

/** A dashed box, squares to pull, and a knob on a stem to turn by. */
export function paintFrame(
  brush: Brush,
  { bounds, grips, hot, knob, turns }: OfType<'frame'>,
  isCoarse: boolean,
): void {
  const size = HANDLES[isCoarse ? 'coarse' : 'fine']
  const { context } = brush
  const { x, y, w, h } = bounds
  context.beginPath()
  const corners: readonly XY[] = [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ]
  tracePath(brush, { points: corners, closed: true })
  if (knob !== null) {
    const stem: XY = [knob[0], knob[1] < y ? y : y + h]
    tracePath(brush, { points: [stem, knob], closed: false })
  }
  strokeDashed(brush, PAPER)
  for (const grip of grips) {
    paintSquare(brush, devicePoint(brush, grip), isSame(grip, hot) ? size.hot : size.side, PAPER, FRAME)
  }
  const [fill, rim] = turns ? [PAPER, FRAME] : [IDLE_KNOB, IDLE_KNOB]
  if (knob !== null) paintDot(brush, knob, isCoarse ? 12 : 6, fill, rim)
}

function isSame(a: XY, b: XY | null): boolean {
  return b !== null && a[0] === b[0] && a[1] === b[1]
}

const IDLE_KNOB = '#8b93a1'
const FRAME = '#3d7eff'

/** On whole device pixels, so that edges are sharp. */
function paintSquare({ context, ratio }: Brush, [x, y]: XY, size: number, fill: string, rim: string): void {
  const side = Math.round(size * ratio)
  const [left, top] = [Math.round(x - side / 2), Math.round(y - side / 2)]
  const [outer, inner] = [Math.max(1, Math.round(ratio)), Math.max(1, Math.round(1.5 * ratio))]
  context.fillStyle = INK
  context.fillRect(left - outer, top - outer, side + 2 * outer, side + 2 * outer)
  context.fillStyle = rim
  context.fillRect(left, top, side, side)
  context.fillStyle = fill
  context.fillRect(left + inner, top + inner, side - 2 * inner, side - 2 * inner)
}
