/** Leaving the grid with answers that are not on the server yet. */

import { confirm } from '../../ui/confirm.svelte.ts'
import { toasts } from '../../ui/toasts.svelte.ts'
import { counted } from '../format.ts'
import { navigation } from '../navigation.svelte.ts'
import type { GridRoom } from './room.svelte.ts'

const LONGEST_MS = 2000

/** Answers go out before the page is left; what cannot waits on this computer. */
export async function leave(room: GridRoom): Promise<boolean> {
  if (room.unsaved === 0) return true
  const saved = await Promise.race([
    room.flush(),
    new Promise<false>((end) => setTimeout(end, LONGEST_MS, false)),
  ])
  if (saved) return true
  const pictures = counted(room.unsaved, 'picture', 'pictures')
  if (!room.kept) {
    return confirm({
      title: 'Leave and lose these answers?',
      text: [
        `Answers of ${pictures} are only in this tab: the server does not have them, and this browser keeps nothing.`,
      ],
      confirm: 'Leave',
      cancel: 'Stay',
      danger: true,
    })
  }
  const action = { label: 'Show', run: () => void navigation.go('/drafts') }
  const detail = 'They are sent as soon as that is possible.'
  toasts.show('warning', `Answers of ${pictures} wait on this computer`, { detail, action })
  return true
}
