// Brings the selection before all others, or sends it behind them.

import { depthRange, selectedAnnotations, settingZ, type Operation, type Scene } from '../../core/index.ts'

function toDepth(id: string, name: string, key: string, depthOf: (scene: Scene) => number): Operation {
  return {
    id,
    name,
    icon: id,
    keys: [key],
    available: ({ selection }) => selection.size > 0,
    disabled: (scene) => {
      const others = scene.document.annotations.size - selectedAnnotations(scene).length
      return others === 0 ? 'There is nothing else.' : null
    },
    run: (scene) => ({ edit: { name, edit: settingZ(scene.selection, depthOf(scene)) } }),
  }
}

export const bringToFront = toDepth(
  'bring-to-front',
  'Bring to front',
  'PageUp',
  ({ document }) => depthRange(document)[1] + 1,
)
export const sendToBack = toDepth(
  'send-to-back',
  'Send to back',
  'PageDown',
  ({ document }) => depthRange(document)[0] - 1,
)
