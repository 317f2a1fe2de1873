import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withAnnotations, type AnnotationId, type Document } from '../core/document.ts'
import { ApiError } from './client.ts'
import type { SaveBody } from './labels.ts'
import { memoryDrafts, type Draft, type DraftStore } from './saves-drafts.ts'
import { openTask } from './saves-open.ts'
import { sameContent } from './saves-rebase.ts'
import type { Side } from './saves-resolve.ts'
import { documentOf, HandClock, MARKS, pointAt, Screen, ServerInMemory, WEATHER } from './saves-samples.ts'
import { SaveQueue } from './saves.ts'

const NEVER = new Promise<never>(() => undefined)

type Edit = (document: Document) => Document
type Action = (world: World) => Promise<void> | void

/** One browser with tabs that come and go, one server, other people, a network that fails in every way. */
class World {
  readonly clock = new HandClock()
  readonly drafts: DraftStore = { ...memoryDrafts(), lasting: true }
  readonly server = new ServerInMemory(documentOf(pointAt('a', 0), pointAt('b', 0)))
  readonly side: Side
  tabs: Tab[] = []
  doubling = false
  /** Frozen tabs do not answer, so that others think them dead. */
  frozen = false
  /** From then on a draft may stand under the name of the tab that took it over. */
  wasFrozen = false
  readonly refused: SaveBody[] = []
  /** Sent before the browser kept it. */
  readonly unkept: SaveBody[] = []
  #made = 0

  constructor(side: Side) {
    this.side = side
  }

  newId(): string {
    return `id-${String(++this.#made).padStart(6, '0')}`
  }

  async save(body: SaveBody): ReturnType<ServerInMemory['save']> {
    const kept = await this.drafts.list('ada')
    const isKept = kept.some(({ sent }) => sent?.changeId === body.changeId)
    if (!isKept && !this.wasFrozen) this.unkept.push(body)
    if (this.doubling) void this.server.save(body).catch(() => undefined)
    try {
      return await this.server.save(body)
    } catch (error) {
      if (error instanceof ApiError && error.status === 422) this.refused.push(body)
      throw error
    }
  }

  async open(): Promise<void> {
    const tab = new Tab(this)
    const opening = tab.open().catch(() => null)
    await this.clock.pass(0)
    if ((await opening) !== null) this.tabs.push(tab)
  }

  async settle(): Promise<void> {
    Object.assign(this.server, { reachable: true, losing: 0, refusal: null })
    this.doubling = false
    if (this.tabs.length === 0) await this.open()
    for (let round = 0; round < 4; round++) {
      for (const tab of this.tabs) tab.queue!.retry()
      await this.clock.pass(120_000)
      for (const tab of this.tabs) tab.queue!.refresh(this.server.revision)
    }
  }
}

class Tab {
  readonly id: string
  readonly screen = new Screen(documentOf())
  readonly #world: World
  queue: SaveQueue | null = null
  isAlive = true

  constructor(world: World) {
    this.#world = world
    this.id = world.newId()
    this.screen.side = world.side
  }

  async open(): Promise<void> {
    const { clock, server, tabs } = this.#world
    const opened = await openTask({
      taskId: 'task',
      tabId: this.id,
      userId: 'ada',
      drafts: this.#store(),
      nowMs: () => clock.nowMs(),
      newId: () => this.#world.newId(),
      isAlive: async (id) => !this.#world.frozen && tabs.some((tab) => tab.id === id),
      load: () => server.load(),
      save: (body) => this.#world.save(body),
      decide: (conflicts) => this.screen.decide(conflicts),
    })
    this.screen.shown = opened.document
    this.queue = new SaveQueue(opened.start, {
      server: { load: () => server.load(), save: (body) => (this.isAlive ? this.#world.save(body) : NEVER) },
      drafts: this.#store(),
      host: this.screen,
      timing: clock,
      newId: () => this.#world.newId(),
    })
  }

  edit(edit: Edit): void {
    const difference = this.screen.edit(edit)
    if (difference.annotations.size + difference.answers.size > 0) this.queue!.add(difference)
  }

  /** Gone from one moment to the next: nothing more is written, no answer is seen. */
  crash(): void {
    this.isAlive = false
    void this.queue!.close()
    this.#world.tabs = this.#world.tabs.filter((tab) => tab !== this)
  }

  #store(): DraftStore {
    const { drafts } = this.#world
    return {
      ...drafts,
      put: (draft: Draft, replaced) => (this.isAlive ? drafts.put(draft, replaced) : NEVER),
      remove: (taskId, tabId) => (this.isAlive ? drafts.remove(taskId, tabId) : NEVER),
    }
  }
}

const at = (id: string, x: number, parentId: string | null = null): Edit => {
  return named(`at ${id} ${x} in ${parentId}`, (document: Document) => {
    const known = document.annotations.get(id as AnnotationId)
    const parent = known === undefined ? parentId : known.parentId
    const fits = parent === null || document.annotations.get(parent as AnnotationId)?.parentId === null
    return fits
      ? withAnnotations(document, [[id as AnnotationId, pointAt(id, x, undefined, parent)]])
      : document
  })
}

const without = (id: string): Edit => {
  return named(`without ${id}`, (document: Document) => {
    const family = [...document.annotations.values()].filter((each) => each.id === id || each.parentId === id)
    return withAnnotations(
      document,
      family.map((each) => [each.id, undefined] as const),
    )
  })
}

const answering = (id: string, answer: string | readonly string[] | null): Edit => {
  return named(`${id} is ${String(answer)}`, (document: Document) => ({
    ...document,
    answers: { ...document.answers, [id]: answer },
  }))
}

const id = fc.constantFrom('a', 'b', 'c', 'd')
const x = fc.integer({ min: 1, max: 99 })
const adding: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(id, x).map(([name, place]) => at(name, place)),
  fc.tuple(fc.constantFrom('n', 'm'), x, id).map(([name, place, parent]) => at(name, place, parent)),
  fc.constantFrom('sun', 'rain', null).map((answer) => answering(WEATHER, answer)),
  fc.subarray(['flag', 'name']).map((answer) => answering(MARKS, answer)),
)
const anyEdit = fc.oneof({ weight: 3, arbitrary: adding }, { weight: 1, arbitrary: id.map(without) })

