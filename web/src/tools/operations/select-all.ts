// Selects everything that is visible.

import type { Annotation, Operation, Scene } from '../../core/index.ts'

export const selectAll: Operation = {
  id: 'select-all',
  name: 'Select all',
  icon: 'select-all',
  keys: ['Ctrl+a'],
  available: () => true,
  disabled: (scene) => (visible(scene).length === 0 ? 'There is nothing to select.' : null),
  run: (scene) => ({ select: visible(scene).map(({ id }) => id), next: 'select' }),
}

function visible({ document, isVisible }: Scene): readonly Annotation[] {
  return [...document.annotations.values()].filter(isVisible)
}
