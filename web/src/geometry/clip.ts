// Set operations on areas. The only file that knows the clipping library, which works on whole numbers. Those are
// finer than the grid, so that places where borders cross stay in order; pieces come back on the grid.
// Only its engine is imported: through its index comes everything else it has, twice as much.

import { ClipType, FillRule, type Path64, type Paths64, type Point64 } from 'clipper2-ts/dist/Core.js'
import { Clipper64 } from 'clipper2-ts/dist/Engine.js'
import { ClipperOffset, EndType, JoinType } from 'clipper2-ts/dist/Offset.js'
import { RectClip64 } from 'clipper2-ts/dist/RectClip.js'
import { openRing } from './grid.ts'
import type { Bounds, Ring, XY } from './operations.ts'
import { boundsMeet, distanceBetween, isInsideRing, placeInside, ringArea } from './rings.ts'

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

/** The region of a piece that came from here: its rings are in order already. */
export function regionOfPiece(rings: readonly Ring[]): Region {
  const paths = rings.map(toPath).filter((path) => path.length >= 3)
  return {
    paths: paths.map((path, index) => (areaOfPath(path) > 0 === (index === 0) ? path : path.toReversed())),
  }
}

export function regionOfBox({ x, y, w, h }: Bounds): Region {
  return regionOf([
    [
      [x, y],
      [x + w, y],
      [x + w, y + h],
      [x, y + h],
    ],
  ])
}

/** What a round brush covers on its way; one point makes a disc. */
export function regionOfStroke(points: Ring, radius: number): Region {
  const path = points.map(toPoint)
  return { paths: offset([path], radius, JoinType.Round, EndType.Round) }
}

/** Grown by so many pixels on all sides, with round corners; shrunk when they are less than 0. */
export function inflated(area: Region, pixels: number): Region {
  return { paths: offset(area.paths, pixels, JoinType.Round, EndType.Polygon) }
}

/** Gaps of up to `width` pixels closed: borders that were rounded apart from each other meet again. */
export function bridged(area: Region, width: number): Region {
  const [wide, narrow] = [width / 2, -width / 2]
  const grown = offset(area.paths, wide, JoinType.Miter, EndType.Polygon)
  return { paths: offset(grown, narrow, JoinType.Miter, EndType.Polygon) }
}

function offset(paths: Paths64, pixels: number, join: JoinType, end: EndType): Paths64 {
  const tolerance = Math.max(Math.abs(pixels) / ARC_PARTS, FINEST_ARC)
  const [delta, arc] = [pixels * STEPS_PER_PIXEL, tolerance * STEPS_PER_PIXEL]
  const [inflating, solution]: [ClipperOffset, Paths64] = [new ClipperOffset(MITER_LIMIT, arc), []]
  inflating.addPaths(paths, join, end)
  inflating.execute(delta, solution)
  return solution
}

/** Round ends deviate from the circle by a part of its radius, and by so many pixels at least. */
const ARC_PARTS = 400
const FINEST_ARC = 0.01
const MITER_LIMIT = 4

export function difference(area: Region, taken: Region): Region {
  return locally(ClipType.Difference, area, taken)
}

export function union(area: Region, added: Region): Region {
  return locally(ClipType.Union, area, added)
}

export function intersection(a: Region, b: Region): Region {
  return { paths: merged(ClipType.Intersection, within(a.paths, b.paths), within(b.paths, a.paths)) }
}

export function isEmpty(region: Region): boolean {
  return piecesOf(region).length === 0
}

/** Rings that do not meet the other area stay as they are: that is what keeps large areas quick. */
function locally(type: ClipType, area: Region, other: Region): Region {
  const bounds = boundsOfPaths(other.paths)
  if (bounds === null) return area
  const [near, far]: [Paths64, Paths64] = [[], []]
  for (const path of area.paths) {
    if (boundsMeet(boundsOfPaths([path])!, bounds, 1)) near.push(path)
    else far.push(path)
  }
  const clip = type === ClipType.Difference ? within(other.paths, near) : other.paths
  return { paths: [...merged(type, near, clip), ...far] }
}

/** What of an area matters where others are: the rest of a large one would take time and change nothing. */
function within(paths: Paths64, others: Paths64): Paths64 {
  const bounds = boundsOfPaths(others)
  if (bounds === null) return []
  if (paths.reduce((sum, path) => sum + path.length, 0) < LARGE) return paths
  const { x, y, w, h } = bounds
  const box = { left: x - MARGIN, top: y - MARGIN, right: x + w + MARGIN, bottom: y + h + MARGIN }
  return new RectClip64(box).execute(paths)
}

const LARGE = 500
const MARGIN = STEPS_PER_PIXEL

function boundsOfPaths(paths: Paths64): Bounds | null {
  if (paths.every((path) => path.length === 0)) return null
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const path of paths) {
    for (const { x, y } of path) {
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      if (y > bottom) bottom = y
    }
  }
  return { x: left, y: top, w: right - left, h: bottom - top }
}

export function areaOfRegion(region: Region): number {
  const area = region.paths.reduce((sum, path) => sum + areaOfPath(path), 0)
  return Math.abs(area) / STEPS_PER_PIXEL ** 2
}

/** In steps; positive for an outline, negative for a hole. */
function areaOfPath(path: Path64): number {
  let doubled = 0
  let previous = path.at(-1)
  for (const point of path) {
    if (previous !== undefined) doubled += (previous.y + point.y) * (previous.x - point.x)
    previous = point
  }
  return doubled / 2
}

/** Null when there is nothing. */
export function boundsOfRegion(region: Region): Bounds | null {
  const bounds = boundsOfPaths(region.paths)
  if (bounds === null) return null
  const { x, y, w, h } = bounds
  return {
    x: x / STEPS_PER_PIXEL,
    y: y / STEPS_PER_PIXEL,
    w: w / STEPS_PER_PIXEL,
    h: h / STEPS_PER_PIXEL,
  }
}

/** Whether both cover a place in common; a shared border does not count, nor a strip left by rounding. */
export function overlap(a: Region, b: Region): boolean {
  return !isEmpty(intersection(a, b))
}

/** The connected parts, the largest first; each is its outline and then its holes. */
export function piecesOf(region: Region): readonly (readonly Ring[])[] {
  const [outlines, holes] = parted(region.paths)
  const pieces = outlines.map((outline) => [outline])
  for (const hole of holes) (pieces.length === 1 ? pieces[0] : pieceAround(hole, pieces))?.push(hole)
  return pieces
    .filter((piece) => !isSliver(piece))
    .map(([outline, ...rest]) => [outline!, ...rest.filter((hole) => !isSliver([hole]))])
    .toSorted((a, b) => areaOf(b) - areaOf(a))
}

/** Outlines run one way round, holes the other. Both by area, the largest first. */
function parted(paths: Paths64): readonly [outlines: readonly Ring[], holes: readonly Ring[]] {
  const sorted = paths.toSorted((a, b) => Math.abs(areaOfPath(b)) - Math.abs(areaOfPath(a)))
  const isOutline = (path: Path64): boolean => areaOfPath(path) > 0
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
  for (const point of ring) {
    path.push(toPoint(point))
    while (isStraight(path.at(-3), path.at(-2), path.at(-1))) path.splice(-2, 1)
  }
  return closedUp(path)
}

function toPoint([x, y]: XY): Point64 {
  return { x: Math.round(x * STEPS_PER_PIXEL), y: Math.round(y * STEPS_PER_PIXEL) }
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
