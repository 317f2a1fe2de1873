// Selects everything that is visible and not locked.

import type { Annotation, Operation, Scene } from '../../core/index.ts'

export const selectAll: Operation = {
  id: 'select-all',
  name: 'Select all',
  icon: 'select-all',
  keys: ['Ctrl+a'],
  looks: true,
  available: () => true,
  disabled: (scene) => (reachable(scene).length === 0 ? 'There is nothing to select.' : null),
  run: (scene) => ({ select: reachable(scene).map(({ id }) => id), next: 'select' }),
}

function reachable({ document, isReachable }: Scene): readonly Annotation[] {
  return [...document.annotations.values()].filter(isReachable)
}
