/** The mapping of an import as rows of a table: what stands in the file, and what it may become here. */

import type { ClassFit, ClassMapping, Fit, QuestionFit } from '../../api/exchanges.ts'
import type { LabelClass } from '../../core/configuration.ts'
import { isGeometry } from '../configuration/types.ts'

/** By its key or name, as the server does it by itself. */
export const BY_NAME = '\u0000'

export interface ClassRow {
  /** What the mapping calls it. */
  readonly key: string
  readonly title: string
  readonly fit: ClassFit
  readonly isNested: boolean
}

const classKey = ({ name, parent }: ClassFit): string => (parent === null ? name : `${parent}.${name}`)

/** Whether it lacks a place here: what is left out has none because somebody wants it so, asides need none. */
export const isOpen = (fit: ClassFit | QuestionFit): boolean =>
  ['unknown', 'misplaced'].includes(fit.how) && !('aside' in fit && fit.aside)

/** A row for each class, or for each of its kinds where it has several. */
export function classRows(fit: Fit): ClassRow[] {
  const used = fit.classes.filter(({ count }) => count > 0)
  const several = new Set(used.map(classKey).filter((key, index, all) => all.indexOf(key) !== index))
  return used.map((one) => {
    const full = classKey(one)
    const key = several.has(full) ? `${full} (${one.kind})` : full
    return { key, title: full.replaceAll('.', ' › '), fit: one, isNested: one.parent !== null }
  })
}

/**
 * What has no place here comes first, and stays where it is when it gets one: a row that moved under the hand would
 * lose it. `first` remembers what had none when it was seen first.
 */
export function openFirst(rows: readonly ClassRow[], first: Map<string, boolean>): ClassRow[] {
  for (const { key, fit } of rows) if (!first.has(key)) first.set(key, isOpen(fit))
  return rows.toSorted((a, b) => Number(first.get(b.key)) - Number(first.get(a.key)))
}

export const questionKey = ({ name, owner }: QuestionFit): string =>
  owner === null ? name : `${owner}.${name}`

/** How many things of the file have no place here. */
export const openCount = (fit: Fit): number =>
  classRows(fit).filter((row) => isOpen(row.fit)).length +
  fit.questions.filter(isOpen).length +
  fit.questions.reduce((sum, one) => sum + missingOptions(one).length, 0)

const missingOptions = (one: QuestionFit): string[] =>
  isOpen(one) || one.aside ? [] : Object.keys(one.values).filter((value) => one.values[value] === null)

/** The classes that objects may become, nested ones under their parents. */
export function geometryChoices(classes: readonly LabelClass[], isNested: boolean): LabelClass[] {
  const found = isNested ? classes.filter(({ type }) => isGeometry(type)).flatMap((c) => c.children) : classes
  return found.filter(({ type }) => isGeometry(type))
}

/** The questions about the medium, or about any class of ours; those inside others too. */
export function questionChoices(classes: readonly LabelClass[], isAboutMedium: boolean): LabelClass[] {
  const questions = (list: readonly LabelClass[]): LabelClass[] =>
    list.filter(({ type }) => !isGeometry(type)).flatMap((one) => [one, ...questions(one.children)])
  if (isAboutMedium) return questions(classes)
  const shapes = (list: readonly LabelClass[]): LabelClass[] =>
    list.filter(({ type }) => isGeometry(type)).flatMap((one) => [one, ...shapes(one.children)])
  const found = shapes(classes).flatMap(({ children }) => questions(children))
  return found.filter((one, index) => found.findIndex(({ key }) => key === one.key) === index)
}

/** The mapping with one entry changed; `BY_NAME` takes the entry away. */
export function withEntry(
  mapping: ClassMapping,
  table: 'classes' | 'questions' | 'options',
  key: string,
  value: string,
): ClassMapping {
  const others = Object.fromEntries(Object.entries(mapping[table]).filter(([known]) => known !== key))
  return { ...mapping, [table]: value === BY_NAME ? others : { ...others, [key]: value } }
}

export const isEmpty = ({ classes, questions, options, lossy }: ClassMapping): boolean =>
  !lossy && [classes, questions, options].every((table) => Object.keys(table).length === 0)
