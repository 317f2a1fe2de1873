/** What is chosen in a grid of pictures, and the answers that are given to all of it. Pure. */

import {
  isAnswered,
  normalAnswer,
  sameAnswer,
  type Answer,
  type Answers,
  type ClassId,
  type Question,
} from '../../core/index.ts'

export interface Choice {
  readonly chosen: ReadonlySet<string>
  /** The picture with the focus, and where a row of chosen ones begins. */
  readonly focus: string | null
  readonly anchor: string | null
}

export const NOTHING: Choice = { chosen: new Set(), focus: null, anchor: null }

export interface How {
  readonly shift: boolean
  readonly ctrl: boolean
}

/** As lists do: alone, with Ctrl one more or less, with Shift all between. */
export function chosenAt(ids: readonly string[], choice: Choice, id: string, { shift, ctrl }: How): Choice {
  if (shift) {
    const between = range(ids, choice.anchor ?? id, id)
    return {
      chosen: new Set([...(ctrl ? choice.chosen : []), ...between]),
      focus: id,
      anchor: choice.anchor ?? id,
    }
  }
  return { chosen: ctrl ? toggled(choice.chosen, id) : new Set([id]), focus: id, anchor: id }
}

function range(ids: readonly string[], from: string, to: string): readonly string[] {
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)]
  return ids.slice(Math.max(0, Math.min(a, b)), Math.max(a, b) + 1)
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return set.has(id) ? new Set([...set].filter((other) => other !== id)) : new Set([...set, id])
}

const STEPS: Readonly<Record<string, (columns: number, count: number) => number>> = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: (columns) => -columns,
  ArrowDown: (columns) => columns,
  PageUp: (columns) => -3 * columns,
  PageDown: (columns) => 3 * columns,
  Home: (_, count) => -count,
  End: (_, count) => count,
}

/** The picture that a key goes to from the focus; null for other keys. */
export function stepTo(
  ids: readonly string[],
  focus: string | null,
  key: string,
  columns: number,
): string | null {
  const step = STEPS[key]?.(columns, ids.length)
  if (step === undefined || ids.length === 0) return null
  const at = focus === null ? -1 : ids.indexOf(focus)
  if (at < 0) return ids[0]!
  return ids[Math.min(Math.max(at + step, 0), ids.length - 1)]!
}

/** One answer of one picture: what it was and what it is; undefined when there is none. */
export interface Change {
  readonly taskId: string
  readonly classId: ClassId
  readonly was: Answer | undefined
  readonly is: Answer | undefined
}

export interface Answered {
  readonly taskId: string
  readonly answers: Answers
}

/** The changes that give all of them one answer; those that have it are left alone. */
export function answering(
  items: readonly Answered[],
  question: Question,
  answer: Answer | undefined,
): readonly Change[] {
  const is = answer === undefined ? undefined : normalAnswer(question, answer)
  return items
    .map(({ taskId, answers }) => ({ taskId, classId: question.id, was: answers[question.id], is }))
    .filter(({ was }) => !sameAnswer(was, is))
}

/** Options are set; those of a checklist are ticked in all, or when all have them, taken away. */
export function choosing(items: readonly Answered[], question: Question, key: string): readonly Change[] {
  if (question.type !== 'checklist') return answering(items, question, key)
  const ticked = ({ answers }: Answered): readonly string[] => [answers[question.id] ?? []].flat()
  const isOff = items.every((item) => ticked(item).includes(key))
  return items.flatMap((item) => {
    const others = ticked(item).filter((other) => other !== key)
    return answering([item], question, isOff ? others : [...others, key])
  })
}

export function inverted(changes: readonly Change[]): readonly Change[] {
  return changes.map(({ was, is, ...rest }) => ({ ...rest, was: is, is: was }))
}

export function withChange(answers: Answers, { classId, is }: Change): Answers {
  const others = Object.entries(answers).filter(([id]) => id !== classId)
  return Object.fromEntries(is === undefined ? others : [...others, [classId, is]])
}

/** What a picture says about a question in few words; null when it says nothing. */
export function badgeOf(question: Question, answers: Answers): string | null {
  const answer = answers[question.id]
  if (answer === undefined || !isAnswered(answer)) return null
  if (question.type === 'free_text') return String(answer)
  const names = [answer ?? []]
    .flat()
    .map((key) => question.options.find((each) => each.key === key)?.name ?? key)
  return names.join(', ')
}
