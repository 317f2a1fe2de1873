/** Copy and paste: within a picture, from one to the next, and between tabs of this browser. */

import type { Editor } from '../../core/index.ts'
import { copied, pasted } from '../../tools/copies.ts'
import { session } from '../session.svelte.ts'
import { keepCopies, keptCopies } from './kept-copies.ts'

const userId = (): string => session.info?.user.id ?? ''

export async function copySelection(editor: Editor): Promise<void> {
  const copies = copied(editor.scene())
  if (copies === null) return editor.say({ code: 'nothing_selected', text: 'Select what to copy first.' })
  await keepCopies(userId(), copies)
  const count = copies.annotations.length
  editor.say({ code: 'copied', text: count === 1 ? 'Copied.' : `${count} annotations copied.` })
}

/** Around the pointer, or in the place that it was copied from. */
export async function paste(editor: Editor, inPlace = false): Promise<void> {
  const copies = await keptCopies(userId())
  if (copies === null) return editor.say({ code: 'nothing_to_paste', text: 'Nothing was copied yet.' })
  const { edit, select, message } = pasted(copies, editor.scene(), inPlace)
  if (edit !== undefined && !editor.commit(edit.name, edit.edit)) return
  if (select !== undefined) editor.select(select)
  if (message !== undefined) editor.say(message)
}
