import type { Dataset } from '../../api/types.ts'
import { confirm } from '../../ui/confirm.svelte.ts'
import { toasts } from '../../ui/toasts.svelte.ts'
import { report } from '../feedback.ts'
import { counted } from '../format.ts'
import { chosenFiles, clashes, droppedFiles, type Found } from './files.ts'
import { uploads } from './uploads.svelte.ts'

async function start(dataset: Dataset, found: readonly Found[]): Promise<void> {
  if (!found.length) {
    toasts.show('info', 'No files in there')
    return
  }
  const same = clashes(found.map((one) => one.path))
  const byPath =
    same > 0 &&
    (await confirm({
      title: 'Some files have the same name',
      text: [
        `${counted(same, 'file')} in different folders share a name, and a name stands once in a dataset.`,
        'Put the folders in front of the names (“day1_left_0001.jpg”)? Otherwise only the first of each name is uploaded.',
      ],
      confirm: 'Use folder names',
      cancel: 'Keep file names',
    }))
  uploads.add(dataset, found, byPath ? 'path' : 'file')
}

export function chooseUpload(dataset: Dataset, files: FileList): Promise<void> {
  return start(dataset, chosenFiles(files))
}

/** Must be called in the drop event itself. */
export async function dropUpload(dataset: Dataset, data: DataTransfer): Promise<void> {
  try {
    await start(dataset, await droppedFiles(data))
  } catch (error) {
    report('The dropped files could not be read', error)
  }
}
