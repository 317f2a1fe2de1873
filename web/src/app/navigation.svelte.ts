import { isOurs, routeOf, withQuery } from './router.ts'

/** Answers whether the page may be left. */
export type LeaveGuard = () => boolean | Promise<boolean>

const positionOf = (state: unknown): number => (state as { position?: number } | null)?.position ?? 0

class Navigation {
  url = $state.raw(new URL(location.href))
  readonly route = $derived(routeOf(this.url.pathname))
  #position = positionOf(history.state)
  #guard: LeaveGuard | null = null
  #ignoreNextPop = false

  /** Open a path of the application. */
  async go(path: string, how: { replace?: boolean } = {}): Promise<void> {
    const url = new URL(path, this.url)
    if (url.href === this.url.href) return
    if (url.pathname !== this.url.pathname && !(await this.#mayLeave())) return
    if (how.replace) history.replaceState({ position: this.#position }, '', url)
    else history.pushState({ position: ++this.#position }, '', url)
    this.#arrive(url)
  }

  /** Change the query of the page that is shown; the back button does not stop there unless `push`. */
  query(changes: Record<string, string | readonly string[] | null>, how: { push?: boolean } = {}): void {
    void this.go(this.url.pathname + withQuery(this.url.search, changes), { replace: !how.push })
  }

  /** Ask `guard` before the page is left; returns how to stop asking. */
  guard(guard: LeaveGuard): () => void {
    this.#guard = guard
    return () => {
      if (this.#guard === guard) this.#guard = null
    }
  }

  /** Follow links and the history buttons. Call once. */
  listen(): void {
    history.replaceState({ position: this.#position }, '')
    addEventListener('popstate', (event) => void this.#pop(positionOf(event.state)))
    document.addEventListener('click', (event) => this.#click(event))
  }

  async #mayLeave(): Promise<boolean> {
    if (!this.#guard || (await this.#guard())) {
      this.#guard = null
      return true
    }
    return false
  }

  #arrive(url: URL): void {
    const samePage = url.pathname === this.url.pathname
    this.url = url
    if (!samePage) scrollTo(0, 0)
  }

  async #pop(position: number): Promise<void> {
    if (this.#ignoreNextPop) {
      this.#ignoreNextPop = false
      return
    }
    const url = new URL(location.href)
    if (this.#guard && url.pathname !== this.url.pathname) {
      const back = position - this.#position
      this.#ignoreNextPop = true
      history.go(-back)
      if (await this.#mayLeave()) history.go(back)
      return
    }
    this.#position = position
    this.#arrive(url)
  }

  #click(event: MouseEvent): void {
    if (!isPlain(event)) return
    const link = (event.target as Element | null)?.closest('a')
    if (!link?.href || link.target || link.hasAttribute('download')) return
    const url = new URL(link.href)
    if (!isOurs(url, location.origin) || isPlaceOnPage(url)) return
    event.preventDefault()
    void this.go(url.pathname + url.search + url.hash)
  }
}

function isPlain(event: MouseEvent): boolean {
  const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
  return !event.defaultPrevented && event.button === 0 && !modified
}

function isPlaceOnPage(url: URL): boolean {
  return url.hash !== '' && url.pathname === location.pathname && url.search === location.search
}

export const navigation = new Navigation()
