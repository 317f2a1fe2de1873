// What the editor knows at one moment, and the steps from one moment to the next as pure functions.

import type { Gesture, Size, XY } from '../geometry/index.ts'
import { findGeometryClass, type ClassId, type Configuration } from './configuration.ts'
import type { Annotation, AnnotationId, Document } from './document.ts'
import { NO_MODIFIERS, type Modifiers } from './event.ts'
import { startHistory, type History } from './history.ts'
import type { SettingValues } from './setting.ts'
import type { Message, Offer } from './tool.ts'
import type { Rules } from './validation.ts'

export interface EditorState {
  readonly history: History
  readonly document: Document
  readonly rules: Rules
  readonly configuration: Configuration
  readonly picture: Size
  /** Id of the tool in use. */
  readonly tool: string
  /** The tool's own value: what is unfinished lives here and nowhere else. */
  readonly toolState: unknown
  /** The tool that drew last, of those that draw a gesture. */
  readonly drawers: Readonly<Partial<Record<Gesture, string>>>
  readonly toolSettings: SettingValues
  readonly activeClass: ClassId | null
  readonly selection: ReadonlySet<AnnotationId>
  readonly hiddenClasses: ReadonlySet<ClassId>
  readonly hiddenAnnotations: ReadonlySet<AnnotationId>
  /** Their annotations are seen and cannot be taken hold of. */
  readonly lockedClasses: ReadonlySet<ClassId>
  readonly lockedAnnotations: ReadonlySet<AnnotationId>
  /** While set, nothing but these and their families is seen. */
  readonly isolated: ReadonlySet<AnnotationId> | null
  /** What the person is asked to choose among. */
  readonly offered: Offer | null
  /** Shown as if the pointer were over it. */
  readonly highlighted: AnnotationId | null
  readonly pointer: XY | null
  readonly modifiers: Modifiers
  /** How near is near, in image pixels. */
  readonly tolerance: number
  readonly message: Message | null
  /** Why nothing can be changed, null when it can. */
  readonly readOnly: string | null
}

export interface Start {
  readonly document: Document
  readonly configuration: Configuration
  readonly picture: Size
  readonly readOnly: string | null
  /** What tools were set to before. */
  readonly toolSettings?: SettingValues
}

export function startState(
  { document, configuration, picture, readOnly, toolSettings = {} }: Start,
  tool: { id: string; idle: unknown },
): EditorState {
  return {
    history: startHistory(document),
    document,
    rules: { configuration, picture },
    configuration,
    picture,
    tool: tool.id,
    toolState: tool.idle,
    drawers: {},
    toolSettings,
    activeClass: null,
    selection: new Set(),
    hiddenClasses: new Set(),
    hiddenAnnotations: new Set(),
    lockedClasses: new Set(),
    lockedAnnotations: new Set(),
    isolated: null,
    offered: null,
    highlighted: null,
    pointer: null,
    modifiers: NO_MODIFIERS,
    tolerance: 4,
    message: null,
    readOnly,
  }
}

/** Follows the history; what is gone is no longer selected. */
export function withHistory(state: EditorState, history: History): EditorState {
  if (history === state.history) return state
  return withSelection({ ...state, history, document: history.document }, state.selection)
}

export function withSelection(state: EditorState, ids: Iterable<AnnotationId>): EditorState {
  const selection = new Set([...ids].filter((id) => state.document.annotations.has(id)))
  return sameSet(selection, state.selection) ? state : { ...state, selection }
}

export function withConfiguration(state: EditorState, configuration: Configuration): EditorState {
  const activeClass =
    state.activeClass !== null && findGeometryClass(configuration, state.activeClass)
      ? state.activeClass
      : null
  return { ...state, configuration, rules: { configuration, picture: state.picture }, activeClass }
}

export function withClassHidden(state: EditorState, id: ClassId, hidden: boolean): EditorState {
  return deselectUnreachable({ ...state, hiddenClasses: withMember(state.hiddenClasses, id, hidden) })
}

export function withClassLocked(state: EditorState, id: ClassId, locked: boolean): EditorState {
  return deselectUnreachable({ ...state, lockedClasses: withMember(state.lockedClasses, id, locked) })
}

export function withAnnotationsHidden(
  state: EditorState,
  ids: Iterable<AnnotationId>,
  hidden: boolean,
): EditorState {
  const hiddenAnnotations = [...ids].reduce((set, id) => withMember(set, id, hidden), state.hiddenAnnotations)
  return deselectUnreachable({ ...state, hiddenAnnotations })
}

export function withAnnotationsLocked(
  state: EditorState,
  ids: Iterable<AnnotationId>,
  locked: boolean,
): EditorState {
  const lockedAnnotations = [...ids].reduce((set, id) => withMember(set, id, locked), state.lockedAnnotations)
  return deselectUnreachable({ ...state, lockedAnnotations })
}

/** A nested annotation is seen with its parent, so the parent is kept in view with it. */
export function withIsolated(state: EditorState, ids: Iterable<AnnotationId> | null): EditorState {
  if (ids === null) return state.isolated === null ? state : { ...state, isolated: null }
  const { annotations } = state.document
  const family = [...ids].flatMap((id) => [id, annotations.get(id)?.parentId ?? id])
  return deselectUnreachable({ ...state, isolated: new Set(family) })
}

/** What is made in isolation is seen as well. */
export function withMade(state: EditorState, ids: readonly AnnotationId[]): EditorState {
  if (state.isolated === null || ids.length === 0) return state
  return { ...state, isolated: new Set([...state.isolated, ...ids]) }
}

/** Hidden with its class, by itself, with its parent, or because others are isolated. */
export function isVisible(state: EditorState, annotation: Annotation): boolean {
  if (state.hiddenClasses.has(annotation.classId) || state.hiddenAnnotations.has(annotation.id)) return false
  const { parentId } = annotation
  if (parentId === null) return state.isolated?.has(annotation.id) ?? true
  const parent = state.document.annotations.get(parentId)
  return parent === undefined || isVisible(state, parent)
}

export function isLocked(state: EditorState, { id, classId }: Annotation): boolean {
  return state.lockedClasses.has(classId) || state.lockedAnnotations.has(id)
}

/** Whether the pointer can take hold of it. */
export function isReachable(state: EditorState, annotation: Annotation): boolean {
  return !isLocked(state, annotation) && isVisible(state, annotation)
}

function deselectUnreachable(state: EditorState): EditorState {
  const { annotations } = state.document
  return withSelection(
    state,
    [...state.selection].filter((id) => isReachable(state, annotations.get(id)!)),
  )
}

function withMember<Member>(set: ReadonlySet<Member>, member: Member, isIn: boolean): ReadonlySet<Member> {
  if (set.has(member) === isIn) return set
  return isIn ? new Set([...set, member]) : new Set([...set].filter((other) => other !== member))
}

function sameSet<Member>(a: ReadonlySet<Member>, b: ReadonlySet<Member>): boolean {
  return a.size === b.size && [...a].every((member) => b.has(member))
}
