import { announce, announceLost, type ApiError, NetworkError, problem } from './client.ts'

export interface UploadRequest {
  path: string
  file: Blob
  /** Any script; it travels percent-encoded. */
  name: string
  signal: AbortSignal
  onprogress: (sentBytes: number) => void
}

/**
 * Send one file as the raw body. XMLHttpRequest, because fetch tells nothing about the bytes already sent.
 * Raises ApiError, NetworkError, or AbortError.
 */
export function upload<Answer>(sending: UploadRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = (): void => request.abort()
    request.open('POST', sending.path)
    request.setRequestHeader('X-filename', encodeURIComponent(sending.name))
    request.setRequestHeader('Content-Type', sending.file.type || 'application/octet-stream')
    request.upload.onprogress = (event) => sending.onprogress(event.loaded)
    request.onload = () => settle(request, resolve, reject)
    request.onerror = () => {
      announceLost()
      reject(new NetworkError())
    }
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'))
    request.onloadend = () => sending.signal.removeEventListener('abort', abort)
    sending.signal.addEventListener('abort', abort)
    if (sending.signal.aborted) reject(new DOMException('The upload was stopped.', 'AbortError'))
    else request.send(sending.file)
  })
}

function settle<Answer>(
  request: XMLHttpRequest,
  resolve: (answer: Answer) => void,
  reject: (error: ApiError) => void,
): void {
  if (request.status >= 200 && request.status < 300) {
    announce(null)
    resolve(JSON.parse(request.responseText) as Answer)
    return
  }
  const error = problem(request.status, request.responseText, (name) => request.getResponseHeader(name))
  announce(error)
  reject(error)
}
