/** The server's rules for a configuration, so that a person sees at once what saving would refuse. */

import type { ClassInput } from '../../api/types.ts'
import { FORBIDDEN_KEYS } from './keys.ts'
import {
  hasOptions,
  isGeometry,
  MAX_CLASSES,
  MAX_DEPTH,
  MAX_OPTIONS,
  MAX_TEXT,
  MOST_NUMBER,
  SEGMENTATION,
  TYPES,
} from './types.ts'

export interface ClassIssue {
  readonly pointer: string
  readonly code: string
  readonly message: string
}

interface Placed {
  node: ClassInput
  parent: ClassInput | null
  depth: number
  at: string
}

const KEY = /^[a-z0-9_ -]{1,56}$/
const OPTION_KEY = /^[A-Za-z0-9_ .-]{1,56}$/
const COLOR = /^#[0-9A-Fa-f]{6}$/
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f]/

function walk(classes: readonly ClassInput[], parent: Placed | null = null): Placed[] {
  return classes.flatMap((node, index) => {
    const at = `${parent ? `${parent.at}/children` : '/classes'}/${index}`
    const place = { node, parent: parent?.node ?? null, depth: (parent?.depth ?? 0) + 1, at }
    return [place, ...walk(node.children, place)]
  })
}

/** Every broken rule of a trimmed tree; empty when it may be saved. */
export function validate(classes: readonly ClassInput[]): ClassIssue[] {
  const all = walk(classes)
  if (all.length > MAX_CLASSES) {
    const message = `${all.length} classes; at most ${MAX_CLASSES} are allowed.`
    return [{ pointer: '/classes', code: 'too_many_classes', message }]
  }
  return [...all.flatMap((place) => [...placeIssues(place), ...fieldIssues(place)]), ...uniqueIssues(all)]
}

function placeIssues({ node, parent, depth, at }: Placed): ClassIssue[] {
  if (!(node.type in TYPES)) {
    return [{ pointer: `${at}/type`, code: 'unknown_type', message: `There is no type “${node.type}”.` }]
  }
  const issues: ClassIssue[] = []
  if (depth > MAX_DEPTH) {
    issues.push({ pointer: at, code: 'too_deep', message: `This is level ${depth}; at most ${MAX_DEPTH}.` })
  }
  if (!parent) return issues
  if (parent.type === SEGMENTATION || node.type === SEGMENTATION) {
    const message = 'Image segmentation stands at the root, without children.'
    issues.push({ pointer: at, code: 'wrong_place', message })
  } else if (isGeometry(node.type) && (depth !== 2 || !isGeometry(parent.type))) {
    const message = 'A geometry stands at the root or directly under a root geometry.'
    issues.push({ pointer: at, code: 'wrong_place', message })
  }
  return issues
}

function fieldIssues({ node, at }: Placed): ClassIssue[] {
  const issues: ClassIssue[] = []
  const issue = (field: string, code: string, message: string): void => {
    issues.push({ pointer: `${at}/${field}`, code, message })
  }
  if (!KEY.test(node.key)) {
    issue(
      'key',
      'invalid_key',
      node.key ? 'Use 1 to 56 of a-z, 0-9, blank, _ and -.' : 'Enter an export key.',
    )
  }
  if (FORBIDDEN_KEYS.has(node.key)) {
    issue('key', 'forbidden_key', `“${node.key}” is a word of the export format; choose another key.`)
  }
  if (!isName(node.name)) issue('name', 'invalid_name', nameMessage(node.name))
  if (node.color !== null && !COLOR.test(node.color))
    issue('color', 'invalid_color', 'Write the colour as #RRGGBB.')
  if (node.shortcut !== null && !/^[0-9]$/.test(node.shortcut)) {
    issue('shortcut', 'invalid_shortcut', 'A shortcut is one digit.')
  }
  return [...issues, ...typeIssues(node, at)]
}

function typeIssues(node: ClassInput, at: string): ClassIssue[] {
  if (node.type === 'free_text') {
    const fits = node.maxLength !== null && Number.isInteger(node.maxLength)
    if (fits && node.maxLength! >= 1 && node.maxLength! <= MAX_TEXT) return []
    const message = `Enter a whole number from 1 to ${MAX_TEXT}.`
    return [{ pointer: `${at}/maxLength`, code: 'invalid_length', message }]
  }
  return hasOptions(node.type) ? optionIssues(node, at) : []
}

