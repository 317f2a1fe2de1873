/** Rules of fields that the server checks as well; here they save a round trip. */

const NAME = /^(?! )[\p{L}\p{M}\p{N}_ .-]{1,128}$/u

export function nameProblem(name: string): string | null {
  if (!name.trim()) return 'Enter a name.'
  if ([...name].length > 128) return 'At most 128 characters.'
  if (!NAME.test(name.trim())) return 'Use letters, digits, spaces, and _ - . only.'
  return null
}

export function lengthProblem(text: string, limit: number): string | null {
  return [...text].length > limit ? `At most ${limit} characters.` : null
}
