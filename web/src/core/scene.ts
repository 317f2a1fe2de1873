// What tools and operations may see. Built by the editor for each event.

import type { Size, XY } from '../geometry/index.ts'
import type { Configuration, GeometryClass } from './configuration.ts'
import type { Annotation, AnnotationId, Document } from './document.ts'
import type { Modifiers } from './event.ts'
import type { HitIndex } from './hits.ts'
import type { SettingValues } from './setting.ts'

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
  readonly index: HitIndex
  isVisible(annotation: Annotation): boolean
  /** Whether nothing but some annotations is shown. */
  readonly isIsolated: boolean
  isLocked(annotation: Annotation): boolean
  /** Visible, and neither it nor its class is locked. */
  isReachable(annotation: Annotation): boolean
  newId(): AnnotationId
}
