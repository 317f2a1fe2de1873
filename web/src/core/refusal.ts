// Why a change does not enter the document: no tool may make what the server refuses, nor touch what is locked.

import { operations } from '../geometry/index.ts'
import { findGeometryClass } from './configuration.ts'
import type { Difference } from './difference.ts'
import { LIMIT_ANNOTATIONS } from './document.ts'
import type { Turn } from './history.ts'
import { isParted } from './place.ts'
import { isLocked, type EditorState } from './state.ts'
import type { Message } from './tool.ts'
import { messageOf } from './validation.ts'

export function refusalOf({ history, difference }: Turn, state: EditorState): Message | null {
  if (history.document.annotations.size > LIMIT_ANNOTATIONS) {
    return { code: 'too_many_annotations', text: `A medium holds at most ${LIMIT_ANNOTATIONS} annotations.` }
  }
  return geometryRefusal(difference) ?? lockRefusal(difference, state)
}

/** What is worth saying of a change that entered the document. */
export function noteOf({ annotations }: Difference): Message | null {
  for (const [was, is] of annotations.values())
    if (is !== undefined && is.geometry !== was?.geometry && isParted(is.geometry)) return PARTED
  return null
}

const PARTED: Message = {
  code: 'parted',
  text: 'An outline holds at most 10,000 points, so the segment is several now, side by side.',
}

function geometryRefusal({ annotations }: Difference): Message | null {
  for (const [was, is] of annotations.values()) {
    if (is === undefined || is.geometry === was?.geometry) continue
    const [code] = operations(is.geometry.kind).issues(is.geometry)
    if (code !== undefined) return { code, text: messageOf(code) }
  }
  return null
}

/** The place of what is locked, its class and its being there stay. */
function lockRefusal({ annotations }: Difference, state: EditorState): Message | null {
  for (const [was, is] of annotations.values()) {
    if (was === undefined || !isLocked(state, was)) continue
    if (is?.geometry === was.geometry && is.classId === was.classId) continue
    const name = findGeometryClass(state.configuration, was.classId)?.name ?? 'annotation'
    return { code: 'locked', text: `This ${name} is locked. Unlock it to change it.` }
  }
  return null
}
