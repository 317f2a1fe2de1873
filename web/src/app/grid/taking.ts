/** Takes turns: at most so many works at once, the others wait in order. */
export function taking(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const queue: (() => void)[] = []
  let running = 0
  const free = (): void => {
    running -= 1
    queue.shift()?.()
  }
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => queue.push(resolve))
    running += 1
    try {
      return await work()
    } finally {
      free()
    }
  }
}
