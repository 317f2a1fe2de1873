/** A label configuration that a file proposes, and what people choose of it. */

import type { ClassMapping, DraftClass, Origin, ProposedClasses } from '../../api/exchanges.ts'
import { isGeometry, SEGMENTATION } from '../configuration/types.ts'

/** What somebody chose for one proposed class; what is not there stays as it is proposed. */
export interface Choice {
  readonly dropped?: boolean
  readonly key?: string
  readonly name?: string
  readonly type?: DraftClass['type']
  readonly color?: string
}

/** By the path of keys that was proposed. */
export type Choices = Readonly<Record<string, Choice>>

export interface Row {
  readonly path: string
  readonly level: number
  readonly proposed: DraftClass
  readonly isNew: boolean
  /** Options that come to a question that is there. */
  readonly more: readonly string[]
  readonly origin: Origin | undefined
}

/** The classes that are new or grow, with those that they stand in. */
export function rowsOf(proposal: ProposedClasses, before: readonly DraftClass[]): Row[] {
  const origins = new Map(proposal.origins.map((origin) => [origin.path, origin]))
  const known = new Map(flat(before).map((one) => [one.id, one]))
  const paths = [...origins.keys()]
  const walk = (classes: readonly DraftClass[], above: string, level: number): Row[] =>
    classes.flatMap((proposed) => {
      const path = above + proposed.key
      const children = walk(proposed.children, `${path}.`, level + 1)
      if (!origins.has(path) && !paths.some((other) => other.startsWith(`${path}.`))) return []
      const old = known.get(proposed.id)?.options.map(({ key }) => key)
      const more = old ? proposed.options.map(({ key }) => key).filter((key) => !old.includes(key)) : []
      const origin = origins.get(path)
      return [{ path, level, proposed, isNew: proposed.id === null, more, origin }, ...children]
    })
  return walk(proposal.classes, '', 0)
}

const flat = (classes: readonly DraftClass[]): DraftClass[] =>
  classes.flatMap((one) => [one, ...flat(one.children)])

/** The kinds that a new class may have, the proposed one first. */
export function typesOf({ proposed, origin, level }: Row): DraftClass['type'][] {
  const types = [...(origin?.becomes ?? []), ...(origin?.lessens ?? [])]
  const mayBeSegmentation = level === 0 && proposed.children.length === 0
  const allowed = types.filter((type) => type !== SEGMENTATION || mayBeSegmentation)
  return allowed.length > 0 ? allowed : [proposed.type]
}

/** Whether a chosen kind only holds the boxes of what the file has. */
export const losesShape = ({ origin }: Row, type: DraftClass['type']): boolean =>
  origin?.lessens.includes(type) ?? false

/** The classes as they will be saved. */
export function built(classes: readonly DraftClass[], choices: Choices, above = ''): DraftClass[] {
  return classes.flatMap((one) => {
    const path = above + one.key
    const { dropped, ...chosen } = choices[path] ?? {}
    if (one.id === null && dropped) return []
    const children = built(one.children, choices, `${path}.`)
    return [one.id === null ? { ...one, ...chosen, children } : { ...one, children }]
  })
}

/** What the file's classes become, where that is not what they are called. */
export function mappingOf(rows: readonly Row[], choices: Choices, mapping: ClassMapping): ClassMapping {
  const classes: Record<string, string> = { ...mapping.classes }
  const questions: Record<string, string> = { ...mapping.questions }
  const chosen = rows.filter(({ path, isNew }) => isNew && path in choices && !isUnderDropped(path, choices))
  for (const { origin, proposed, path } of chosen) {
    const isShape = isGeometry(proposed.type)
    const target = targetOf(path, choices, isShape)
    if (target === null || !origin) continue
    for (const name of namesOf(origin)) (isShape ? classes : questions)[name] = target
  }
  const lossy = chosen.some((row) => {
    const { dropped, type } = choices[row.path]!
    return !dropped && type !== undefined && losesShape(row, type)
  })
  return { ...mapping, classes, questions, lossy: mapping.lossy || lossy }
}

/** What a chosen class is called afterwards, '' when it is left out, null when the file finds it by itself. */
function targetOf(path: string, choices: Choices, isShape: boolean): string | null {
  const { dropped, key, type } = choices[path] ?? {}
  if (dropped) return ''
  if (key === undefined && type === undefined) return null
  return isShape ? chosenPath(path, choices) : ownKey(path, choices)
}

const parentOf = (path: string): string | null =>
  path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : null

function isUnderDropped(path: string, choices: Choices): boolean {
  const parent = parentOf(path)
  return parent !== null && (choices[parent]?.dropped === true || isUnderDropped(parent, choices))
}

function chosenPath(path: string, choices: Choices): string {
  const parent = parentOf(path)
  const key = ownKey(path, choices)
  return parent === null ? key : `${chosenPath(parent, choices)}.${key}`
}

const ownKey = (path: string, choices: Choices): string =>
  choices[path]?.key ?? path.slice(path.lastIndexOf('.') + 1)

/** What a mapping calls it: the class, or each of its kinds where these become several classes. */
function namesOf({ name, parent, kinds, isWhole }: Origin): string[] {
  const full = parent === null ? name : `${parent}.${name}`
  return isWhole ? [full] : kinds.map((kind) => `${full} (${kind})`)
}
