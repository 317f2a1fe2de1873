import type { Medium } from '../../api/types.ts'

const TYPES: Record<string, string> = {
  'image/jpeg': 'JPEG',
  'image/png': 'PNG',
  'image/webp': 'WebP',
  'image/bmp': 'BMP',
  'image/tiff': 'TIFF',
  'image/gif': 'GIF',
}

export function typeName(contentType: string | null): string {
  return contentType ? (TYPES[contentType] ?? contentType) : '–'
}

/** What a medium waits for, where it does: a link for the server, a very large picture for its tiles. */
export function waitsFor({ state, progress }: Pick<Medium, 'state' | 'progress'>): string | null {
  if (state === 'pending') return 'Being fetched'
  return state === 'preparing' ? `Being prepared, ${progress ?? 0} %` : null
}
