/** Fields beside the picture that keys and messages lead to. */

import type { AnnotationId } from '../../core/index.ts'
import { questionMark } from './questions.ts'

export function focusQuestionField(owner: AnnotationId | null, question: string): void {
  const mark = CSS.escape(questionMark(owner, question))
  const field = document.querySelector<HTMLElement>(`[data-question="${mark}"]`)
  const target =
    field?.querySelector<HTMLElement>('input:checked') ??
    field?.querySelector<HTMLElement>('input, select, textarea')
  target?.focus()
  field?.scrollIntoView({ block: 'nearest' })
}

/** False when no points are typed now. */
export function focusTypedPlace(): boolean {
  const field = document.querySelector<HTMLElement>('[data-typed-place]')
  field?.focus()
  return field !== null
}

/** What is being typed counts only when its field is left: leave it, and come back. */
export function settleField(): void {
  const field = document.activeElement
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return
  field.blur()
  field.focus({ preventScroll: true })
}
