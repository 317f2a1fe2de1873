// A tool is a reducer: its state is its own value, nothing unfinished enters the document.

import type { Gesture, XY } from '../geometry/index.ts'
import type { ClassId } from './configuration.ts'
import type { AnnotationId } from './document.ts'
import type { Cursor, Drawable } from './drawable.ts'
import type { Edit } from './edits.ts'
import type { Event } from './event.ts'
import type { Scene } from './scene.ts'
import type { Setting } from './setting.ts'

export interface Message {
  readonly code: string
  readonly text: string
}

/** Annotations to choose among, and the place they lie at. */
export interface Offer {
  readonly at: XY
  readonly ids: readonly AnnotationId[]
}

/** What a tool or an operation wants to happen. An edit becomes one undo step of this name. */
export interface Outcome {
  readonly edit?: { readonly name: string; readonly edit: Edit }
  readonly select?: readonly AnnotationId[]
  readonly message?: Message
  /** The tool to go on with. */
  readonly next?: string
  readonly activeClass?: ClassId | null
  readonly offer?: Offer
  /** Nothing but these is shown; null: everything again. */
  readonly isolate?: readonly AnnotationId[] | null
  readonly lock?: { readonly ids: readonly AnnotationId[]; readonly locked: boolean }
}

export interface Reply<S> extends Outcome {
  readonly state: S
}

export interface Tool<S = unknown> {
  readonly id: string
  /** Key that chooses the tool unless the person chose another, as in KeyboardEvent.key. */
  readonly key: string
  readonly name: string
  readonly icon: string
  /** Gestures of the kinds this tool draws; choosing a class chooses the tool that drew its kind last. */
  readonly draws: readonly Gesture[]
  /** What it can be set to, in the order in which it is shown. */
  readonly settings: readonly Setting[]
  /** Whether it takes places that are typed. */
  readonly typed?: boolean
  readonly idle: S
  /** It changes nothing, so it works where nothing may be changed. */
  readonly looks?: true
  /** Null when the event is not the tool's business and the tool's state stays. */
  on(event: Event, state: S, scene: Scene): Reply<S> | null
  preview(state: S, scene: Scene): readonly Drawable[]
  cursor(state: S, scene: Scene): Cursor
  /** Why the tool cannot be used now, null when it can. */
  disabled(scene: Scene): string | null
}
