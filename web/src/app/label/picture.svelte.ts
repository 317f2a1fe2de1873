/** The picture of a task: fetched with its reason when it cannot be shown, and the next one before it is asked for. */

import { displayUrl } from '../../api/datasets.ts'
import { listTasks } from '../../api/tasks.ts'
import type { Medium } from '../../api/types.ts'
import { BitmapSource, type PictureSource } from '../../canvas/picture-source.ts'
import type { Size } from '../../geometry/index.ts'
import { explain } from '../feedback.ts'
import { fetchPicture } from './fetch-picture.ts'

export type PictureState =
  | { readonly phase: 'loading' }
  | { readonly phase: 'shown'; readonly source: PictureSource }
  | { readonly phase: 'failed'; readonly reason: string }

export class Picture {
  state: PictureState = $state.raw({ phase: 'loading' })
  readonly #medium: Medium
  readonly #ends = new AbortController()

  constructor(medium: Medium) {
    this.#medium = medium
    void this.load()
  }

  async load(): Promise<void> {
    this.state = { phase: 'loading' }
    try {
      if (this.#medium.state === 'broken') throw new Error(brokenReason(this.#medium))
      const image = await fetchPicture(displayUrl(this.#medium.id), this.#ends.signal)
      if (this.#ends.signal.aborted) image.close()
      else this.state = { phase: 'shown', source: new BitmapSource(image, sizeOf(this.#medium)) }
    } catch (error) {
      if (!this.#ends.signal.aborted) this.state = { phase: 'failed', reason: explain(error) }
    }
  }

  close(): void {
    this.#ends.abort()
    if (this.state.phase === 'shown') this.state.source.close()
  }
}

function sizeOf({ width, height }: Medium): Size {
  return { w: width ?? 1, h: height ?? 1 }
}

function brokenReason({ reasonText, mediaName }: Medium): string {
  return reasonText ?? `“${mediaName}” cannot be read as a picture.`
}

/** Let the browser fetch the picture that will probably come next; being wrong costs nothing but that. */
export async function prefetchNext(projectId: string, current: string): Promise<void> {
  try {
    const { items } = await listTasks(projectId, { state: ['WAITING', 'WAITING_CHANGED'], limit: 2 })
    const next = items.find(({ mediumId }) => mediumId !== current)
    if (next) await (await fetch(displayUrl(next.mediumId), { priority: 'low' })).blob()
  } catch {
    // It is fetched when it is needed.
  }
}
