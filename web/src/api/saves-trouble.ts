/** What a failed save means. */

import { ApiError, NetworkError, type FieldIssue } from './client.ts'

export interface Trouble {
  /**
   * offline: not reached; server: it failed; signedOut: the session ended; invalid: it refuses this content;
   * refused: it takes nothing more of this person for this task.
   */
  readonly kind: 'offline' | 'server' | 'signedOut' | 'invalid' | 'refused'
  /** Trying again by itself is pointless. */
  readonly blocks: boolean
  readonly message: string
  readonly issues: readonly FieldIssue[]
}

const REFUSED = new Set(['not_your_task', 'task_not_editable', 'wrong_task_state'])
const BEHIND = new Set(['revision_conflict', 'configuration_changed'])

/** `behind`: others saved or the configuration changed, so that loading helps. */
export function failureOf(error: unknown): Trouble | 'behind' {
  if (error instanceof NetworkError) return trouble('offline', false, error.message)
  // Never silently: what nobody foresaw is told, and tried again.
  if (!(error instanceof ApiError)) return trouble('server', false, `Saving failed: ${String(error)}`)
  if (BEHIND.has(error.code)) return 'behind'
  if (error.status === 401) return trouble('signedOut', true, 'You are signed out.')
  if (isPassing(error)) return trouble('server', false, error.message)
  return { ...trouble(isRefusal(error) ? 'refused' : 'invalid', true, error.message), issues: error.issues }
}

/** Another try may well succeed. */
function isPassing({ status }: ApiError): boolean {
  return status >= 500 || status === 429 || status === 408
}

function isRefusal({ status, code }: ApiError): boolean {
  return status === 403 || status === 404 || REFUSED.has(code)
}

function trouble(kind: Trouble['kind'], blocks: boolean, message: string): Trouble {
  return { kind, blocks, message, issues: [] }
}
