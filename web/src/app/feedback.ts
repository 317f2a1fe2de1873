import { ApiError } from '../api/client.ts'
import { toasts } from '../ui/toasts.svelte.ts'

/** The sentence that a person reads about a failure. */
export function explain(error: unknown): string {
  if (error instanceof Error && error.message) return error.message
  return 'Something went wrong. Please try again.'
}

/** Say in a toast what could not be done and why. */
export function report(what: string, error: unknown): void {
  toasts.show('danger', what, { detail: explain(error) })
}

/** The message beside one field of a form, from a refused request. */
export function fieldError(error: unknown, field: string): string | undefined {
  return error instanceof ApiError ? error.issue(field) : undefined
}

/** What a form shows above its fields: everything that no field shows. */
export function formError(error: unknown, fields: readonly string[]): string | null {
  if (error === null || error === undefined) return null
  const shown = fields.some((field) => fieldError(error, field))
  return shown ? null : explain(error)
}
