// The registries of tools and operations. A new tool is one file beside this one and one line here.

import type { Operation, Tool } from '../core/index.ts'
import { brush } from './brush.ts'
import { draw } from './draw.ts'
import { eraser } from './eraser.ts'
import { fillHole } from './fill-hole.ts'
import { fill } from './fill.ts'
import { hole } from './hole.ts'
import { frame } from './frame.ts'
import { lasso } from './lasso.ts'
import { align, distribute } from './operations/arrange.ts'
import { deleteSelection } from './operations/delete.ts'
import { bringForward, bringToFront, sendBackward, sendToBack } from './operations/depth.ts'
import { duplicate } from './operations/duplicate.ts'
import { flipAcross, flipDown } from './operations/flip.ts'
import { grow, shrink } from './operations/grow.ts'
import { isolate } from './operations/isolate.ts'
import { lock } from './operations/lock.ts'
import { merge } from './operations/merge.ts'
import { NUDGES } from './operations/nudge.ts'
import { selectAll } from './operations/select-all.ts'
import { transform } from './operations/transform.ts'
import { segment } from './segment.ts'
import { select } from './select.ts'
import { split } from './split.ts'

/** The first tool is in use at the start. */
export const TOOLS: readonly Tool[] = [
  select,
  lasso,
  frame,
  draw,
  segment,
  fill,
  brush,
  eraser,
  hole,
  fillHole,
  split,
]

export const OPERATIONS: readonly Operation[] = [
  deleteSelection,
  duplicate,
  transform,
  merge,
  grow,
  shrink,
  align,
  distribute,
  flipAcross,
  flipDown,
  bringToFront,
  bringForward,
  sendBackward,
  sendToBack,
  lock,
  isolate,
  selectAll,
  ...NUDGES,
]
