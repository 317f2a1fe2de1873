// Shows nothing but the selection, or everything again.

import type { Operation } from '../../core/index.ts'

export const isolate: Operation = {
  id: 'isolate',
  name: 'Isolate',
  icon: 'isolate',
  keys: ['i'],
  looks: true,
  available: ({ selection, isIsolated }) => isIsolated || selection.size > 0,
  disabled: () => null,
  run: ({ selection, isIsolated }) => ({ isolate: isIsolated ? null : [...selection] }),
}
