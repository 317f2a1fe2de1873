import { ApiError, NetworkError } from '../../api/client.ts'
import { listMedia, uploadUrl } from '../../api/datasets.ts'
import { upload } from '../../api/upload.ts'
import { explain } from '../feedback.ts'
import { type Found, mediumName, type Naming, refusal } from './files.ts'
import { after, EMPTY, type Happening, type Item, type Pause, startable, totals } from './queue.ts'
import { Rate } from './rate.ts'

const FLUSH_MS = 200
const BUSY_S = 2

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Every upload of this tab. It lives outside the pages, so moving around the application stops nothing. */
class Uploads {
  queue = $state.raw(EMPTY)
  rate = $state<number | null>(null)
  /** Names of the datasets that uploads go to, for the dock. */
  names = $state.raw<ReadonlyMap<string, string>>(new Map())
  /** Treat a name that is taken as done rather than as a failure. */
  skipDuplicates = $state(true)

  readonly totals = $derived(totals(this.queue))
  readonly active = $derived(this.totals.open > 0)

  #files = new Map<number, Blob>()
  #aborts = new Map<number, AbortController>()
  #progress = new Map<number, number>()
  /** Files that were on their way before and were cut short: all their bytes may have arrived. */
  #cut = new Set<number>()
  #flush: ReturnType<typeof setTimeout> | undefined
  #nextId = 1
  #speed = new Rate()
  #settledBytes = 0

  add(dataset: { id: string; name: string }, found: readonly Found[], naming: Naming): void {
    const items = found.map(({ file, path }) => {
      const ignored = refusal(path, file.type)
      const id = this.#nextId++
      if (ignored === null) this.#files.set(id, file)
      const item = { id, dataset: dataset.id, name: mediumName(path, naming), size: file.size }
      return ignored === null ? item : { ...item, ignored }
    })
    this.names = new Map(this.names).set(dataset.id, dataset.name)
    this.#happen({ kind: 'added', items })
  }

  pause(by: Pause = 'person'): void {
    this.#happen({ kind: 'paused', by })
    this.#abortAll()
    this.#speed.clear()
    this.rate = null
  }

  resume(): void {
    this.#happen({ kind: 'resumed' })
  }

  /** Go on after what stopped the queue by itself is over. */
  resumeAfter(by: Pause): void {
    if (this.queue.paused === by) this.resume()
  }

  retry(items: readonly Item[]): void {
    this.#happen({ kind: 'retried', ids: items.map((item) => item.id) })
  }

  cancel(): void {
    this.#happen({ kind: 'cancelled' })
    this.#abortAll()
    this.#forget()
  }

  dismiss(dataset: string): void {
    this.#happen({ kind: 'dismissed', dataset })
    this.#forget()
  }

  /** Let go of the files that no item needs any more. */
  #forget(): void {
    const kept = new Set(this.queue.items.map((item) => item.id))
    for (const id of this.#files.keys()) if (!kept.has(id)) this.#files.delete(id)
  }

  #happen(happening: Happening): void {
    this.queue = after(this.queue, happening)
    // One by one: what is started must be seen as started before the next is looked for.
    for (let [item] = startable(this.queue); item; [item] = startable(this.queue)) {
      this.queue = after(this.queue, { kind: 'started', id: item.id })
      void this.#send(item)
    }
    if (!this.active) this.#rest()
  }

  #rest(): void {
    this.#speed.clear()
    this.rate = null
  }

  #abortAll(): void {
    for (const abort of this.#aborts.values()) abort.abort()
    this.#aborts.clear()
  }

  async #send(item: Item): Promise<void> {
    const file = this.#files.get(item.id)
    if (!file) return
    const abort = new AbortController()
    this.#aborts.set(item.id, abort)
    abort.signal.addEventListener('abort', () => this.#cut.add(item.id))
    try {
      await upload({
        path: uploadUrl(item.dataset),
        file,
        name: item.name,
        signal: abort.signal,
        onprogress: (sent) => this.#progressed(item.id, sent),
      })
      this.#done(item)
    } catch (error) {
      if (!abort.signal.aborted) await this.#failed(item, error, abort.signal)
    } finally {
      this.#progress.delete(item.id)
      if (this.#aborts.get(item.id) === abort) this.#aborts.delete(item.id)
    }
  }

  #done(item: Item): void {
    this.#files.delete(item.id)
    this.#settledBytes += item.size
    this.#happen({ kind: 'done', id: item.id })
  }

  async #failed(item: Item, error: unknown, stopped: AbortSignal): Promise<void> {
    const reason = explain(error)
    const { id } = item
    const pause = stops(error)
    if (pause) {
      this.#cut.add(id)
      this.pause(pause)
      this.#happen({ kind: 'interrupted', id, reason })
    } else if (isBusy(error)) {
      await wait((error.retryAfterS ?? BUSY_S) * 1000)
      if (!stopped.aborted) this.#happen({ kind: 'interrupted', id, reason })
    } else if (error instanceof ApiError && error.code === 'name_taken') {
      await this.#taken(item, reason)
    } else {
      this.#happen({ kind: 'failed', id, reason })
    }
  }

  async #taken(item: Item, reason: string): Promise<void> {
    if (this.#cut.has(item.id) && (await arrived(item))) this.#done(item)
    else this.#happen({ kind: this.skipDuplicates ? 'duplicate' : 'failed', id: item.id, reason })
  }

  /** Many progress events become one change of the queue. */
  #progressed(id: number, sent: number): void {
    this.#progress.set(id, sent)
    if (this.#flush === undefined) this.#flush = setTimeout(() => this.#flushed(), FLUSH_MS)
  }

  #flushed(): void {
    this.#flush = undefined
    this.queue = after(this.queue, { kind: 'progressed', sent: this.#progress })
    const onTheirWay = this.queue.items.reduce(
      (sum, item) => sum + (item.state === 'sending' ? item.sent : 0),
      0,
    )
    this.#speed.add(performance.now(), this.#settledBytes + onTheirWay)
    this.rate = this.#speed.perSecond()
  }
}

/** Failures that every other file would meet as well. */
function stops(error: unknown): Pause | null {
  if (error instanceof NetworkError) return 'connection'
  if (!(error instanceof ApiError)) return null
  if (error.status === 401) return 'session'
  return error.status === 507 ? 'storage' : null
}

function isBusy(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 429 || error.status === 503)
}

/** Whether the dataset has this very file, because an upload that was cut short had arrived after all. */
async function arrived(item: Item): Promise<boolean> {
  try {
    const { items } = await listMedia(item.dataset, { search: item.name })
    return items.some((medium) => medium.mediaName === item.name && medium.size === item.size)
  } catch {
    return false
  }
}

export const uploads = new Uploads()
