import { getEffects } from '../../api/projects.ts'
import type { Project } from '../../api/types.ts'
import { confirm } from '../../ui/confirm.svelte.ts'
import { counted } from '../format.ts'
import { find, places, toInput } from './draft.ts'
import type { ConfigurationEditor } from './editor.svelte.ts'

/** What removing a saved class would take with it, in words; null when the server cannot be asked. */
async function cost(project: Project, editor: ConfigurationEditor, uid: string): Promise<string | null> {
  try {
    const { removedClasses } = await getEffects(project.id, toInput(editor.savedWithout(uid)))
    const annotations = removedClasses.reduce((sum, one) => sum + one.annotations, 0)
    const answers = removedClasses.reduce((sum, one) => sum + one.answers, 0)
    if (!annotations && !answers) return 'Nothing has been labelled with it yet.'
    const lost = [
      annotations ? counted(annotations, 'annotation') : '',
      answers ? counted(answers, 'answer') : '',
    ]
    return `Saving then deletes ${lost.filter(Boolean).join(' and ')} of existing tasks.`
  } catch {
    return null
  }
}

/** Take a class out of the draft; a class that exists on the server only after asking. */
export async function removeClass(project: Project, editor: ConfigurationEditor, uid: string): Promise<void> {
  const node = find(editor.draft, uid)?.node
  if (!node) return
  const nested = [...places(node.children)].length
  if (node.id !== null) {
    const sure = await confirm({
      title: `Remove “${node.name || node.key}”?`,
      text: [
        ...(nested ? [`${counted(nested, 'nested class', 'nested classes')} go with it.`] : []),
        (await cost(project, editor, uid)) ?? 'Labels made with it are deleted when you save.',
        'Nothing happens to the labels before you save the configuration, and you can undo this until then.',
      ],
      confirm: 'Remove',
      danger: true,
    })
    if (!sure) return
  }
  editor.remove(uid)
}
