// What every geometry kind can do. One file a kind fills this in; the registry in `index.ts` lists them.
// Coordinates are pixels of the displayed picture: origin at the outer corner of the first pixel, y down.

import type { Region } from './clip.ts'

export type XY = readonly [x: number, y: number]
export type Ring = readonly XY[]

export interface Size {
  readonly w: number
  readonly h: number
}

export interface Bounds extends Size {
  readonly x: number
  readonly y: number
}

/** Part of a geometry's outline. A path of one point is a marker. */
export interface Path {
  readonly points: Ring
  readonly closed: boolean
}

export type IssueCode = 'out_of_range' | 'too_few_points' | 'too_many_points' | 'no_area' | 'no_size'

/** How a geometry is drawn: one click, press-drag-release, a click per point, or a free-hand outline. */
export type Gesture = 'click' | 'drag' | 'clicks' | 'freehand'

export type HandleCursor = 'move' | 'nwse-resize' | 'nesw-resize' | 'ns-resize' | 'ew-resize'

/** A place to take hold of; `index` is its number in `handles` and what `moveHandle` takes. */
export interface Handle {
  readonly index: number
  readonly at: XY
  readonly cursor: HandleCursor
  /** Whether the handle is a vertex that `removeVertex` may take away. */
  readonly vertex: boolean
}

/** The place on an edge nearest to a point; `edge` is what `insertVertex` takes. */
export interface EdgePlace {
  readonly edge: number
  readonly at: XY
  readonly distance: number
}

/** Kinds that share the picture among them: two of a partition never cover the same place. */
export interface Partition<G> {
  region(geometry: G): Region
  /**
   * One geometry for each connected piece, the largest first. A piece of more points than a geometry may have gets fewer
   * by which no pixel changes, or else is parted: no area is lost.
   */
  pieces(region: Region): readonly G[]
  /** Whether it is a part of a piece that had too many points. */
  isParted(geometry: G): boolean
}

/** A geometry as a table of numbers that can be typed: one row, or one for each point. */
export interface Table<G> {
  readonly columns: readonly string[]
  rows(geometry: G): readonly (readonly number[])[]
  /** The geometry with another number in a cell. */
  withCell(geometry: G, row: number, column: number, value: number): G
}

export interface Operations<G extends { readonly kind: string }> {
  readonly kind: G['kind']
  readonly gesture: Gesture
  /** How many points `build` needs at least. */
  readonly minimum: number
  /** Whether the outline returns to its first point. */
  readonly closed: boolean
  readonly partition: Partition<G> | null
  /** Whether its sides stay along the axes, so that it cannot be turned. */
  readonly upright: boolean
  /** The broken rules, the first of each ring; empty when valid. */
  issues(geometry: G): readonly IssueCode[]
  /** Without meaning for a geometry with issues. */
  bounds(geometry: G): Bounds
  /** Square pixels; null for kinds without area. */
  area(geometry: G): number | null
  contains(geometry: G, at: XY, tolerance: number): boolean
  /** Pixels from `at` to the outline. */
  distance(geometry: G, at: XY): number
  vertices(geometry: G): readonly XY[]
  handles(geometry: G): readonly Handle[]
  moveHandle(geometry: G, index: number, to: XY): G
  /** `edge` counts the edges of the outline. */
  moveEdge(geometry: G, edge: number, dx: number, dy: number): G
  /** Null where the kind takes no further vertices. */
  nearestEdge(geometry: G, at: XY): EdgePlace | null
  insertVertex(geometry: G, edge: number, at: XY): G
  /** Null when the geometry would have too few vertices left. */
  removeVertex(geometry: G, index: number): G | null
  translate(geometry: G, dx: number, dy: number): G
  outline(geometry: G): readonly Path[]
  /** Null when the points make no geometry of this kind. */
  build(points: Ring): G | null
  readonly table: Table<G>
  /** As the native format writes it. */
  written(geometry: G): readonly unknown[]
  /** Every coordinate passed through `change`. */
  map(geometry: G, change: (at: XY) => XY): G
}
