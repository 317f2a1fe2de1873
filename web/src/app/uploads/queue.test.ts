import { describe, expect, it } from 'vitest'
import {
  after,
  ATTEMPTS,
  EMPTY,
  type Happening,
  PARALLEL,
  type Queue,
  reportOf,
  startable,
  totals,
} from './queue.ts'

const file = (id: number, dataset = 'd') => ({ id, dataset, name: `${id}.jpg`, size: 100 })
const run = (...happenings: Happening[]): Queue => happenings.reduce(after, EMPTY)
const added = (...ids: number[]): Happening => ({ kind: 'added', items: ids.map((id) => file(id)) })
const stateOf = (queue: Queue, id: number) => queue.items.find((item) => item.id === id)?.state

describe('a queue', () => {
  it('starts as many uploads as may run side by side, in the order they came', () => {
    const queue = run(added(1, 2, 3, 4, 5))
    expect(startable(queue).map((item) => item.id)).toEqual([1, 2, 3])
    const started = run(added(1, 2, 3, 4, 5), ...[1, 2, 3].map((id) => ({ kind: 'started', id }) as const))
    expect(startable(started)).toHaveLength(PARALLEL - 3)
    expect(startable(after(started, { kind: 'done', id: 2 })).map((item) => item.id)).toEqual([4])
  })

  it('starts nothing while paused and puts back what was on its way', () => {
    const queue = run(added(1, 2), { kind: 'started', id: 1 }, { kind: 'paused', by: 'person' })
    expect(startable(queue)).toEqual([])
    expect(stateOf(queue, 1)).toBe('waiting')
    expect(startable(after(queue, { kind: 'resumed' }))).toHaveLength(2)
  })

  it('never counts more bytes than a file has, nor progress of a file that is not on its way', () => {
    const sent = new Map([
      [1, 5000],
      [2, 50],
    ])
    const queue = run(added(1, 2), { kind: 'started', id: 1 }, { kind: 'progressed', sent })
    expect(totals(queue).sentBytes).toBe(100)
  })

  it('sends again what broke off, and gives up at last with the reason', () => {
    const interrupted: Happening = { kind: 'interrupted', id: 1, reason: 'Lost.' }
    let queue = run(added(1))
    for (let attempt = 1; attempt < ATTEMPTS; attempt++) queue = after(queue, interrupted)
    expect(stateOf(queue, 1)).toBe('waiting')
    queue = after(queue, interrupted)
    expect(queue.items[0]).toMatchObject({ state: 'failed', reason: 'Lost.' })
  })

  it('retries failed files alone, with all their attempts', () => {
    const queue = run(
      added(1, 2),
      { kind: 'failed', id: 1, reason: 'x' },
      { kind: 'duplicate', id: 2, reason: 'y' },
      { kind: 'retried', ids: [1, 2] },
    )
    expect(queue.items[0]).toMatchObject({ state: 'waiting', reason: null, attempts: 0 })
    expect(stateOf(queue, 2)).toBe('duplicate')
  })

  it('forgets what is open when cancelled and keeps the results', () => {
    const queue = run(
      added(1, 2, 3),
      { kind: 'done', id: 1 },
      { kind: 'started', id: 2 },
      { kind: 'cancelled' },
    )
    expect(queue.items.map((item) => item.id)).toEqual([1])
  })

  it('dismisses the results of one dataset and never an open upload', () => {
    const queue = run(
      { kind: 'added', items: [file(1, 'a'), file(2, 'a'), file(3, 'b')] },
      { kind: 'done', id: 1 },
      { kind: 'done', id: 3 },
      { kind: 'dismissed', dataset: 'a' },
    )
    expect(queue.items.map((item) => item.id)).toEqual([2, 3])
  })
})

describe('the sums', () => {
  it('count each file once and leave the bytes of refused files out', () => {
    const queue = run(
      {
        kind: 'added',
        items: [...[1, 2, 3, 4].map((id) => file(id)), { ...file(5), ignored: 'Not a picture.' }],
      },
      { kind: 'done', id: 1 },
      { kind: 'duplicate', id: 2, reason: 'Taken.' },
      { kind: 'failed', id: 3, reason: 'Broken.' },
    )
    expect(totals(queue)).toEqual({
      files: 5,
      open: 1,
      done: 1,
      duplicate: 1,
      failed: 1,
      ignored: 1,
      bytes: 200,
      sentBytes: 100,
    })
  })

  it('can be those of one dataset', () => {
    const queue = run({ kind: 'added', items: [file(1, 'a'), file(2, 'b')] })
    expect(totals(queue, 'b').files).toBe(1)
  })
})

it('a report has one line per file with its reason', () => {
  const queue = run(added(1, 2), { kind: 'done', id: 1 }, { kind: 'failed', id: 2, reason: 'Cut off.' })
  expect(reportOf(queue.items)).toBe('uploaded\t1.jpg\nfailed\t2.jpg\tCut off.')
})
