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
