/** What stands in the way of saving, in one calm sentence; null while nothing does. */

import type { KeepTrouble } from '../../api/saves-keeper.ts'
import type { SaveStatus } from '../../api/saves.ts'
import { counted } from '../format.ts'

export interface SaveNotice {
  readonly kind: 'away' | 'refused' | 'unkept'
  readonly tone: 'warning' | 'danger'
  readonly text: string
  /** For the ears: the same for each stroke, so that it is said once. */
  readonly spoken: string
}

const UNKEPT: Readonly<Record<KeepTrouble, string>> = {
  unavailable: 'This browser keeps nothing for this page, perhaps because the window is a private one.',
  full: 'There is no space left on this computer to keep work that is not sent yet.',
  failing: 'This browser fails to keep work that is not sent yet.',
}
const ONLY_HERE = 'Do not close this tab before it says “Saved”.'

/** Ended sessions and tasks that were taken away have dialogs of their own. */
export function noticeOf(save: SaveStatus, online: boolean): SaveNotice | null {
  const kind = save.trouble?.kind
  if (kind === 'signedOut' || kind === 'refused') return null
  if (kind === 'invalid') return refused(save)
  if (!online || kind === 'offline') return away(save, 'No connection to the server.')
  if (kind === 'server') return away(save, 'The server has trouble saving.')
  if (save.keepTrouble === null) return null
  const text = `${UNKEPT[save.keepTrouble]} ${ONLY_HERE}`
  return { kind: 'unkept', tone: 'warning', text, spoken: text }
}

function away({ keepTrouble, unsaved }: SaveStatus, what: string): SaveNotice {
  const edits = counted(unsaved, 'edit')
  if (keepTrouble !== null) {
    const waiting = unsaved === 0 ? '' : ` ${edits} ${unsaved === 1 ? 'is' : 'are'} only in this tab.`
    const spoken = `${what} ${UNKEPT[keepTrouble]} ${ONLY_HERE}`
    return { kind: 'away', tone: 'danger', text: `${what}${waiting} ${ONLY_HERE}`, spoken }
  }
  const spoken = `${what} Go on: your work is kept on this computer.`
  if (unsaved === 0) return { kind: 'away', tone: 'warning', text: spoken, spoken }
  const text = `${what} ${edits} ${unsaved === 1 ? 'waits' : 'wait'} on this computer. Go on.`
  return { kind: 'away', tone: 'warning', text, spoken }
}

function refused({ unsaved, trouble }: SaveStatus): SaveNotice {
  const spoken = `The server does not take your last edits. ${trouble?.message ?? ''}`.trim()
  const text = `The server does not take ${counted(unsaved, 'edit')}. ${trouble?.message ?? ''}`.trim()
  return { kind: 'refused', tone: 'danger', text, spoken }
}
