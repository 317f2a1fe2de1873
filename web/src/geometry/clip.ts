// Set operations on areas. The only file that knows the clipping library, which works on whole numbers. Those are
// finer than the grid, so that places where borders cross stay in order; pieces come back on the grid.

import { Clipper, ClipType, Clipper64, FillRule, type Path64, type Paths64, type Point64 } from 'clipper2-ts'
import { openRing } from './grid.ts'
import type { Ring } from './operations.ts'
import { distanceBetween, isInsideRing, placeInside, ringArea } from './rings.ts'

const STEPS_PER_PIXEL = 10_000

/** An area: outlines and holes that do not cross, in steps of the library. */
export interface Region {
  readonly paths: Paths64
}

/** The first ring minus every further one, each by the even-odd rule. */
export function regionOf(rings: readonly Ring[]): Region {
  const [outline, ...holes] = rings.map(enclosed)
  if (outline === undefined) return { paths: [] }
  return holes.length === 0
    ? { paths: outline }
    : { paths: merged(ClipType.Difference, outline, holes.flat()) }
}

function enclosed(ring: Ring): Paths64 {
  const path = toPath(ring)
  return path.length < 3 ? [] : merged(ClipType.Union, [path], [], FillRule.EvenOdd)
}

export function difference(area: Region, taken: Region): Region {
  return { paths: merged(ClipType.Difference, area.paths, taken.paths) }
}

/** Whether both cover a place in common; a shared border does not count, nor a strip left by rounding. */
export function overlap(a: Region, b: Region): boolean {
  return piecesOf({ paths: merged(ClipType.Intersection, a.paths, b.paths) }).length > 0
}

/** The connected parts, the largest first; each is its outline and then its holes. */
export function piecesOf(region: Region): readonly (readonly Ring[])[] {
  const [outlines, holes] = parted(region.paths)
  const pieces = outlines.map((outline) => [outline])
  for (const hole of holes) pieceAround(hole, pieces)?.push(hole)
  return pieces
    .filter((piece) => !isSliver(piece))
    .map(([outline, ...rest]) => [outline!, ...rest.filter((hole) => !isSliver([hole]))])
    .toSorted((a, b) => areaOf(b) - areaOf(a))
}

/** Outlines run one way round, holes the other. Both by area, the largest first. */
function parted(paths: Paths64): readonly [outlines: readonly Ring[], holes: readonly Ring[]] {
  const sorted = paths.toSorted((a, b) => Math.abs(Clipper.area(b)) - Math.abs(Clipper.area(a)))
  const isOutline = (path: Path64): boolean => Clipper.area(path) > 0
  return [sorted.filter(isOutline).map(toRing), sorted.filter((path) => !isOutline(path)).map(toRing)]
}

/**
 * Rounding may put vertices of a hole on or over the outline it lies in, so a place well inside the hole is asked.
 * That place may lie in a smaller piece, which stands in the hole; but when there is no larger one, outline and
 * hole are the two sides of a strip left by rounding.
 */
function pieceAround<Piece extends readonly Ring[]>(hole: Ring, pieces: readonly Piece[]): Piece | undefined {
  const place = placeInside(hole)
  const around = pieces.filter(([outline]) => isInsideRing(outline!, place))
  return around.findLast(([outline]) => ringArea(outline!) > ringArea(hole)) ?? around[0]
}

function areaOf([outline, ...holes]: readonly Ring[]): number {
  return holes.reduce((left, hole) => left - ringArea(hole), ringArea(outline!))
}

// Borders that are rounded apart from each other leave strips of up to about this width.
const SLIVER_PIXELS = 0.03

/** Thinner on average than rounding can tell: it covers nothing that was drawn. */
function isSliver(piece: readonly Ring[]): boolean {
  const perimeter = piece.reduce((sum, ring) => sum + perimeterOf(ring), 0)
  return 2 * areaOf(piece) <= SLIVER_PIXELS * perimeter
}

function perimeterOf(ring: Ring): number {
  return ring.reduce((sum, point, index) => sum + distanceBetween(point, ring[(index + 1) % ring.length]!), 0)
}

function merged(type: ClipType, subject: Paths64, clip: Paths64, rule = FillRule.NonZero): Paths64 {
  const solution: Paths64 = []
  clipperOf(subject, clip).execute(type, rule, solution)
  return solution
}

/** The library does not end on some outlines that run back on themselves while it keeps collinear points. */
function clipperOf(subject: Paths64, clip: Paths64): Clipper64 {
  const clipper = new Clipper64()
  clipper.preserveCollinear = false
  clipper.addSubject(subject)
  clipper.addClip(clip)
  return clipper
}

/** In steps, without points that a straight line or a way back runs through: they enclose nothing. */
function toPath(ring: Ring): Path64 {
  const path: Path64 = []
  for (const [x, y] of ring) {
    path.push({ x: Math.round(x * STEPS_PER_PIXEL), y: Math.round(y * STEPS_PER_PIXEL) })
    while (isStraight(path.at(-3), path.at(-2), path.at(-1))) path.splice(-2, 1)
  }
  return closedUp(path)
}

function closedUp(path: Path64): Path64 {
  for (;;) {
    if (isStraight(path.at(-2), path.at(-1), path[0])) path.pop()
    else if (isStraight(path.at(-1), path[0], path[1])) path.shift()
    else return path
  }
}

function isStraight(a: Point64 | undefined, b: Point64 | undefined, c: Point64 | undefined): boolean {
  if (a === undefined || b === undefined || c === undefined || a === c) return false
  return (b.x - a.x) * (c.y - b.y) === (b.y - a.y) * (c.x - b.x)
}

function toRing(path: Path64): Ring {
  return openRing(path.map(({ x, y }) => [x / STEPS_PER_PIXEL, y / STEPS_PER_PIXEL]))
}
