/** The label configuration while it is edited: an immutable tree and the edits on it. */

import type { ClassInput, ClassType, Configuration } from '../../api/types.ts'
import { freeKey, keyFrom } from './keys.ts'
import { hasOptions, isGeometry, PALETTE } from './types.ts'

export interface DraftOption {
  readonly key: string
  readonly name: string
}

export interface DraftClass {
  /** Stable while the editor is open: the class's id, or a name made up for a new one. */
  readonly uid: string
  readonly id: string | null
  readonly key: string
  readonly name: string
  readonly type: ClassType
  readonly color: string | null
  readonly shortcut: string | null
  readonly required: boolean
  readonly options: readonly DraftOption[]
  readonly maxLength: number | null
  readonly number: number | null
  readonly children: readonly DraftClass[]
}

export type Draft = readonly DraftClass[]

/** A class and where it stands; `path` are the positions from the root down. */
export interface Place {
  node: DraftClass
  parent: DraftClass | null
  siblings: Draft
  index: number
  level: number
  path: readonly number[]
}

export function fromConfiguration(classes: Configuration['classes']): Draft {
  return classes.map(({ id, children, options, number, ...rest }) => ({
    ...rest,
    uid: id,
    id,
    number: number ?? null,
    options: options.map(({ key, name }) => ({ key, name })),
    children: fromConfiguration(children),
  }))
}

/** As the server takes it: trimmed, keys in lower case, nothing that the type does not have. */
export function toInput(draft: Draft): ClassInput[] {
  return draft.map((node) => ({
    id: node.id,
    key: node.key.trim().toLowerCase(),
    name: node.name.trim(),
    type: node.type,
    color: isGeometry(node.type) ? node.color : null,
    shortcut: isGeometry(node.type) ? node.shortcut : null,
    required: node.required && !isGeometry(node.type),
    options: hasOptions(node.type) ? node.options.map(({ key, name }) => ({ key, name: name.trim() })) : [],
    maxLength: node.type === 'free_text' ? node.maxLength : null,
    number: isGeometry(node.type) ? node.number : null,
    children: toInput(node.children),
  }))
}

export function* places(draft: Draft, parent: Place | null = null): Generator<Place> {
  for (const [index, node] of draft.entries()) {
    const path = [...(parent?.path ?? []), index]
    const place = { node, parent: parent?.node ?? null, siblings: draft, index, level: path.length, path }
    yield place
    yield* places(node.children, place)
  }
}

export function find(draft: Draft, uid: string): Place | null {
  for (const place of places(draft)) if (place.node.uid === uid) return place
  return null
}

export function nodeAt(draft: Draft, path: readonly number[]): DraftClass | null {
  let level: Draft = draft
  let node: DraftClass | null = null
  for (const index of path) {
    node = level[index] ?? null
    if (!node) return null
    level = node.children
  }
  return node
}

/** The tree with the list of siblings that holds `uid` replaced. */
function onSiblings(draft: Draft, uid: string, edit: (siblings: Draft) => Draft): Draft {
  if (draft.some((node) => node.uid === uid)) return edit(draft)
  return draft.map((node) => {
    const children = onSiblings(node.children, uid, edit)
    return children === node.children || same(children, node.children) ? node : { ...node, children }
  })
}

function same(first: Draft, second: Draft): boolean {
  return first.length === second.length && first.every((node, index) => node === second[index])
}

export function changed(draft: Draft, uid: string, patch: Partial<Omit<DraftClass, 'uid' | 'id'>>): Draft {
  return onSiblings(draft, uid, (siblings) =>
    siblings.map((node) => (node.uid === uid ? { ...node, ...patch } : node)),
  )
}

export function removed(draft: Draft, uid: string): Draft {
  return onSiblings(draft, uid, (siblings) => siblings.filter((node) => node.uid !== uid))
}

export function added(draft: Draft, parent: string | null, node: DraftClass): Draft {
  if (parent === null) return [...draft, node]
  const place = find(draft, parent)
  return place ? changed(draft, parent, { children: [...place.node.children, node] }) : draft
}

/** The root holds two lists; a geometry moves among geometries, a question among questions. */
const isNeighbour = (node: DraftClass, other: DraftClass, atRoot: boolean): boolean =>
  !atRoot || isGeometry(node.type) === isGeometry(other.type)

/** One step up (-1) or down (1) among its like; unchanged at the end of the list. */
export function stepped(draft: Draft, uid: string, by: -1 | 1): Draft {
  const place = find(draft, uid)
  if (!place) return draft
  const { siblings, node } = place
  for (let to = place.index + by; to >= 0 && to < siblings.length; to += by) {
    const other = siblings[to]!
    if (isNeighbour(node, other, place.level === 1))
      return placed(draft, uid, other.uid, by < 0 ? 'before' : 'after')
  }
  return draft
}

