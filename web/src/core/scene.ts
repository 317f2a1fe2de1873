// What tools and operations may see. Built by the editor for each event.

import type { Size, XY } from '../geometry/index.ts'
import { findGeometryClass, type Configuration, type GeometryClass } from './configuration.ts'
import type { Annotation, AnnotationId, Document } from './document.ts'
import type { Modifiers } from './event.ts'
import type { HitIndex } from './hits.ts'
import type { SettingValues } from './setting.ts'
import { isLocked, isReachable, isVisible, type EditorState } from './state.ts'

export interface Scene {
  readonly document: Document
  readonly configuration: Configuration
  readonly picture: Size
  readonly selection: ReadonlySet<AnnotationId>
  /** The geometry class that is drawn next. */
  readonly activeClass: GeometryClass | null
  /** Where the pointer is, null when it is not over the picture. */
  readonly pointer: XY | null
  /** What is held with the pointer or the last key. */
  readonly modifiers: Modifiers
  /** How near is near, in image pixels; the view derives it from its zoom. */
  readonly tolerance: number
  /** What tools are set to; read with `valueOf`. */
  readonly toolSettings: SettingValues
  /** Why nothing can be changed, null when it can. */
  readonly readOnly: string | null
  readonly index: HitIndex
  isVisible(annotation: Annotation): boolean
  /** Whether nothing but some annotations is shown. */
  readonly isIsolated: boolean
  isLocked(annotation: Annotation): boolean
  /** Visible, and neither it nor its class is locked. */
  isReachable(annotation: Annotation): boolean
  /** Reachable, and changes are taken. */
  isChangeable(annotation: Annotation): boolean
  newId(): AnnotationId
}

export function sceneOf(state: EditorState, index: HitIndex, newId: () => string): Scene {
  const { document, configuration, picture, selection, activeClass, toolSettings } = state
  const { pointer, modifiers, tolerance, readOnly } = state
  return {
    document,
    configuration,
    picture,
    selection,
    pointer,
    modifiers,
    tolerance,
    toolSettings,
    readOnly,
    index,
    activeClass: activeClass === null ? null : (findGeometryClass(configuration, activeClass) ?? null),
    isIsolated: state.isolated !== null,
    isVisible: (annotation) => isVisible(state, annotation),
    isLocked: (annotation) => isLocked(state, annotation),
    isReachable: (annotation) => isReachable(state, annotation),
    isChangeable: (annotation) => readOnly === null && isReachable(state, annotation),
    newId: () => newId() as AnnotationId,
  }
}

/** Why a tool or an operation cannot be used now, null when it can. */
export function whyNotUsed(
  one: { readonly looks?: true; disabled(scene: Scene): string | null },
  scene: Scene,
): string | null {
  return (one.looks ? null : scene.readOnly) ?? one.disabled(scene)
}
