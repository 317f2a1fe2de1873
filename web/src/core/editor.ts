// The editor of one task: holds the state, takes events and commands, tells its listeners what changed.
// It knows tools and operations as values only; the canvas and the panels know the editor.

import { operations as operationsOf } from '../geometry/index.ts'
import {
  classWithShortcut,
  findGeometryClass,
  type ClassId,
  type Configuration,
  type GeometryClass,
} from './configuration.ts'
import { NO_DIFFERENCE, isEmpty, type Difference } from './difference.ts'
import type { AnnotationId } from './document.ts'
import type { Cursor, Drawable } from './drawable.ts'
import type { Edit } from './edits.ts'
import type { Event } from './event.ts'
import { createIndex, type HitIndex, type LiveIndex } from './hits.ts'
import { commit, receive, redo, undo, type Turn } from './history.ts'
import {
  isBound,
  operationAction,
  REDO,
  settingAction,
  statedBindings,
  strokeOf,
  toolAction,
  UNDO,
  type Bindings,
} from './keys.ts'
import { whyNotDrawn } from './nesting.ts'
import type { Operation } from './operation.ts'
import { noteOf, refusalOf } from './refusal.ts'
import { sceneOf, whyNotUsed, type Scene } from './scene.ts'
import { keyStepsOf, stepped, withValue, type Setting, type SettingValue } from './setting.ts'
import {
  startState,
  withAnnotationsHidden,
  withAnnotationsLocked,
  withClassHidden,
  withClassLocked,
  withConfiguration,
  withHistory,
  withIsolated,
  withMade,
  withSelection,
  type EditorState,
  type Start,
} from './state.ts'
import type { Message, Offer, Outcome, Tool } from './tool.ts'

export interface EditorOptions extends Start {
  /** The first one is in use at the start and after a drawing is done. */
  readonly tools: readonly Tool[]
  readonly operations: readonly Operation[]
  /** What keys do; without it what tools and operations state. */
  readonly bindings?: Bindings
  readonly newId: () => string
}

export type Origin = 'commit' | 'undo' | 'redo' | 'receive'

export interface Update {
  readonly state: EditorState
  readonly previous: EditorState
  /** What changed in the document, null when nothing did. */
  readonly difference: Difference | null
  readonly origin: Origin | null
}

type Listener = (update: Update) => void

export function createEditor(options: EditorOptions): Editor {
  return new Editor(options)
}

export class Editor {
  readonly tools: readonly Tool[]
  readonly operations: readonly Operation[]
  readonly index: HitIndex
  readonly #index: LiveIndex
  readonly #home: Tool
  readonly #newId: () => string
  readonly #listeners = new Set<Listener>()
  #bindings: Bindings
  #state: EditorState
  /** Nothing may be changed any more, but for what was begun before that. */
  #finishing = false

  constructor(options: EditorOptions) {
    const [home] = options.tools
    if (home === undefined) throw new Error('An editor needs at least one tool.')
    this.tools = options.tools
    this.operations = options.operations
    this.#home = home
    this.#newId = options.newId
    this.#bindings = options.bindings ?? statedBindings(options.tools, options.operations)
    this.#state = startState(options, home)
    this.#index = createIndex(options.document)
    this.index = this.#index
  }

  get state(): EditorState {
    return this.#state
  }

