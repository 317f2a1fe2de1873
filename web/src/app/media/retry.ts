/** Read a broken medium once more, and say what became of it. */

import { retryMedium } from '../../api/datasets.ts'
import type { Medium } from '../../api/types.ts'
import { toasts } from '../../ui/toasts.svelte.ts'
import { report } from '../feedback.ts'

export async function retry(medium: Medium): Promise<Medium | null> {
  try {
    const now = await retryMedium(medium.id)
    tell(now)
    return now
  } catch (error) {
    report(`“${medium.mediaName}” could not be tried again`, error)
    return null
  }
}

function tell({ mediaName, state, reasonText }: Medium): void {
  const what = `“${mediaName}”`
  if (state === 'ready') toasts.show('success', `${what} can be read now`)
  else if (state === 'pending') toasts.show('info', `${what} is being fetched again`)
  else if (state === 'preparing') toasts.show('info', `${what} is being prepared again`)
  else toasts.show('warning', `${what} is still broken`, reasonText ? { detail: reasonText } : {})
}
