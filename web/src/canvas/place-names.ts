/** Where names stand beside their shapes so that none lies on another. Device pixels. */

import { boundsMeet, type Bounds, type Size, type XY } from '../geometry/index.ts'

/** What the name stands beside, and how much room it takes. */
export interface Nameable {
  readonly bounds: Bounds
  readonly size: Size
}

export interface Placed<Item extends Nameable> {
  readonly item: Item
  readonly at: XY
}

const GAP = 3

/** The first ones choose first; a name that finds no room is left out. `lines`: what no name may lie on. */
export function placeNames<Item extends Nameable>(
  items: readonly Item[],
  screen: Size,
  lines: readonly Bounds[] = [],
): Placed<Item>[] {
  const taken = [...lines]
  return items.flatMap((item) => {
    const shown = common(item.bounds, { x: 0, y: 0, ...screen })
    if (shown === null) return []
    const free = spots(item, shown).find(
      (spot) => isOn(spot, screen) && !taken.some((each) => boundsMeet(each, spot)),
    )
    if (free === undefined) return []
    taken.push(free)
    return [{ item, at: [free.x, free.y] as const }]
  })
}

/** Above what is seen of the shape, within it, below it, beside it, deeper within it. */
function spots({ bounds, size: { w, h } }: Nameable, { x, y, w: sw, h: sh }: Bounds): readonly Bounds[] {
  const isTopSeen = bounds.y >= h + GAP
  const above = { x, y: bounds.y - h - GAP, w, h }
  const within = { x: x + GAP, y: y + GAP, w, h }
  const deeper = { x: within.x + h / 2, y: within.y + h / 2, w, h }
  const hasRoom = (spot: Bounds): boolean => spot.x - x + w + GAP <= sw && spot.y - y + h + GAP <= sh
  const below = { x, y: bounds.y + bounds.h + GAP, w, h }
  const beside = { x: bounds.x + bounds.w + GAP, y: y + Math.min(sh / 2, GAP), w, h }
  return [
    ...(isTopSeen ? [above] : []),
    ...[within].filter(hasRoom),
    below,
    beside,
    ...[deeper].filter(hasRoom),
  ]
}

function common(a: Bounds, b: Bounds): Bounds | null {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)]
  const [w, h] = [Math.min(a.x + a.w, b.x + b.w) - x, Math.min(a.y + a.h, b.y + b.h) - y]
  return w < 0 || h < 0 ? null : { x, y, w, h }
}

function isOn({ x, y, w, h }: Bounds, screen: Size): boolean {
  return x >= 0 && y >= 0 && x + w <= screen.w && y + h <= screen.h
}
