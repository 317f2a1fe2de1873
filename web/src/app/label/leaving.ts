/** Leaving label mode with work that is not on the server yet. */

import { toasts } from '../../ui/toasts.svelte.ts'
import { navigation } from '../navigation.svelte.ts'
import type { Desk } from './desk.svelte.ts'
import { settleField } from './fields.ts'
import { confirm } from '../../ui/confirm.svelte.ts'
import { counted } from '../format.ts'
import type { Left } from '../../api/saves-leftovers.ts'

/** Work goes out before the page is left; what cannot waits on this computer. */
export async function leave(desk: Desk): Promise<boolean> {
  settleField()
  if (desk.save.unsaved === 0) return true
  const saved = await Promise.race([desk.flush(), new Promise<false>((end) => setTimeout(end, 2000, false))])
  if (saved) return true
  if (!desk.save.kept) {
    return confirm({
      title: 'Leave and lose this work?',
      text: [
        `${counted(desk.save.unsaved, 'edit')} of “${desk.task.mediumName}” are only in this tab: the server does not have them, and this browser keeps nothing.`,
      ],
      confirm: 'Leave',
      cancel: 'Stay',
      danger: true,
    })
  }
  const action = { label: 'Show', run: () => void navigation.go('/drafts') }
  const detail = desk.save.trouble?.message ?? 'It is sent as soon as that is possible.'
  toasts.show('warning', `Work on “${desk.task.mediumName}” waits on this computer`, { detail, action })
  return true
}

/** Tell what other pictures wait on this computer. */
export async function tellLeftovers(desk: Desk): Promise<void> {
  const left = await desk.sendLeftovers()
  if (left.length === 0) return
  const [{ draft, reason }] = left as [Left]
  const what = left.length === 1 ? `“${draft.title}”` : `${left.length} other pictures`
  const action = { label: 'Show', run: () => void navigation.go('/drafts') }
  const detail = left.length === 1 ? reason : 'The server does not have it yet.'
  toasts.show('warning', `Work on ${what} waits on this computer`, { detail, action })
}
