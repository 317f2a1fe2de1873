/** Files that are dragged over a page. Where nobody takes them, a browser would leave the page and open them. */

export function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false
}

/** A dialog has a place of its own for files, or none. */
export function isInDialog(event: DragEvent): boolean {
  return event.target instanceof Element && event.target.closest('dialog') !== null
}

/** Take nothing that nobody has taken, and say so at the pointer. */
export function refuseStray(event: DragEvent): void {
  if (event.defaultPrevented || !carriesFiles(event) || !event.dataTransfer) return
  event.preventDefault()
  event.dataTransfer.dropEffect = 'none'
}
