/** Words of the export format and of older clients; no class may have one as its key. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(
  `geometry geometry_type class_name classification classifications global_classifications classification_type tag
  status label labeler label_classes reviewer image imageId external_image_ID internal_image_ID media mediaId
  external_media_ID internal_media_ID lcentrypoint lcentryline lcentrypolygon lcentryrectangle point line polygon
  rectangle lcentrychecklist lcentryradio lcentryselect checklist radio select lcentrypointvalue lcentrylinevalue
  lcentrypolygonvalue lcentryrectanglevalue lcentrychecklistvalue lcentryradiovalue lcentryselectvalue Dummy_Project
  Dummy_Dataset_One Dummy_Dataset_Two Intersections`.split(/\s+/),
)

const LETTERS: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ł: 'l', þ: 'th', ð: 'd' }

/** An export key from a name: lower case, blanks to `_`, accents off, at most 30 characters. May be empty. */
export function keyFrom(name: string): string {
  return name
    .toLowerCase()
    .replace(/[ßæœøđłþð]/g, (letter) => LETTERS[letter] ?? '')
    .normalize('NFKD')
    .replace(/\s+/g, '_')
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/_+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, 30)
    .replace(/_$/, '')
}

/** `base`, or `base_2`, `base_3` … when it is taken or a word of the export format. */
export function freeKey(base: string, taken: ReadonlySet<string>): string {
  const isFree = (key: string): boolean => !taken.has(key) && !FORBIDDEN_KEYS.has(key)
  if (isFree(base)) return base
  for (let number = 2; ; number++) {
    const key = `${base}_${number}`
    if (isFree(key)) return key
  }
}