  get tool(): Tool {
    return this.tools.find(({ id }) => id === this.#state.tool) ?? this.#home
  }

  /** Whether something is unfinished: a tool that is busy has something to take back. */
  get isBusy(): boolean {
    return this.tool.on({ type: 'undo' }, this.#state.toolState, this.scene()) !== null
  }

  /** Calls `listener` after every change; returns what ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What tools and operations see now. */
  scene(): Scene {
    return sceneOf(this.#state, this.#index, this.#newId)
  }

  preview(): readonly Drawable[] {
    const { toolState, highlighted } = this.#state
    const shown = this.tool.preview(toolState, this.scene())
    return highlighted === null ? shown : [...shown, { type: 'hover', annotationId: highlighted }]
  }

  cursor(): Cursor {
    return this.tool.cursor(this.#state.toolState, this.scene())
  }

  /** Whether somebody had use for the event; the canvas then keeps it from the browser. */
  dispatch(event: Event): boolean {
    this.#change(afterEvent(this.#state, event))
    if (this.#offer(event)) return true
    if (event.type === 'turn') return this.#turnWheel(event.steps)
    if (event.type !== 'key') return false
    const stroke = strokeOf(event.key, event.modifiers)
    return this.#pressSettingKey(stroke) || this.#pressKey(stroke)
  }

  /** Makes one undo step; false when the edit was refused or changed nothing. */
  commit(name: string, edit: Edit): boolean {
    const { readOnly } = this.#state
    if (readOnly !== null && !this.#finishing) return this.#refuse({ code: 'read_only', text: readOnly })
    const turn = commit(this.#state.history, name, edit)
    const refusal = refusalOf(turn, this.#state)
    if (refusal !== null) return this.#refuse(refusal)
    const note = noteOf(turn.difference)
    if (note !== null) this.say(note)
    return this.#turn(turn, 'commit')
  }

  /** Takes back what is unfinished first, then the last step. */
  undo(): boolean {
    return this.#offer({ type: 'undo' }) || this.#turn(undo(this.#state.history), 'undo')
  }

  redo(): boolean {
    return this.#offer({ type: 'redo' }) || this.#turn(redo(this.#state.history), 'redo')
  }

  /** Takes in what changed elsewhere; it is no step of this history. */
  receive(edit: Edit): void {
    this.#turn(receive(this.#state.history, edit), 'receive')
  }

  /** False when there is no such operation here; the reason why one is disabled is said. */
  run(id: string, choice?: string): boolean {
    const operation = this.operations.find((each) => each.id === id)
    if (operation === undefined || !operation.available(this.scene())) return false
    const reason = whyNotUsed(operation, this.scene())
    if (reason === null) this.#follow(operation.run(this.scene(), choice))
    else this.#refuse({ code: 'disabled', text: reason })
    return true
  }

  useTool(id: string): boolean {
    const tool = this.tools.find((each) => each.id === id)
    const reason = tool === undefined ? null : whyNotUsed(tool, this.scene())
    if (reason !== null) return this.#refuse({ code: 'disabled', text: reason })
    if (id !== this.#state.tool) this.#enter(id)
    return true
  }

  /** The settings of the tool in use that mean anything now. */
  settings(): readonly Setting[] {
    const scene = this.scene()
    return this.tool.settings.filter(({ applies }) => applies?.(scene) ?? true)
  }

  set(setting: Setting, value: SettingValue): void {
    this.#set(withValue(this.#state.toolSettings, setting, value))
  }

  step(setting: Setting, steps: number): void {
    this.#set(stepped(this.#state.toolSettings, setting, steps))
  }

  /** Chooses the class to draw and the tool that draws it; null goes back to the first tool. */
  activateClass(id: ClassId | null): boolean {
    if (id === null) {
      this.#change({ ...this.#state, activeClass: null })
      this.#enter(this.#home.id)
      return true
    }
    const labelClass = findGeometryClass(this.#state.configuration, id)
    if (labelClass === undefined) return false
    const reason = this.#state.readOnly ?? whyNotDrawn(labelClass, this.#state)
    if (reason !== null) return this.#refuse({ code: 'disabled', text: reason })
    this.#draw(labelClass)
    return true
  }

  select(ids: Iterable<AnnotationId>): void {
    this.#change(withSelection(this.#state, ids))
  }

  hideClass(id: ClassId, hidden: boolean): void {
    this.#change(withClassHidden(this.#state, id, hidden))
  }

  lockClass(id: ClassId, locked: boolean): void {
    this.#change(withClassLocked(this.#state, id, locked))
  }

  hideAnnotations(ids: Iterable<AnnotationId>, hidden: boolean): void {
    this.#change(withAnnotationsHidden(this.#state, ids, hidden))
  }

  lockAnnotations(ids: Iterable<AnnotationId>, locked: boolean): void {
    this.#change(withAnnotationsLocked(this.#state, ids, locked))
  }

  /** Shows nothing but these and their families; null shows everything again. */
  isolate(ids: Iterable<AnnotationId> | null): void {
    this.#change(withIsolated(this.#state, ids))
  }

  /** Lets the person choose among annotations; null when that is over. */
  offer(offered: Offer | null): void {
    this.#change({ ...this.#state, offered, highlighted: null })
  }

  highlight(id: AnnotationId | null): void {
    if (id !== this.#state.highlighted) this.#change({ ...this.#state, highlighted: id })
  }

  /** How many image pixels count as near; the view derives it from its zoom. */
  setTolerance(pixels: number): void {
    this.#change({ ...this.#state, tolerance: pixels })
  }

  setConfiguration(configuration: Configuration): void {
    this.#change(withConfiguration(this.#state, configuration))
  }

  setBindings(bindings: Bindings): void {
    this.#bindings = bindings
  }

  /** What was begun before may be finished. */
  setReadOnly(reason: string | null): void {
    this.#finishing = reason !== null && this.isBusy
    this.#change({ ...this.#state, readOnly: reason })
    this.#leaveUnusable()
  }

  say(message: Message | null): void {
    this.#change({ ...this.#state, message })
  }

  #change(next: EditorState, difference: Difference = NO_DIFFERENCE, origin: Origin | null = null): void {
    if (next === this.#state) return
    const previous = this.#state
    this.#state = next
    const changed = isEmpty(difference) ? null : difference
    if (changed !== null) this.#index.update(changed)
    const update: Update = { state: next, previous, difference: changed, origin: changed && origin }
    for (const listener of this.#listeners) listener(update)
  }

  #set(toolSettings: EditorState['toolSettings']): void {
    if (toolSettings !== this.#state.toolSettings) this.#change({ ...this.#state, toolSettings })
  }

  #turnWheel(steps: number): boolean {
    const setting = this.settings().find((each) => each.kind === 'number' && each.wheel)
    if (setting !== undefined && steps !== 0) this.step(setting, steps)
    return setting !== undefined
  }

  #turn({ history, difference }: Turn, origin: Origin): boolean {
    const made = origin === 'receive' ? [] : madeBy(difference)
    this.#change(withMade(withHistory(this.#state, history), made), difference, origin)
    return !isEmpty(difference)
  }

  #refuse(message: Message): false {
    this.say(message)
    return false
  }

  #offer(event: Event): boolean {
    const reply = this.tool.on(event, this.#state.toolState, this.scene())
    if (reply === null) return false
    if (reply.state !== this.#state.toolState) this.#change({ ...this.#state, toolState: reply.state })
    this.#follow(reply)
    if (this.#finishing && !this.isBusy) {
      this.#finishing = false
      this.#leaveUnusable()
    }
    return true
  }

  #leaveUnusable(): void {
    if (this.#state.readOnly !== null && !this.#finishing && !this.tool.looks) this.#enter(this.#home.id)
  }

  #follow(outcome: Outcome): void {
    const { edit, select, message, activeClass, next, offer, isolate, lock } = outcome
    if (edit !== undefined && !this.commit(edit.name, edit.edit)) return
    if (isolate !== undefined) this.isolate(isolate)
    if (lock !== undefined) this.lockAnnotations(lock.ids, lock.locked)
    if (offer !== undefined) this.offer(offer)
    if (select !== undefined) this.select(select)
    if (message !== undefined) this.say(message)
    if (activeClass !== undefined) this.#change({ ...this.#state, activeClass })
    if (next !== undefined) this.#enter(next)
  }

  #enter(id: string): void {
    const tool = this.tools.find((each) => each.id === id) ?? this.#home
    const drawers = { ...this.#state.drawers }
    for (const gesture of tool.draws) drawers[gesture] = tool.id
    this.#change({ ...this.#state, tool: tool.id, toolState: tool.idle, drawers })
  }

  /** A drawing that has begun goes on under the new class when it is of the same kind. */
  #draw(labelClass: GeometryClass): void {
    const tool = this.#drawerOf(labelClass)
    const goesOn = tool.id === this.#state.tool && this.scene().activeClass?.type === labelClass.type
    this.#change(withClassHidden({ ...this.#state, activeClass: labelClass.id }, labelClass.id, false))
    if (!goesOn) this.#enter(tool.id)
  }

  /** The tool in use when it draws the class, else the one that drew such a class last, else the first. */
  #drawerOf({ type }: GeometryClass): Tool {
    const { gesture } = operationsOf(type)
    const drawers = this.tools.filter(({ draws }) => draws.includes(gesture))
    const find = (id: string | undefined): Tool | undefined => drawers.find((tool) => tool.id === id)
    return find(this.#state.tool) ?? find(this.#state.drawers[gesture]) ?? drawers[0] ?? this.#home
  }

  #pressKey(stroke: string): boolean {
    const bindings = this.#bindings
    if (isBound(bindings, UNDO, stroke)) return this.undo() || true
    if (isBound(bindings, REDO, stroke)) return this.redo() || true
    const scene = this.scene()
    const operation = this.operations.find(
      ({ id, available }) => isBound(bindings, operationAction(id), stroke) && available(scene),
    )
    if (operation !== undefined) return this.run(operation.id)
    const tool = this.tools.find(({ id }) => isBound(bindings, toolAction(id), stroke))
    if (tool !== undefined) return this.useTool(tool.id) || true
    const labelClass = classWithShortcut(this.#state.configuration, stroke)
    return labelClass !== undefined && (this.activateClass(labelClass.id) || true)
  }

  #pressSettingKey(stroke: string): boolean {
    for (const setting of this.settings()) {
      const step = keyStepsOf(setting).find(({ id }) => isBound(this.#bindings, settingAction(id), stroke))
      if (step === undefined) continue
      this.step(setting, step.steps)
      return true
    }
    return false
  }
}

/** The pointer follows the event, and what was said before goes with the next press or key. */
function afterEvent(state: EditorState, event: Event): EditorState {
  if (event.type === 'leave') return { ...state, pointer: null }
  if (event.type === 'released') return { ...state, modifiers: event.modifiers }
  if (event.type === 'typed') return { ...state, message: null }
  if (event.type === 'key') return { ...state, modifiers: event.modifiers, message: null }
  if (!('at' in event)) return state
  const { at, modifiers } = event
  return { ...state, pointer: at, modifiers, message: event.type === 'down' ? null : state.message }
}

function madeBy({ annotations }: Difference): readonly AnnotationId[] {
  return [...annotations].flatMap(([id, [was]]) => (was === undefined ? [id] : []))
}
