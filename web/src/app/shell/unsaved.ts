import { confirm } from '../../ui/confirm.svelte.ts'
import { navigation } from '../navigation.svelte.ts'

function hold(event: BeforeUnloadEvent): void {
  event.preventDefault()
}

/** Ask before this page is left, by a link, the back button or closing the tab. Returns how to stop asking. */
export function guardUnsaved(text: string): () => void {
  const release = navigation.guard(() =>
    confirm({ title: 'Leave without saving?', text: [text], confirm: 'Leave', cancel: 'Stay', danger: true }),
  )
  addEventListener('beforeunload', hold)
  return () => {
    release()
    removeEventListener('beforeunload', hold)
  }
}
