/** What people read about long work: how it stands, and what it does. */

import type { Work } from '../../api/exchanges.ts'
import { counted } from '../format.ts'

type Tone = 'neutral' | 'accent' | 'success' | 'warning' | 'danger'

const STATES: Readonly<Record<string, readonly [string, Tone]>> = {
  waiting: ['Waiting', 'accent'],
  running: ['Writing', 'accent'],
  planning: ['Comparing', 'accent'],
  needs_classes: ['Needs classes', 'warning'],
  ready: ['Not imported yet', 'warning'],
  applying: ['Storing', 'accent'],
  done: ['Done', 'success'],
  undoing: ['Taking back', 'accent'],
  undone: ['Taken back', 'neutral'],
  cancelled: ['Stopped', 'neutral'],
  failed: ['Failed', 'danger'],
}

export function stateOf({ state, step, done, total }: Work): readonly [string, Tone] {
  if (state === 'waiting' && step === 'reading') return ['Reading', 'accent']
  const [word, tone] = STATES[state] ?? [state, 'neutral']
  const percent = total > 0 ? Math.floor((100 * done) / total) : 0
  return PROGRESSING.has(state) && percent > 0 ? [`${word} ${percent} %`, tone] : [word, tone]
}

const PROGRESSING: ReadonlySet<string> = new Set(['running', 'planning', 'applying', 'undoing'])

const STEPS: Readonly<Record<string, string>> = {
  snapshot: 'Taking the labels of this moment',
  starting: 'Starting',
  writing: 'Writing',
  checking: 'Reading it back',
  judging: 'Letting other programs read it',
  reading: 'Reading the file',
  comparing: 'Comparing it with the labels that are there',
  storing: 'Storing',
  undoing: 'Taking it back',
}

export const stepOf = ({ step }: Work): string => STEPS[step ?? ''] ?? 'Waiting for its turn'

/** What is gone, when it went and what helps; empty where it is there to go on with. */
export const goneOf = ({ removedAfterDays: days }: Work, what: string, remedy: string): string =>
  days === null ? '' : `${what} removed after ${counted(days, 'day')}; ${remedy}.`
