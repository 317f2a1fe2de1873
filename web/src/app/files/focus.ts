import { tick } from 'svelte'

/** Where a control went away with the focus on it, let the keyboard go on at what says how things stand. */
export async function keepFocus(place: HTMLElement | undefined): Promise<void> {
  await tick()
  if (document.activeElement === null || document.activeElement === document.body) place?.focus()
}

/** What was begun or opened may lie above or below what is in sight. */
export function reveal(place: HTMLElement | undefined): void {
  place?.scrollIntoView({ block: 'center' })
}
