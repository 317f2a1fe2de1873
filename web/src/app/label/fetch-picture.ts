import { NetworkError, problem } from '../../api/client.ts'
import { takeEarlyPicture } from '../../api/early.ts'

/** Raises ApiError with the server's reason, NetworkError without one, and whatever the decoder raises. */
export async function fetchPicture(url: string, signal?: AbortSignal): Promise<ImageBitmap> {
  const early = await takeEarlyPicture(url)?.catch(() => undefined)
  if (early) return early
  const response = await ask(url, signal ?? null)
  if (!response.ok) {
    throw problem(response.status, await response.text(), (name) => response.headers.get(name))
  }
  return createImageBitmap(await response.blob())
}

async function ask(url: string, signal: AbortSignal | null): Promise<Response> {
  try {
    return await fetch(url, { signal, credentials: 'same-origin' })
  } catch (error) {
    throw error instanceof TypeError ? new NetworkError() : error
  }
}
