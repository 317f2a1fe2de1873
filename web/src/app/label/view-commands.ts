/** The commands that only look: zoom, turn, and what is shown with the picture. */

import { PLAIN } from '../../canvas/adjustment.ts'
import type { CanvasView } from '../../canvas/canvas-view.ts'
import type { Command } from './commands.ts'
import { NAMINGS, type Look } from './look.svelte.ts'
import { VIEW_MENU } from './ViewMenu.svelte'

/** `view`: undefined until the picture stands. */
export function viewCommands(view: () => CanvasView | undefined, look: Look) {
  return {
    zoomIn: () => view()?.camera.zoom(1),
    zoomOut: () => view()?.camera.zoom(-1),
    fit: () => view()?.camera.fit(),
    oneToOne: () => view()?.camera.oneToOne(),
    fitWidth: () => view()?.camera.fitWidth(),
    turnRight: () => view()?.camera.turnBy(90),
    turnLeft: () => view()?.camera.turnBy(-90),
    turnABitRight: () => view()?.camera.turnBy(5),
    turnABitLeft: () => view()?.camera.turnBy(-5),
    upright: () => view()?.camera.turnTo(0),
    peek: () => view()?.peek(true),
    names: () => look.wear({ names: NAMINGS[(NAMINGS.indexOf(look.person.names) + 1) % NAMINGS.length]! }),
    overview: () => look.wear({ overview: !look.person.overview }),
    guides: () => look.wear({ guides: !look.person.guides }),
    grid: () => look.wear({ grid: !look.person.grid }),
    invert: () => look.adjust({ invert: !look.project.adjustment.invert }),
    plainPicture: () => look.show({ adjustment: PLAIN }),
    look: () => document.getElementById(VIEW_MENU)?.togglePopover(),
  } satisfies Partial<Record<Command, () => void>>
}
