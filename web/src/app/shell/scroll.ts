/** Show the page from its top, as after turning to the next rows of a list. */
export function toTop(): void {
  document.getElementById('main')?.scrollTo(0, 0)
}
