import { listen } from '../api/client.ts'

const RETRY_MS = 4000
const VERSION_CHECK_MS = 10 * 60_000

/** Whether the server can be reached, and whether it serves a newer application than this one. */
class Connection {
  online = $state(true)
  newVersion = $state(false)
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastVersionCheck = Date.now()

  listen(): void {
    listen({ reached: (online) => this.#reached(online) })
    addEventListener('offline', () => this.#reached(false))
    addEventListener('online', () => void this.check())
    addEventListener('vite:preloadError', () => (this.newVersion = true))
    document.addEventListener('visibilitychange', () => {
      const due = Date.now() - this.#lastVersionCheck > VERSION_CHECK_MS
      if (document.visibilityState === 'visible' && due) void this.#compareVersion()
    })
  }

  /** Ask the server whether it is there. */
  async check(): Promise<void> {
    try {
      const answer = await fetch('/health', { cache: 'no-store' })
      this.#reached(answer.ok)
    } catch {
      this.#reached(false)
    }
  }

  #reached(online: boolean): void {
    clearTimeout(this.#timer)
    if (!online) this.#timer = setTimeout(() => void this.check(), RETRY_MS)
    if (online && !this.online) void this.#compareVersion()
    this.online = online
  }

  /** A new build has other file names in its start page. */
  async #compareVersion(): Promise<void> {
    this.#lastVersionCheck = Date.now()
    const own = document.querySelector<HTMLScriptElement>('script[type=module][src]')?.getAttribute('src')
    try {
      const page = await (await fetch('/', { cache: 'no-store' })).text()
      if (own && page.includes('type="module"') && !page.includes(own)) this.newVersion = true
    } catch {
      // Still away: the next answer asks again.
    }
  }
}

export const connection = new Connection()
