/** Small choices that the browser remembers; without storage they hold until the page is closed. */

const PREFIX = 'labelwright.'

export function readPreference(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

/** A record that was written as JSON; empty when there is none or it cannot be read. */
export function readRecord(name: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readPreference(name) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

export function writePreference(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name)
    else localStorage.setItem(PREFIX + name, value)
  } catch {
    // Storage is blocked.
  }
}
