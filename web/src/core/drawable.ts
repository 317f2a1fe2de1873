// What a tool shows besides the document, as data for the renderer.

import type { Bounds, Geometry, Handle, Ring, XY } from '../geometry/index.ts'
import type { ClassId } from './configuration.ts'
import type { AnnotationId } from './document.ts'

export type Drawable =
  /** A geometry in the making, or the changed one of an annotation, which is then not drawn itself. */
  | {
      readonly type: 'geometry'
      readonly geometry: Geometry
      readonly classId: ClassId
      readonly replaces: AnnotationId | null
    }
  /** An outline in the making (in the class's colour), an area to erase, or a selection box. */
  | {
      readonly type: 'path'
      readonly role: 'outline' | 'erase' | 'box'
      readonly points: Ring
      readonly closed: boolean
      readonly classId: ClassId | null
    }
  /** What a round brush covers on its way; `from`: the annotations that a stroke of an eraser takes it away from. */
  | {
      readonly type: 'stroke'
      readonly role: 'paint' | 'erase'
      readonly points: Ring
      readonly radius: number
      readonly classId: ClassId | null
      readonly from: readonly AnnotationId[]
    }
  /** The tip of a brush under the pointer. */
  | {
      readonly type: 'tip'
      readonly role: 'paint' | 'erase'
      readonly at: XY
      readonly radius: number
      readonly classId: ClassId | null
    }
  /** Handles of a selected annotation; `hot` is the index of the one under the pointer or held. */
  | {
      readonly type: 'handles'
      readonly annotationId: AnnotationId
      readonly handles: readonly Handle[]
      readonly hot: number | null
    }
  /** Points set so far; `first` marks the one that closes the outline when clicked. */
  | {
      readonly type: 'points'
      readonly points: Ring
      readonly closeable: boolean
      readonly classId: ClassId | null
    }
  /** A frame to scale by its grips and to turn by its knob; `hot` is the grip under the pointer. */
  | {
      readonly type: 'frame'
      readonly bounds: Bounds
      readonly grips: readonly XY[]
      readonly hot: XY | null
      readonly knob: XY | null
      /** False: the knob is there and does nothing. */
      readonly turns: boolean
    }
  /** Where the next point snaps to. */
  | { readonly type: 'snap'; readonly at: XY; readonly on: 'vertex' | 'edge' }
  /** What is drawn goes into this annotation: everything beside it steps back. */
  | { readonly type: 'context'; readonly annotationId: AnnotationId }
  /** The annotation under the pointer. */
  | { readonly type: 'hover'; readonly annotationId: AnnotationId }

export type Cursor =
  | 'default'
  | 'crosshair'
  | 'pointer'
  | 'move'
  | 'copy'
  | 'nwse-resize'
  | 'nesw-resize'
  | 'ns-resize'
  | 'ew-resize'
  | 'not-allowed'
