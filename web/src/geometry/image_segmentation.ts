// An image segmentation: an outline and the holes cut out of it. Segments of a picture share it among them.

import { piecesOf, regionOf, regionOfPiece, type Region } from './clip.ts'
import { openRing } from './grid.ts'
import { withinLimits } from './limits.ts'
import type { EdgePlace, IssueCode, Operations, Ring, XY } from './operations.ts'
import { remembered } from './remembered.ts'
import {
  boundsOfPoints,
  edgeMovedAt,
  isInsideRing,
  issuesOfPoints,
  LIMIT_GEOMETRY_POINTS,
  nearestEdgeOf,
  insertedAt,
  removedAt,
  replacedAt,
  ringArea,
  shifted,
  tableOfPoints,
  vertexHandles,
  writtenRing,
} from './rings.ts'

export interface ImageSegmentation {
  readonly kind: 'image_segmentation'
  readonly rings: readonly Ring[]
}

const MINIMUM = 3
const withRings = (rings: readonly Ring[]): ImageSegmentation => ({ kind: 'image_segmentation', rings })

function issues({ rings }: ImageSegmentation): readonly IssueCode[] {
  if (rings.length === 0) return ['too_few_points']
  if (rings.reduce((sum, ring) => sum + ring.length, 0) > LIMIT_GEOMETRY_POINTS) return ['too_many_points']
  return rings.flatMap((ring) => issuesOfPoints(ring, MINIMUM, true))
}

/** As if the holes lay inside the outline and apart from each other. */
function area({ rings }: ImageSegmentation): number {
  const [outline = 0, ...holes] = rings.map(ringArea)
  return Math.max(
    0,
    holes.reduce((left, hole) => left - hole, outline),
  )
}

function contains(geometry: ImageSegmentation, at: XY, tolerance: number): boolean {
  const [outline = [], ...holes] = geometry.rings
  if (isInsideRing(outline, at) && !holes.some((hole) => isInsideRing(hole, at))) return true
  return (nearestEdge(geometry, at)?.distance ?? Infinity) <= tolerance
}

/** Pieces of a region are in order already: nothing has to be cleaned of them, which takes long. */
const made = new WeakSet<ImageSegmentation>()

const region = remembered((geometry: ImageSegmentation): Region =>
  made.has(geometry) ? regionOfPiece(geometry.rings) : regionOf(geometry.rings),
)

/** Parts of a piece that had too many points. */
const parts = new WeakSet<ImageSegmentation>()

function pieces(whole: Region): readonly ImageSegmentation[] {
  return piecesOf(whole).flatMap((piece) => {
    const fitting = withinLimits(piece)
    return fitting.map((rings) => {
      const geometry = withRings(rings)
      made.add(geometry)
      if (fitting.length > 1) parts.add(geometry)
      return geometry
    })
  })
}

/** Vertices and edges are numbered through all rings; this finds the ring and the number in it. */
function locate(rings: readonly Ring[], index: number): readonly [ring: number, place: number] {
  let place = index
  let ring = 0
  while (place >= rings[ring]!.length) {
    place -= rings[ring]!.length
    ring += 1
  }
  return [ring, place]
}

function changeRing(
  rings: readonly Ring[],
  index: number,
  change: (ring: Ring, place: number) => Ring,
): ImageSegmentation {
  const [ring, place] = locate(rings, index)
  return withRings(rings.with(ring, change(rings[ring]!, place)))
}

function nearestEdge({ rings }: ImageSegmentation, at: XY): EdgePlace | null {
  let nearest: EdgePlace | null = null
  let before = 0
  for (const ring of rings) {
    const place = nearestEdgeOf(ring, true, at)
    if (place !== null && (nearest === null || place.distance < nearest.distance)) {
      nearest = { ...place, edge: place.edge + before }
    }
    before += ring.length
  }
  return nearest
}

/** A hole that has too few vertices left goes, an outline stays. */
function removeVertex({ rings }: ImageSegmentation, index: number): ImageSegmentation | null {
  const [ring, place] = locate(rings, index)
  const left = removedAt(rings[ring]!, place)
  if (left.length >= MINIMUM) return withRings(rings.with(ring, left))
  return ring === 0 ? null : withRings(rings.toSpliced(ring, 1))
}

/** Null when the points enclose nothing. The outline may cross itself: it is parted when it is placed. */
function build(points: Ring): ImageSegmentation | null {
  const ring = openRing(points)
  return piecesOf(regionOf([ring])).length === 0 ? null : withRings([ring])
}

function moved({ rings }: ImageSegmentation, index: number, to: XY): ImageSegmentation {
  return changeRing(rings, index, (ring, place) => replacedAt(ring, place, to))
}

export const image_segmentation: Operations<ImageSegmentation> = {
  kind: 'image_segmentation',
  gesture: 'freehand',
  minimum: MINIMUM,
  closed: true,
  partition: { region, pieces, isParted: (geometry) => parts.has(geometry) },
  upright: false,
  issues,
  bounds: ({ rings }) => boundsOfPoints(rings[0] ?? []),
  area,
  contains,
  distance: (geometry, at) => nearestEdge(geometry, at)?.distance ?? Infinity,
  vertices: ({ rings }) => rings.flat(),
  handles: ({ rings }) => vertexHandles(rings.flat()),
  moveHandle: moved,
  moveEdge: ({ rings }, edge, dx, dy) =>
    changeRing(rings, edge, (ring, place) => edgeMovedAt(ring, place, dx, dy)),
  nearestEdge,
  insertVertex: ({ rings }, edge, at) =>
    changeRing(rings, edge, (ring, place) => insertedAt(ring, place + 1, at)),
  removeVertex,
  translate: ({ rings }, dx, dy) => withRings(rings.map((ring) => ring.map(shifted(dx, dy)))),
  outline: ({ rings }) => rings.map((points) => ({ points, closed: true })),
  build,
  table: tableOfPoints(({ rings }) => rings.flat(), moved),
  written: ({ rings }) => rings.map(writtenRing),
  map: ({ rings }, change) => withRings(rings.map((ring) => ring.map(change))),
}
