// What cannot wait for the application's code. The build puts this into the start pages themselves.
{
  // A remembered theme never flashes.
  try {
    const theme = localStorage.getItem('labelwright.theme')
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
  } catch {
    // Storage is blocked: the system's theme stands.
  }

  // What the code will ask for first is on its way before it; `api/early.ts` takes the answers.
  const answers = new Map()
  const pictures = new Map()

  const ask = (path) => {
    const answer = fetch(path)
    answers.set(path, answer)
    return answer
  }

  const show = (path) => {
    const picture = fetch(path)
      .then((answer) => (answer.ok ? answer.blob() : Promise.reject(new Error(answer.statusText))))
      .then((bytes) => createImageBitmap(bytes))
    picture.catch(() => undefined)
    pictures.set(path, picture)
  }

  const askForTask = async (id) => {
    try {
      const path = (await ask(`/api/tasks/${id}`)).headers.get('X-Picture')
      if (path) show(path)
    } catch {
      // Whoever takes the answer says so.
    }
  }

  globalThis.early = { answers, pictures, askForTask }
  ask('/api/session').catch(() => undefined)
  const task = /^\/label\/([^/]+)\/?$/.exec(location.pathname)
  if (task) void askForTask(task[1])
}