/** Beside a sibling; unchanged when the two are no siblings of one list. */
export function placed(draft: Draft, uid: string, target: string, side: 'before' | 'after'): Draft {
  const moving = find(draft, uid)
  const goal = find(draft, target)
  if (!moving || !goal || uid === target || moving.siblings !== goal.siblings) return draft
  if (!isNeighbour(moving.node, goal.node, moving.level === 1)) return draft
  return onSiblings(draft, uid, (siblings) => {
    const rest = siblings.filter((node) => node.uid !== uid)
    const at = rest.findIndex((node) => node.uid === target) + (side === 'after' ? 1 : 0)
    return [...rest.slice(0, at), moving.node, ...rest.slice(at)]
  })
}

/** Keys that a new child of `parent` (null: a new root) may not have. */
export function takenKeys(draft: Draft, parent: string | null, except?: string): Set<string> {
  const keys = new Set<string>()
  const root = parent === null ? null : rootOf(draft, parent)
  const scope = root ? [...places([root])].map((place) => place.node) : draft
  for (const node of scope) if (node.uid !== except) keys.add(node.key.trim().toLowerCase())
  return keys
}

export function rootOf(draft: Draft, uid: string): DraftClass | null {
  return draft.find((node) => node.uid === uid || find(node.children, uid)) ?? null
}

/** The key that is suggested for a name at this place. */
export function suggestedKey(
  draft: Draft,
  place: { parent: string | null; uid: string },
  name: string,
): string {
  const base = keyFrom(name)
  return base ? freeKey(base, takenKeys(draft, place.parent, place.uid)) : ''
}

/** The colour of the palette that fewest classes have, the earlier one when several do. */
export function leastUsedColor(draft: Draft): string {
  const uses = new Map<string, number>(PALETTE.map((color) => [color, 0]))
  for (const { node } of places(draft)) {
    if (node.color && uses.has(node.color)) uses.set(node.color, uses.get(node.color)! + 1)
  }
  return [...uses].reduce((best, one) => (one[1] < best[1] ? one : best))[0]
}

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'] as const

export function freeShortcuts(draft: Draft, except?: string): string[] {
  const used = new Set([...places(draft)].map(({ node }) => (node.uid === except ? null : node.shortcut)))
  return DIGITS.filter((digit) => !used.has(digit))
}

/** A class as it starts out: the least used colour, the next free shortcut, two options where there are options. */
export function fresh(draft: Draft, type: ClassType, parent: string | null, uid: string): DraftClass {
  const geometry = isGeometry(type)
  return {
    uid,
    id: null,
    key: '',
    name: '',
    type,
    color: geometry ? leastUsedColor(draft) : null,
    shortcut: geometry && parent === null ? (freeShortcuts(draft)[0] ?? null) : null,
    required: false,
    options: hasOptions(type)
      ? [
          { key: '', name: '' },
          { key: '', name: '' },
        ]
      : [],
    maxLength: type === 'free_text' ? 255 : null,
    number: null,
    children: [],
  }
}

/** A copy with its subtree behind the original: `COPY` in the name, `_copy` in the key, its own colour and shortcut. */
export function duplicated(
  draft: Draft,
  uid: string,
  newUid: () => string,
): { draft: Draft; uid: string } | null {
  const place = find(draft, uid)
  if (!place) return null
  const { node, parent } = place
  const copy: DraftClass = {
    ...renewed(node, newUid),
    name: `${node.name} COPY`.slice(0, 56),
    key: freeKey(`${node.key}_copy`.slice(0, 50), takenKeys(draft, parent?.uid ?? null)),
    color: node.color && leastUsedColor(draft),
    shortcut: node.shortcut && (freeShortcuts(draft)[0] ?? null),
  }
  const copied = onSiblings(draft, uid, (siblings) => siblings.toSpliced(place.index + 1, 0, copy))
  return { draft: parent ? distinct(copied, copy) : copied, uid: copy.uid }
}

function renewed(node: DraftClass, newUid: () => string): DraftClass {
  const children = node.children.map((child) => renewed(child, newUid))
  return { ...node, uid: newUid(), id: null, number: null, children }
}

/** Inside one root's tree keys stand once, so the copy's children need keys of their own. */
function distinct(draft: Draft, copy: DraftClass): Draft {
  return [...places(copy.children)].reduce((current, { node }) => {
    const key = freeKey(node.key, takenKeys(current, copy.uid, node.uid))
    return changed(current, node.uid, { key })
  }, draft)
}
