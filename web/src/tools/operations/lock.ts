// Locks the selection: it is seen, and neither taken hold of nor changed, until it is unlocked in the list.

import type { Operation } from '../../core/index.ts'

export const lock: Operation = {
  id: 'lock',
  name: 'Lock',
  icon: 'lock',
  keys: ['Shift+l'],
  available: ({ selection }) => selection.size > 0,
  disabled: () => null,
  run: ({ selection }) => ({
    lock: { ids: [...selection], locked: true },
    message: {
      code: 'locked',
      text: `${selection.size === 1 ? 'It is' : 'They are'} locked. Unlock in the list of annotations.`,
    },
  }),
}