function optionIssues(node: ClassInput, at: string): ClassIssue[] {
  const issues: ClassIssue[] = []
  if (node.options.length < 1 || node.options.length > MAX_OPTIONS) {
    const message = node.options.length
      ? `At most ${MAX_OPTIONS} options are allowed.`
      : 'Add at least one option.'
    issues.push({ pointer: `${at}/options`, code: 'wrong_option_count', message })
  }
  const seen = new Set<string>()
  for (const [index, { key, name }] of node.options.entries()) {
    const here = `${at}/options/${index}`
    if (!OPTION_KEY.test(key)) {
      const message = key ? 'Use 1 to 56 of A-Z, a-z, 0-9, blank, _ . and -.' : 'Enter a key.'
      issues.push({ pointer: `${here}/key`, code: 'invalid_key', message })
    }
    if (seen.has(key)) {
      issues.push({ pointer: `${here}/key`, code: 'duplicate_key', message: `“${key}” occurs twice.` })
    }
    if (!isName(name))
      issues.push({ pointer: `${here}/name`, code: 'invalid_name', message: nameMessage(name) })
    seen.add(key)
  }
  return issues
}

function isName(name: string): boolean {
  const length = [...name].length
  return length >= 1 && length <= 56 && !CONTROL.test(name)
}

function nameMessage(name: string): string {
  return name ? 'Use 1 to 56 characters on one line.' : 'Enter a name.'
}

function uniqueIssues(all: readonly Placed[]): ClassIssue[] {
  return [...keyIssues(all), ...shortcutIssues(all), ...numberIssues(all)]
}

/** Root keys stand once among roots, every key once in its root's tree. */
function keyIssues(all: readonly Placed[]): ClassIssue[] {
  const issues: ClassIssue[] = []
  const roots = new Set<string>()
  let tree = new Set<string>()
  for (const { node, depth, at } of all) {
    const isRoot = depth === 1
    if (isRoot) tree = new Set()
    if ((isRoot ? roots : tree).has(node.key)) {
      const where = isRoot ? 'at the root' : 'in this tree'
      issues.push({
        pointer: `${at}/key`,
        code: 'duplicate_key',
        message: `“${node.key}” occurs twice ${where}.`,
      })
    }
    tree.add(node.key)
    if (isRoot) roots.add(node.key)
  }
  return issues
}

function shortcutIssues(all: readonly Placed[]): ClassIssue[] {
  const issues: ClassIssue[] = []
  const owners = new Map<string, string>()
  for (const { node, at } of all) {
    if (node.shortcut === null) continue
    const owner = owners.get(node.shortcut)
    if (owner === undefined) owners.set(node.shortcut, node.name || node.key)
    else {
      const message = `The shortcut ${node.shortcut} belongs to “${owner}” already.`
      issues.push({ pointer: `${at}/shortcut`, code: 'duplicate_shortcut', message })
    }
  }
  return issues
}

function numberIssues(all: readonly Placed[]): ClassIssue[] {
  const issues: ClassIssue[] = []
  const owners = new Map<number, string>()
  for (const { node, at } of all) {
    if (node.number === null || node.number === undefined) continue
    const pointer = `${at}/number`
    if (!Number.isInteger(node.number) || node.number < 0 || node.number > MOST_NUMBER) {
      const message = `Enter a whole number from 0 to ${MOST_NUMBER}, or nothing.`
      issues.push({ pointer, code: 'invalid_number', message })
    }
    const owner = owners.get(node.number)
    if (owner === undefined) owners.set(node.number, node.name || node.key)
    else {
      const message = `The number ${node.number} belongs to “${owner}” already.`
      issues.push({ pointer, code: 'duplicate_number', message })
    }
  }
  return issues
}

/** Where a pointer leads: the positions of the class, and the field inside it (`options/2/key`, or empty). */
export function locate(pointer: string): { path: number[]; field: string } | null {
  const parts = pointer.split('/').slice(1)
  if (parts.shift() !== 'classes') return null
  const path: number[] = []
  while (parts.length && /^\d+$/.test(parts[0]!)) {
    path.push(Number(parts.shift()))
    if (parts[0] !== 'children') break
    parts.shift()
  }
  return path.length ? { path, field: parts.join('/') } : null
}
