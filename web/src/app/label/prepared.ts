/** One task that is loaded before it is anybody's: its labels here, its decoded picture with the early answers. */

import { displayUrl } from '../../api/datasets.ts'
import { askEarly, forgetEarlyPictures, peekEarlyPicture } from '../../api/early.ts'
import { getTask, type TaskDetail } from '../../api/labels.ts'
import type { HandOut } from '../../api/tasks.ts'
import { SCALING } from '../../canvas/picture-source.ts'

const SMALL = 64
const IDLE_MS = 1000

let prepared: TaskDetail | null = null
let handedOut: TaskDetail | null = null

/** Raises ApiError and NetworkError. */
export async function prepare(taskId: string): Promise<void> {
  if (prepared?.task.id === taskId) return
  prepared = null
  askEarly(taskId)
  prepared = await getTask(taskId)
  void warm(prepared.medium.id)
}

/** Scale the picture once: the browser keeps what it needs for that, and the first paint takes half as long. */
async function warm(mediumId: string): Promise<void> {
  const image = await peekEarlyPicture(displayUrl(mediumId))?.catch(() => undefined)
  if (image) whenIdle(() => scaleOnce(image))
}

function scaleOnce(image: ImageBitmap): void {
  // It was taken and closed meanwhile.
  if (image.width === 0) return
  const context = new OffscreenCanvas(SMALL, SMALL).getContext('2d', { willReadFrequently: true })
  if (context === null) return
  context.imageSmoothingQuality = SCALING
  context.drawImage(image, 0, 0, SMALL, SMALL)
  context.getImageData(0, 0, 1, 1)
}

/** Safari has no idle callbacks. */
function whenIdle(call: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(call, { timeout: IDLE_MS })
  else setTimeout(call, IDLE_MS)
}

/** The server gave a task to this person: what was loaded of it is taken if nothing of it changed since. */
export function handOver({ task, configurationRevision }: HandOut): void {
  const detail = prepared
  prepared = null
  const isLatest =
    task !== null &&
    detail?.task.id === task.id &&
    detail.revision === task.revision &&
    detail.configuration.revision === configurationRevision
  handedOut = isLatest ? { ...detail, task, editable: true, readOnlyReason: null } : null
}

/** Whether a task opens without another answer of the server. */
export function isHandedOut(taskId: string): boolean {
  return handedOut?.task.id === taskId
}

export function takePrepared(taskId: string): TaskDetail | null {
  const detail = handedOut
  handedOut = null
  return detail?.task.id === taskId ? detail : null
}

export function forgetPrepared(): void {
  prepared = handedOut = null
  forgetEarlyPictures()
}
