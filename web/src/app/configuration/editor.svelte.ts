import type { ClassType, Configuration } from '../../api/types.ts'
import {
  added,
  changed,
  type Draft,
  type DraftClass,
  duplicated,
  find,
  fresh,
  fromConfiguration,
  nodeAt,
  placed,
  type Place,
  removed,
  stepped,
  suggestedKey,
  toInput,
} from './draft.ts'
import { type ClassIssue, locate, validate } from './validate.ts'

const STEPS = 200

/** The configuration that is edited, its undo history, and what is wrong with it. */
export class ConfigurationEditor {
  draft = $state.raw<Draft>([])
  selected = $state<string | null>(null)
  /** Show what is missing in classes that were never left, too. */
  tried = $state(false)
  #past = $state.raw<Draft[]>([])
  #future = $state.raw<Draft[]>([])
  #saved = $state.raw<Draft>([])
  #refused = $state.raw<readonly ClassIssue[]>([])
  #lastTag: string | null = null
  #next = 1
  revision = $state(0)

  readonly changed = $derived(JSON.stringify(toInput(this.draft)) !== JSON.stringify(toInput(this.#saved)))
  readonly canUndo = $derived(this.#past.length > 0)
  readonly canRedo = $derived(this.#future.length > 0)
  readonly place: Place | null = $derived(this.selected === null ? null : find(this.draft, this.selected))
  readonly #own = $derived(validate(toInput(this.draft)))
  readonly issues: readonly ClassIssue[] = $derived([
    ...this.#own,
    ...this.#refused.filter((issue) => !this.#own.some((own) => own.pointer === issue.pointer)),
  ])
  /** By class: field (`key`, `options/0/name`, empty for the class itself) to message. */
  readonly problems = $derived.by(() => {
    const found = new Map<string, Map<string, string>>()
    for (const issue of this.issues) {
      const spot = locate(issue.pointer)
      const node = spot && nodeAt(this.draft, spot.path)
      if (!node) continue
      const fields = found.get(node.uid) ?? new Map<string, string>()
      if (!fields.has(spot.field)) fields.set(spot.field, issue.message)
      found.set(node.uid, fields)
    }
    return found
  })

  /** Start from what the server has; the class at the same place stays selected. */
  load(configuration: Configuration): void {
    const path = this.place?.path
    const draft = fromConfiguration(configuration.classes)
    this.#saved = this.draft = draft
    this.revision = configuration.revision
    this.#past = []
    this.#future = []
    this.#refused = []
    this.#lastTag = null
    this.tried = false
    this.selected = (path && nodeAt(draft, path)?.uid) ?? null
  }

  /** The saved configuration without one class, to ask what its loss would cost. */
  savedWithout(uid: string): Draft {
    return removed(this.#saved, uid)
  }

  discard(): void {
    this.#commit(this.#saved, null)
  }

  refuse(issues: readonly ClassIssue[]): void {
    this.#refused = issues
    this.tried = true
    this.showFirstProblem()
  }

  showFirstProblem(): void {
    const first = this.issues.map((issue) => locate(issue.pointer)).find((spot) => spot !== null)
    const node = first && nodeAt(this.draft, first.path)
    if (node) this.selected = node.uid
  }

  add(type: ClassType, parent: string | null): void {
    const node = fresh(this.draft, type, parent, this.#newUid())
    this.#commit(added(this.draft, parent, node), null)
    this.selected = node.uid
  }

  /** Typing in one field is one step: equal `tag`s in a row join. */
  change(uid: string, patch: Partial<Omit<DraftClass, 'uid' | 'id'>>, tag: string | null = null): void {
    this.#commit(changed(this.draft, uid, patch), tag && `${uid} ${tag}`)
  }

  /** A new class's key follows its name until somebody writes another one. */
  rename(place: Place, name: string): void {
    const { node, parent } = place
    const spot = { parent: parent?.uid ?? null, uid: node.uid }
    const follows = node.id === null && node.key === suggestedKey(this.draft, spot, node.name)
    const key = follows ? suggestedKey(this.draft, spot, name) : node.key
    this.change(node.uid, { name, key }, 'name')
  }

  remove(uid: string): void {
    const place = find(this.draft, uid)
    const neighbour = place?.siblings[place.index + 1] ?? place?.siblings[place.index - 1] ?? place?.parent
    this.#commit(removed(this.draft, uid), null)
    this.selected = neighbour?.uid ?? null
  }

  duplicate(uid: string): void {
    const copy = duplicated(this.draft, uid, () => this.#newUid())
    if (!copy) return
    this.#commit(copy.draft, null)
    this.selected = copy.uid
  }

  step(uid: string, by: -1 | 1): void {
    this.#commit(stepped(this.draft, uid, by), `${uid} step`)
  }

  placeBeside(uid: string, target: string, side: 'before' | 'after'): void {
    this.#commit(placed(this.draft, uid, target, side), null)
  }

  undo(): void {
    const before = this.#past.at(-1)
    if (!before) return
    this.#past = this.#past.slice(0, -1)
    this.#future = [...this.#future, this.draft]
    this.#show(before)
  }

  redo(): void {
    const next = this.#future.at(-1)
    if (!next) return
    this.#future = this.#future.slice(0, -1)
    this.#past = [...this.#past, this.draft]
    this.#show(next)
  }

  #show(draft: Draft): void {
    this.draft = draft
    this.#lastTag = null
    this.#refused = []
    if (this.selected !== null && !find(draft, this.selected)) this.selected = null
  }

  #commit(draft: Draft, tag: string | null): void {
    if (draft === this.draft) return
    if (tag === null || tag !== this.#lastTag) this.#past = [...this.#past, this.draft].slice(-STEPS)
    this.#future = []
    this.#lastTag = tag
    this.draft = draft
    // What the server said was about another draft.
    this.#refused = []
    if (this.selected !== null && !find(draft, this.selected)) this.selected = null
  }

  #newUid(): string {
    return `new-${this.#next++}`
  }
}
