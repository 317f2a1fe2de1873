/** The upload queue as a value: what happened in, the next queue out. No network, no clock. */

export type ItemState = 'waiting' | 'sending' | 'done' | 'duplicate' | 'failed' | 'ignored'

export interface Item {
  readonly id: number
  readonly dataset: string
  /** The medium's name to be. */
  readonly name: string
  readonly size: number
  readonly state: ItemState
  readonly sent: number
  /** Why it failed, is a duplicate or was ignored. */
  readonly reason: string | null
  /** How often sending it broke off. */
  readonly attempts: number
}

export type Pause = 'person' | 'connection' | 'session' | 'storage'

export interface Queue {
  readonly items: readonly Item[]
  readonly paused: Pause | null
}

export const EMPTY: Queue = { items: [], paused: null }
export const PARALLEL = 3
export const ATTEMPTS = 4

export type NewItem = Pick<Item, 'id' | 'dataset' | 'name' | 'size'> & { ignored?: string }

export type Happening =
  | { kind: 'added'; items: readonly NewItem[] }
  | { kind: 'started'; id: number }
  | { kind: 'progressed'; sent: ReadonlyMap<number, number> }
  | { kind: 'done'; id: number }
  | { kind: 'duplicate'; id: number; reason: string }
  | { kind: 'failed'; id: number; reason: string }
  | { kind: 'interrupted'; id: number; reason: string }
  | { kind: 'retried'; ids: readonly number[] }
  | { kind: 'paused'; by: Pause }
  | { kind: 'resumed' }
  | { kind: 'cancelled' }
  | { kind: 'dismissed'; dataset: string }

/** The queue after something happened. */
export function after(queue: Queue, happening: Happening): Queue {
  switch (happening.kind) {
    case 'added':
      return { ...queue, items: [...queue.items, ...happening.items.map(fresh)] }
    case 'progressed':
      return { ...queue, items: queue.items.map((item) => progressed(item, happening.sent.get(item.id))) }
    case 'retried':
      return { ...queue, items: queue.items.map((item) => retried(item, happening.ids)) }
    case 'paused':
      return { items: queue.items.map(halted), paused: happening.by }
    case 'resumed':
      return { ...queue, paused: null }
    case 'cancelled':
      return { items: queue.items.filter((item) => !isOpen(item)), paused: null }
    case 'dismissed':
      return {
        ...queue,
        items: queue.items.filter((item) => isOpen(item) || item.dataset !== happening.dataset),
      }
    default:
      return {
        ...queue,
        items: queue.items.map((item) => (item.id === happening.id ? settled(item, happening) : item)),
      }
  }
}

function fresh({ ignored, ...item }: NewItem): Item {
  const state = ignored === undefined ? 'waiting' : 'ignored'
  return { ...item, state, sent: 0, reason: ignored ?? null, attempts: 0 }
}

function progressed(item: Item, sent: number | undefined): Item {
  return sent === undefined || item.state !== 'sending' ? item : { ...item, sent: Math.min(sent, item.size) }
}

function retried(item: Item, ids: readonly number[]): Item {
  const again = item.state === 'failed' && ids.includes(item.id)
  return again ? { ...item, state: 'waiting', sent: 0, reason: null, attempts: 0 } : item
}

function halted(item: Item): Item {
  return item.state === 'sending' ? { ...item, state: 'waiting', sent: 0 } : item
}

type OneItem = Extract<Happening, { id: number }>

function settled(item: Item, happening: OneItem): Item {
  switch (happening.kind) {
    case 'started':
      return { ...item, state: 'sending', sent: 0 }
    case 'done':
      return { ...item, state: 'done', sent: item.size, reason: null }
    case 'interrupted': {
      const attempts = item.attempts + 1
      if (attempts >= ATTEMPTS)
        return { ...item, state: 'failed', sent: 0, reason: happening.reason, attempts }
      return { ...item, state: 'waiting', sent: 0, attempts }
    }
    default:
      return { ...item, state: happening.kind, sent: 0, reason: happening.reason }
  }
}

export function isOpen(item: Item): boolean {
  return item.state === 'waiting' || item.state === 'sending'
}

/** The items to start now, so that `PARALLEL` are on their way. */
export function startable(queue: Queue): Item[] {
  if (queue.paused) return []
  const free = PARALLEL - queue.items.filter((item) => item.state === 'sending').length
  return queue.items.filter((item) => item.state === 'waiting').slice(0, Math.max(0, free))
}

export interface Totals {
  files: number
  open: number
  done: number
  duplicate: number
  failed: number
  ignored: number
  bytes: number
  sentBytes: number
}

/** Sums over the items of one dataset, or over all. What was refused counts as no bytes. */
export function totals(queue: Queue, dataset?: string): Totals {
  const sums: Totals = {
    files: 0,
    open: 0,
    done: 0,
    duplicate: 0,
    failed: 0,
    ignored: 0,
    bytes: 0,
    sentBytes: 0,
  }
  for (const item of queue.items) {
    if (dataset !== undefined && item.dataset !== dataset) continue
    sums.files += 1
    if (isOpen(item)) sums.open += 1
    else sums[item.state as 'done' | 'duplicate' | 'failed' | 'ignored'] += 1
    if (isOpen(item) || item.state === 'done') {
      sums.bytes += item.size
      sums.sentBytes += item.sent
    }
  }
  return sums
}

/** One line per file that did not arrive, for a mail or a ticket. */
export function reportOf(items: readonly Item[]): string {
  const words: Record<ItemState, string> = {
    waiting: 'waiting',
    sending: 'uploading',
    done: 'uploaded',
    duplicate: 'already there',
    failed: 'failed',
    ignored: 'ignored',
  }
  return items
    .map((item) => [words[item.state], item.name, item.reason ?? ''].join('\t').trimEnd())
    .join('\n')
}
