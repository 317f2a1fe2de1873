/** The tabs of one browser: which of them live, and what one of them just saved. */

export interface Tabs {
  readonly id: string
  /** Whether the tab of this id answers. A frozen one may not; what is taken over from it is saved once all the same. */
  isAlive(tabId: string): Promise<boolean>
  /** Tell the others that a task has a new revision. */
  announce(taskId: string, revision: number): void
  close(): void
}

type Message =
  | { readonly type: 'ask' | 'alive'; readonly tabId: string }
  | { readonly type: 'saved'; readonly taskId: string; readonly revision: number }

const ANSWER_MS = 150

export function joinTabs(id: string, saved: (taskId: string, revision: number) => void): Tabs {
  const channel = new BroadcastChannel('labelwright')
  const waiting = new Map<string, () => void>()
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === 'saved') saved(data.taskId, data.revision)
    else if (data.type === 'alive') waiting.get(data.tabId)?.()
    else if (data.tabId === id) channel.postMessage({ type: 'alive', tabId: id } satisfies Message)
  }
  return {
    id,
    isAlive: (tabId) =>
      new Promise((resolve) => {
        const end = (alive: boolean) => (): void => {
          waiting.delete(tabId)
          resolve(alive)
        }
        waiting.set(tabId, end(true))
        setTimeout(end(false), ANSWER_MS)
        channel.postMessage({ type: 'ask', tabId } satisfies Message)
      }),
    announce: (taskId, revision) =>
      channel.postMessage({ type: 'saved', taskId, revision } satisfies Message),
    close: () => channel.close(),
  }
}
