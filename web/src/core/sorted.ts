// An immutable map that iterates in the order of its keys. It is kept in chunks: a changed map shares all chunks that
// did not change, so a change, and the difference of two maps, cost little in a large one. What is derived from a
// chunk can be remembered with it.

type Entry<Key, Value> = readonly [Key, Value]
export type Chunk<Key, Value> = readonly Entry<Key, Value>[]

const CHUNK_SIZE = 128

export class SortedMap<Key extends string, Value> implements ReadonlyMap<Key, Value> {
  readonly chunks: readonly Chunk<Key, Value>[]
  readonly size: number

  private constructor(chunks: readonly Chunk<Key, Value>[]) {
    this.chunks = chunks
    this.size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  static of<Key extends string, Value>(entries: Iterable<Entry<Key, Value>>): SortedMap<Key, Value> {
    if (entries instanceof SortedMap) return entries as SortedMap<Key, Value>
    return new SortedMap<Key, Value>([]).with(entries)
  }

  /** The same map with these values instead; undefined takes a key away. */
  with(changes: Iterable<Entry<Key, Value | undefined>>): SortedMap<Key, Value> {
    const sorted = [...new Map(changes)].sort(byKey)
    if (sorted.length === 0) return this
    if (this.chunks.length === 0) return new SortedMap(split(merged([], sorted)))
    let taken = 0
    const chunks = this.chunks.flatMap((chunk, index) => {
      const from = taken
      const next = this.chunks[index + 1]?.[0]![0]
      while (taken < sorted.length && (next === undefined || sorted[taken]![0] < next)) taken += 1
      return taken === from ? [chunk] : split(merged(chunk, sorted.slice(from, taken)))
    })
    return new SortedMap(chunks)
  }

  get(key: Key): Value | undefined {
    const chunk = this.chunks[lastNotAfter(this.chunks, key, ([first]) => first![0])]
    if (chunk === undefined) return undefined
    const entry = chunk[lastNotAfter(chunk, key, ([own]) => own)]
    return entry?.[0] === key ? entry[1] : undefined
  }

  has(key: Key): boolean {
    return this.get(key) !== undefined
  }

  forEach(visit: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, value] of this) visit(value, key, this)
  }

  *entries(): Generator<[Key, Value], undefined> {
    for (const chunk of this.chunks) for (const [key, value] of chunk) yield [key, value]
    return undefined
  }

  *keys(): Generator<Key, undefined> {
    for (const chunk of this.chunks) for (const [key] of chunk) yield key
    return undefined
  }

  *values(): Generator<Value, undefined> {
    for (const chunk of this.chunks) for (const [, value] of chunk) yield value
    return undefined
  }

  [Symbol.iterator](): Generator<[Key, Value], undefined> {
    return this.entries()
  }
}

/** The entries of each map that lie in chunks which the other does not share. */
export function unshared<Key extends string, Value>(
  a: SortedMap<Key, Value>,
  b: SortedMap<Key, Value>,
): readonly [ofA: ReadonlyMap<Key, Value>, ofB: ReadonlyMap<Key, Value>] {
  const [ownA, ownB] = [new Set(a.chunks), new Set(b.chunks)]
  return [
    new Map(a.chunks.filter((chunk) => !ownB.has(chunk)).flat()),
    new Map(b.chunks.filter((chunk) => !ownA.has(chunk)).flat()),
  ]
}

function byKey([a]: Entry<string, unknown>, [b]: Entry<string, unknown>): number {
  return a < b ? -1 : Number(a > b)
}

function merged<Key extends string, Value>(
  chunk: Chunk<Key, Value>,
  changes: Chunk<Key, Value | undefined>,
): Chunk<Key, Value> {
  const all = new Map<Key, Value | undefined>([...chunk, ...changes])
  const entries = [...all].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
  return entries.sort(byKey)
}

function split<Key, Value>(chunk: Chunk<Key, Value>): readonly Chunk<Key, Value>[] {
  const count = Math.ceil(chunk.length / CHUNK_SIZE)
  return Array.from({ length: count }, (_, part) => {
    const [from, to] = [part, part + 1].map((edge) => Math.floor((edge * chunk.length) / count))
    return chunk.slice(from, to)
  })
}

/** Index of the last item whose key is not after `key`, -1 when all are. The items are sorted. */
function lastNotAfter<Item, Key extends string>(
  items: readonly Item[],
  key: Key,
  keyOf: (item: Item) => Key,
): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (keyOf(items[middle]!) <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}
