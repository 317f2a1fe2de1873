// Set operations on areas. The only file that knows the clipping library, which works on whole numbers:
// a region is kept in grid steps, so every result lies on the grid.

import {
  Clipper,
  ClipType,
  Clipper64,
  FillRule,
  PolyTree64,
  type Path64,
  type Paths64,
  type PolyPath64,
} from 'clipper2-ts'
import { GRID_PER_PIXEL } from './grid.ts'
import type { Ring } from './operations.ts'

/** An area: outlines and holes that do not cross, in grid steps. */
export interface Region {
  readonly paths: Paths64
}

/** The first ring minus every further one, each by the even-odd rule. */
export function regionOf(rings: readonly Ring[]): Region {
  const [outline, ...holes] = rings.map((ring) => Clipper.union([toPath(ring)], FillRule.EvenOdd))
  if (outline === undefined) return { paths: [] }
  return holes.length === 0 ? { paths: outline } : { paths: subtract(outline, holes.flat()) }
}

export function difference(area: Region, taken: Region): Region {
  return { paths: subtract(area.paths, taken.paths) }
}

/** Whether both cover a place in common; a shared border does not count, nor what is thinner than the grid. */
export function overlap(a: Region, b: Region): boolean {
  return withoutSlivers(Clipper.intersect(a.paths, b.paths, FillRule.NonZero)).length > 0
}

/** The connected parts, the largest first; each is its outline and then its holes. */
export function piecesOf(region: Region): readonly (readonly Ring[])[] {
  const tree = new PolyTree64()
  const clipper = new Clipper64()
  clipper.preserveCollinear = false
  clipper.addSubject(region.paths)
  clipper.execute(ClipType.Union, FillRule.NonZero, tree)
  return partsOf(tree)
    .filter((part) => !isSliver(part[0]!))
    .sort((a, b) => areaOf(b) - areaOf(a))
    .map((part) => withoutSlivers(part).map(toRing))
}

function subtract(area: Paths64, taken: Paths64): Paths64 {
  return Clipper.difference(area, taken, FillRule.NonZero)
}

function partsOf(node: PolyPath64): Paths64[] {
  return childrenOf(node).flatMap((outline) => {
    const holes = childrenOf(outline)
    return [[outline.poly!, ...holes.map((hole) => hole.poly!)], ...holes.flatMap(partsOf)]
  })
}

function childrenOf(node: PolyPath64): PolyPath64[] {
  return Array.from({ length: node.count }, (_, index) => node.child(index))
}

function areaOf(part: Paths64): number {
  const [outline, ...holes] = part.map((path) => Math.abs(Clipper.area(path)))
  return holes.reduce((left, hole) => left - hole, outline ?? 0)
}

function withoutSlivers(paths: Paths64): Paths64 {
  return paths.filter((path) => !isSliver(path))
}

/** Thinner on average than one grid step: left over from rounding, it covers nothing that was drawn. */
function isSliver(path: Path64): boolean {
  return path.length < 3 || 2 * Math.abs(Clipper.area(path)) < perimeterOf(path)
}

function perimeterOf(path: Path64): number {
  let sum = 0
  let previous = path.at(-1)!
  for (const point of path) {
    sum += Math.hypot(point.x - previous.x, point.y - previous.y)
    previous = point
  }
  return sum
}

function toPath(ring: Ring): Path64 {
  return ring.map(([x, y]) => ({ x: Math.round(x * GRID_PER_PIXEL), y: Math.round(y * GRID_PER_PIXEL) }))
}

function toRing(path: Path64): Ring {
  return path.map(({ x, y }) => [x / GRID_PER_PIXEL + 0, y / GRID_PER_PIXEL + 0])
}
