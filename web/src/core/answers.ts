// Answers to questions: their normal form and the rules they follow. The one file that tells question types apart.

import { findClass, isQuestion, type ClassId, type Configuration, type Question } from './configuration.ts'
import { sameAnswer, type Answer, type Answers } from './document.ts'

export type AnswerIssueCode =
  | 'unknown_class'
  | 'wrong_parent'
  | 'wrong_answer'
  | 'unknown_option'
  | 'duplicate_option'
  | 'too_long'
  | 'invalid_text'
  | 'answer_missing'

export interface AnswerFinding {
  readonly code: AnswerIssueCode
  readonly classId: ClassId
  readonly message: string
}

/** Ticked options in configuration order, each once; an empty text as not answered. */
export function normalAnswer(question: Question, answer: Answer): Answer {
  if (question.type !== 'checklist') return answer === '' ? null : answer
  const ticked = new Set([answer ?? []].flat())
  return question.options.map(({ key }) => key).filter((key) => ticked.has(key))
}

/** The answer as another question can take it; undefined when it cannot. */
export function transferredAnswer(answer: Answer, from: Question, to: Question): Answer | undefined {
  if (from.type !== to.type) return undefined
  const kept = to.type === 'checklist' ? normalAnswer(to, answer) : answer
  return issueOfAnswer(kept, to) === null ? kept : undefined
}

/** Everything that either side ticked; undefined for answers that cannot stand together. */
export function unitedAnswer(question: Question, one: Answer, other: Answer): Answer | undefined {
  if (sameAnswer(one, other)) return one
  if (question.type !== 'checklist') return undefined
  return normalAnswer(question, [one ?? [], other ?? []].flat())
}

/** What may never be stored: `questions` are those that are asked of the owner of the answers. */
export function issuesOfAnswers(
  answers: Answers,
  questions: readonly Question[],
  configuration: Configuration,
): readonly AnswerFinding[] {
  const asked = new Map(questions.map((question) => [question.id, question]))
  return (Object.entries(answers) as [ClassId, Answer][]).flatMap(([classId, answer]) => {
    const question = asked.get(classId)
    const issue =
      question === undefined ? strayAnswer(classId, configuration) : issueOfAnswer(answer, question)
    return issue === null ? [] : [issue]
  })
}

/** Required questions without an answer. */
export function missingAnswers(answers: Answers, questions: readonly Question[]): readonly AnswerFinding[] {
  return questions
    .filter((question) => question.required && !isAnswered(answers[question.id]))
    .map(({ id, name }) => ({ code: 'answer_missing', classId: id, message: `${name} needs an answer.` }))
}

export function isAnswered(answer: Answer | undefined): boolean {
  return answer !== undefined && answer !== null && answer.length > 0
}

/** The answer in words, as it stands on the picture. */
export function answerText(question: Question, answer: Answer): string {
  if (question.type === 'free_text') return answer === null ? '' : String(answer)
  const names = new Map(question.options.map(({ key, name }) => [key, name]))
  return [answer ?? []]
    .flat()
    .map((key) => names.get(key) ?? key)
    .join(', ')
}

function strayAnswer(classId: ClassId, configuration: Configuration): AnswerFinding {
  const labelClass = findClass(configuration, classId)
  if (labelClass !== undefined && isQuestion(labelClass)) {
    return finding(labelClass, 'wrong_parent', `${labelClass.name} is not asked here.`)
  }
  return {
    code: 'unknown_class',
    classId,
    message: 'An answer belongs to no question of the label configuration.',
  }
}

function issueOfAnswer(answer: Answer, question: Question): AnswerFinding | null {
  const isList = typeof answer === 'object' && answer !== null
  if (isList !== (question.type === 'checklist')) {
    return finding(question, 'wrong_answer', `The answer to ${question.name} does not fit its type.`)
  }
  if (answer === null) return null
  if (question.type === 'free_text') return issueOfText(answer as string, question)
  return issueOfOptions([answer].flat(), question)
}

function issueOfText(text: string, question: Question): AnswerFinding | null {
  // The server counts code points, not the UTF-16 units of `length`.
  const length = [...text].length
  const limit = question.maxLength ?? 0
  if (length > limit) {
    return finding(
      question,
      'too_long',
      `The answer to ${question.name} has ${length} characters, at most ${limit} are allowed.`,
    )
  }
  return text.includes('\0')
    ? finding(question, 'invalid_text', `The answer to ${question.name} contains a NUL character.`)
    : null
}

function issueOfOptions(keys: readonly string[], question: Question): AnswerFinding | null {
  const known = new Set(question.options.map(({ key }) => key))
  const unknown = keys.find((key) => !known.has(key))
  if (unknown !== undefined)
    return finding(question, 'unknown_option', `${question.name} has no option ${unknown}.`)
  if (new Set(keys).size === keys.length) return null
  return finding(question, 'duplicate_option', `The answer to ${question.name} ticks an option twice.`)
}

function finding(question: Question, code: AnswerIssueCode, message: string): AnswerFinding {
  return { code, classId: question.id, message }
}
