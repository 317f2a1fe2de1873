import { problem } from '../../api/client.ts'
import { takeEarlyPicture } from '../../api/early.ts'

/** Raises ApiError with the server's reason, and whatever `fetch` and the decoder raise. */
export async function fetchPicture(url: string, signal?: AbortSignal): Promise<ImageBitmap> {
  const early = await takeEarlyPicture(url)?.catch(() => undefined)
  if (early) return early
  const response = await fetch(url, { signal: signal ?? null, credentials: 'same-origin' })
  if (!response.ok) {
    throw problem(response.status, await response.text(), (name) => response.headers.get(name))
  }
  return createImageBitmap(await response.blob())
}
