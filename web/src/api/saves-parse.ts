/** Reading drafts at the edge: a record may come from another version, or be damaged. */

import { NO_DIFFERENCE, type Change, type Difference } from '../core/difference.ts'
import type { Annotation, Answer } from '../core/document.ts'
import { isKind } from '../geometry/index.ts'
import type { Draft, Sent } from './saves-drafts.ts'

type Fields = Readonly<Record<string, unknown>>

/** Null: it cannot be used. What earlier versions did not write yet is empty. */
export function readDraft(record: unknown): Draft | null {
  if (!isFields(record)) return null
  const draft = { ...record, aside: record.aside ?? NO_DIFFERENCE }
  return isWork(draft) ? { ...draft, ...described(record) } : null
}

type Work = Pick<Draft, 'taskId' | 'tabId' | 'userId' | 'revision' | 'sent' | 'waiting' | 'aside'>

function isWork(record: Fields): record is Fields & Work {
  const { taskId, tabId, userId, revision, sent, waiting, aside } = record
  const isNamed = [taskId, tabId, userId].every((id) => typeof id === 'string')
  const isNumbered = typeof revision === 'number' && Number.isInteger(revision)
  return isNamed && isNumbered && isSent(sent) && isDifference(waiting) && isDifference(aside)
}

function described(record: Fields): Omit<Draft, keyof Work> {
  return {
    title: textOr(record.title, 'A picture'),
    mediumId: textOr(record.mediumId, ''),
    project: isFields(record.project) ? (record.project as Draft['project']) : { id: '', name: '' },
    configurations: listOr(record.configurations) as Draft['configurations'],
    parents: listOr(record.parents).filter(isAnnotation),
    edits: Math.max(1, numberOr(record.edits, 1)),
    reason: typeof record.reason === 'string' ? record.reason : null,
    at: numberOr(record.at, 0),
  }
}

const numberOr = (value: unknown, other: number): number => (typeof value === 'number' ? value : other)

const textOr = (value: unknown, other: string): string =>
  typeof value === 'string' && value !== '' ? value : other

const listOr = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

function isSent(value: unknown): value is Sent | null {
  return (
    value === null ||
    (isFields(value) && typeof value.changeId === 'string' && isDifference(value.difference))
  )
}

function isDifference(value: unknown): value is Difference {
  return isFields(value) && isChanges(value.annotations, isAnnotation) && isChanges(value.answers, isAnswer)
}

function isChanges<Value>(
  value: unknown,
  isValue: (value: unknown) => value is Value,
): value is ReadonlyMap<string, Change<Value>> {
  if (!(value instanceof Map)) return false
  const fits = (side: unknown): boolean => side === undefined || isValue(side)
  return [...value.values()].every((change) => Array.isArray(change) && fits(change[0]) && fits(change[1]))
}

function isAnnotation(value: unknown): value is Annotation {
  return (
    isFields(value) &&
    typeof value.id === 'string' &&
    typeof value.classId === 'string' &&
    isFields(value.answers) &&
    isFields(value.geometry) &&
    isKind(String(value.geometry.kind))
  )
}

function isAnswer(value: unknown): value is Answer {
  return value === null || typeof value === 'string' || Array.isArray(value)
}