/** Counterexamples say what happened. */
function named<Named extends Edit | Action>(name: string, does: Named): Named {
  return Object.assign(does, { [fc.toStringMethod]: () => name, toString: () => name })
}

function actions(edit: fc.Arbitrary<Edit>): fc.Arbitrary<readonly Action[]> {
  const does = (name: string, action: Action): fc.Arbitrary<Action> => fc.constant(named(name, action))
  const stroke = fc.tuple(edit, fc.nat(1)).map(([change, which]) =>
    named(`tab ${which}: ${String(change)}`, (world: World) => {
      world.tabs[which % Math.max(1, world.tabs.length)]?.edit(change)
    }),
  )
  const others = edit.map((change) =>
    named(`others: ${String(change)}`, ({ server }: World) => server.change(change)),
  )
  const time = fc
    .constantFrom(0, 100, 200, 5000)
    .map((ms) => named(`${ms} ms`, (world: World) => world.clock.pass(ms)))
  const happening = fc.oneof(
    does('network', ({ server }) => void (server.reachable = !server.reachable)),
    does('answer lost', ({ server }) => void (server.losing = 1)),
    does('doubling', (world) => void (world.doubling = !world.doubling)),
    does('signed out', ({ server }) => void (server.refusal = new ApiError(401, { code: 'not_signed_in' }))),
    does('server fails', ({ server }) => void (server.refusal = new ApiError(503, {}))),
    does('well again', ({ server, tabs }) => {
      server.refusal = null
      for (const tab of tabs) tab.queue!.retry()
    }),
    does('frozen', (world) => {
      world.frozen = !world.frozen
      world.wasFrozen = true
    }),
    does('clock goes back', ({ clock }) => void (clock.skewMs -= 60_000)),
    does('crash', ({ tabs }) => tabs[0]?.crash()),
    does('open', (world) => (world.tabs.length < 2 ? world.open() : undefined)),
  )
  return fc.array(
    fc.oneof(
      { weight: 5, arbitrary: stroke },
      { weight: 1, arbitrary: others },
      { weight: 3, arbitrary: time },
      { weight: 2, arbitrary: happening },
    ),
    { minLength: 4, maxLength: 40 },
  )
}

async function lived(side: Side, happened: readonly Action[]): Promise<World> {
  const world = new World(side)
  await world.open()
  for (const action of happened) await action(world)
  await world.settle()
  return world
}

function same(a: Document, b: Document): boolean {
  const ids = new Set([...a.annotations.keys(), ...b.annotations.keys()])
  const answers = (of: Document): string => JSON.stringify(Object.entries(of.answers).sort())
  return (
    [...ids].every((each) => sameContent(a.annotations.get(each), b.annotations.get(each))) &&
    answers(a) === answers(b)
  )
}

const side = fc.constantFrom<Side>('mine', 'theirs', 'both')

test('whatever happens, in the end the server has what the screens show, and nothing waits', async () => {
  await fc.assert(
    fc.asyncProperty(side, actions(anyEdit), async (chosen, happened) => {
      const world = await lived(chosen, happened)
      expect(world.refused.map((each) => JSON.stringify(each))).toEqual([])
      expect(world.unkept).toEqual([])
      for (const { screen } of world.tabs) {
        expect(screen.status_).toMatchObject({ state: 'saved', unsaved: 0 })
        expect(same(screen.shown, world.server.document)).toBe(true)
      }
      const alive = new Set(world.tabs.map((tab) => tab.id))
      const kept = await world.drafts.list('ada')
      expect(kept.filter(({ tabId }) => alive.has(tabId))).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('where nobody deletes, everything that was ever drawn is there in the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom<Side>('mine', 'both'), actions(adding), async (chosen, happened) => {
      const drawn = new Set<string>()
      const noting = happened.map((action): Action => {
        return async (world) => {
          await action(world)
          const kept = world.tabs.filter(({ screen }) => screen.status_?.kept)
          for (const { screen } of kept) for (const name of screen.shown.annotations.keys()) drawn.add(name)
        }
      })
      const world = await lived(chosen, [...noting, (end) => end.clock.pass(10)])
      while (world.tabs.length > 0) world.tabs[0]!.crash()
      await world.settle()
      expect(
        [...drawn].filter((name) => !world.server.document.annotations.has(name as AnnotationId)),
      ).toEqual([])
    }),
    { numRuns: 300 },
  )
})
