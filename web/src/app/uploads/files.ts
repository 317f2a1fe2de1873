/** From what was dropped or chosen to files with names. */

export interface Found {
  file: File
  /** With its folders: `holiday/day 1/a.jpg`. */
  path: string
}

const PICTURES = /\.(jpe?g|jpe|jfif|png|webp|bmp|dib|tiff?|gif)$/i

/** Why a file is not sent; null when it is. A file without extension is left to the server's judgement. */
export function refusal(path: string, type: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name.startsWith('.') || /^(thumbs\.db|desktop\.ini)$/i.test(name)) return 'A hidden file of the system.'
  if (type.startsWith('image/') || PICTURES.test(name) || !name.includes('.')) return null
  return 'Not a picture (JPEG, PNG, WebP, BMP, TIFF or GIF).'
}

export type Naming = 'file' | 'path'

/** The medium's name: the file's own, or with its folders in front. */
export function mediumName(path: string, naming: Naming): string {
  const parts = path.split('/').filter(Boolean)
  return naming === 'path' ? parts.join('_') : (parts.at(-1) ?? path)
}

/** How many files share their own name with another one. */
export function clashes(paths: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const path of paths) {
    const name = mediumName(path, 'file')
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts.values()].filter((times) => times > 1).reduce((sum, times) => sum + times, 0)
}

export function chosenFiles(files: FileList): Found[] {
  return [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }))
}

/** Everything in a drop, folders included. Must be called in the event itself: the data is gone afterwards. */
export function droppedFiles(data: DataTransfer): Promise<Found[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null)
  const plain = [...data.files].map((file) => ({ file, path: file.name }))
  if (!entries.some((entry) => entry?.isDirectory)) return Promise.resolve(plain)
  return walked(entries.filter((entry) => entry !== null))
}

async function walked(entries: readonly FileSystemEntry[]): Promise<Found[]> {
  const found: Found[] = []
  const open = [...entries].reverse()
  for (let entry = open.pop(); entry; entry = open.pop()) {
    if (entry.isDirectory) open.push(...(await childrenOf(entry as FileSystemDirectoryEntry)).reverse())
    else found.push(await fileOf(entry as FileSystemFileEntry))
  }
  return found
}

/** A folder answers in portions and says with an empty one that there is no more. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (!some.length) return all
    all.push(...some)
  }
}

async function fileOf(entry: FileSystemFileEntry): Promise<Found> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
  return { file, path: entry.fullPath.replace(/^\//, '') }
}
