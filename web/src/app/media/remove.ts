import { deleteMedia } from '../../api/datasets.ts'
import type { Dataset } from '../../api/types.ts'
import { confirm } from '../../ui/confirm.svelte.ts'
import { toasts } from '../../ui/toasts.svelte.ts'
import { report } from '../feedback.ts'
import { counted } from '../format.ts'

/** Delete media after asking. Returns whether they are gone. */
export async function removeMedia(dataset: Dataset, ids: readonly string[], name?: string): Promise<boolean> {
  const what = name ? `“${name}”` : counted(ids.length, 'medium', 'media')
  const used = dataset.projectCount
    ? [
        `The dataset is connected to ${counted(dataset.projectCount, 'project')}: the tasks of these media and their labels go with them.`,
      ]
    : []
  const sure = await confirm({
    title: `Delete ${what}?`,
    text: [...used, 'Deleted media are no longer in lists, tasks and exports.'],
    confirm: 'Delete',
    danger: true,
  })
  if (!sure) return false
  try {
    const { deleted } = await deleteMedia([...ids])
    toasts.show('success', `${counted(deleted, 'medium', 'media')} deleted`)
    return true
  } catch (error) {
    report('Nothing was deleted', error)
    return false
  }
}
