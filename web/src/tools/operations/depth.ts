// Brings the selection before others or sends it behind them: all the way, or over the next that it overlaps.

import {
  depthRange,
  selectedAnnotations,
  settingZ,
  stepping,
  type Edit,
  type Operation,
  type Scene,
} from '../../core/index.ts'

function moving(id: string, name: string, key: string, edit: (scene: Scene) => Edit): Operation {
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
    run: (scene) => ({ edit: { name, edit: edit(scene) } }),
  }
}

export const bringToFront = moving('bring-to-front', 'Bring to front', 'PageUp', (scene) =>
  settingZ(scene.selection, depthRange(scene.document)[1] + 1),
)
export const sendToBack = moving('send-to-back', 'Send to back', 'PageDown', (scene) =>
  settingZ(scene.selection, depthRange(scene.document)[0] - 1),
)
export const bringForward = moving('bring-forward', 'Bring forward', 'Shift+PageUp', (scene) =>
  stepping(scene.selection, 'forward', scene.isVisible),
)
export const sendBackward = moving('send-backward', 'Send backward', 'Shift+PageDown', (scene) =>
  stepping(scene.selection, 'backward', scene.isVisible),
)
