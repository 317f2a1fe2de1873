// Deletes the selection; nested annotations go with their parent.

import { removing, type Operation } from '../../core/index.ts'

export const deleteSelection: Operation = {
  id: 'delete',
  name: 'Delete',
  icon: 'trash',
  keys: ['Delete', 'Ctrl+Backspace'],
  available: ({ selection }) => selection.size > 0,
  disabled: () => null,
  run: ({ selection }) => ({ edit: { name: 'Delete', edit: removing(selection) } }),
}
