/** What label mode will ask for first, asked for while its code and the session are still on their way. */

import { displayUrl } from '../../api/datasets.ts'
import { getTask, type TaskDetail } from '../../api/labels.ts'
import { fetchPicture } from './fetch-picture.ts'

const tasks = new Map<string, Promise<TaskDetail>>()
const pictures = new Map<string, Promise<ImageBitmap>>()

export function askEarly(taskId: string): void {
  const answer = getTask(taskId)
  tasks.set(taskId, answer)
  void follow(taskId, answer)
}

async function follow(taskId: string, answer: Promise<TaskDetail>): Promise<void> {
  try {
    const { medium } = await answer
    const picture = fetchPicture(displayUrl(medium.id))
    pictures.set(medium.id, picture)
    await picture
  } catch {
    // Whoever comes to take it asks again and shows why.
    tasks.delete(taskId)
    pictures.clear()
  }
}

/** The early answer, once; undefined when nobody asked. */
export function takeEarlyTask(taskId: string): Promise<TaskDetail> | undefined {
  return taken(tasks, taskId)
}

export function takeEarlyPicture(mediumId: string): Promise<ImageBitmap> | undefined {
  return taken(pictures, mediumId)
}

function taken<Answer>(from: Map<string, Promise<Answer>>, id: string): Promise<Answer> | undefined {
  const answer = from.get(id)
  from.delete(id)
  return answer
}
