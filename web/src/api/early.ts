/**
 * Answers that were asked for before the code that wants them was here: by the script in the start page
 * (`first.js`), and on the way to label mode. Each is taken once; a change that is sent makes the others stale.
 */

interface Early {
  readonly answers: Map<string, Promise<Response>>
  readonly pictures: Map<string, Promise<ImageBitmap>>
  askForTask(id: string): Promise<void>
}

const early = (globalThis as { early?: Early }).early

export function takeEarly(path: string): Promise<Response> | undefined {
  return taken(early?.answers, path)
}

/** Something is changed: call it before, and once it is done, for what was asked meanwhile. */
export function forgetEarly(): void {
  early?.answers.clear()
}

export function takeEarlyPicture(path: string): Promise<ImageBitmap> | undefined {
  return taken(early?.pictures, path)
}

/** A picture that nobody took yet; it stays here. */
export function peekEarlyPicture(path: string): Promise<ImageBitmap> | undefined {
  return early?.pictures.get(path)
}

/** Ask for a task, its labels and its picture, which is decoded, before somebody needs them. */
export function askEarly(taskId: string): void {
  if (early?.answers.has(`/api/tasks/${taskId}`)) return
  forgetEarlyPictures()
  void early?.askForTask(taskId)
}

/** Decoded pictures are large: there is one at most, and none when nobody will come for it. */
export function forgetEarlyPictures(): void {
  for (const picture of early?.pictures.values() ?? []) void letGo(picture)
  early?.pictures.clear()
}

async function letGo(picture: Promise<ImageBitmap>): Promise<void> {
  const image = await picture.catch(() => null)
  image?.close()
}

function taken<Answer>(from: Map<string, Answer> | undefined, path: string): Answer | undefined {
  const answer = from?.get(path)
  from?.delete(path)
  return answer
}
