import { ApiError, listen } from '../api/client.ts'
import { getSession, getSetUp, signOut } from '../api/session.ts'
import type { Organisation, SessionInfo } from '../api/types.ts'

type Phase = 'loading' | 'signed-out' | 'set-up' | 'signed-in' | 'failed'

class Session {
  phase = $state<Phase>('loading')
  info = $state.raw<SessionInfo | null>(null)
  /** The server ended the session while someone was working; the page stays until they are back. */
  expired = $state(false)
  error = $state.raw<unknown>(null)

  readonly organisations = $derived<Organisation[]>(this.info?.organisations ?? [])
  readonly administered = $derived(this.organisations.filter((one) => one.role === 'admin'))
  readonly isAdmin = $derived(this.administered.length > 0)

  async load(): Promise<void> {
    this.phase = 'loading'
    try {
      this.enter(await getSession())
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) await this.#welcome()
      else this.#fail(error)
    }
  }

  enter(info: SessionInfo): void {
    this.info = info
    this.expired = false
    this.phase = 'signed-in'
  }

  async leave(): Promise<void> {
    await signOut()
    this.info = null
    this.expired = false
    this.phase = 'signed-out'
  }

  /** Somebody else signed in: nothing of the page before may stay. */
  isSomeoneElse(info: SessionInfo): boolean {
    return this.info !== null && this.info.user.id !== info.user.id
  }

  adminOf(organisation: string): boolean {
    return this.administered.some((one) => one.id === organisation)
  }

  async #welcome(): Promise<void> {
    try {
      this.phase = (await getSetUp()).needed ? 'set-up' : 'signed-out'
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.error = error
    this.phase = 'failed'
  }
}

export const session = new Session()

listen({
  signedOut: () => {
    if (session.phase === 'signed-in') session.expired = true
  },
})
