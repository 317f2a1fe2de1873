/** How label mode looks: to a person, whatever the picture; and the pictures of a project, whoever looks. */

import { PLAIN, type Adjustment } from '../../canvas/adjustment.ts'
import type { Outlook } from '../../canvas/camera.ts'
import { PLAIN_STYLE, type LabelStyle } from '../../canvas/looks.ts'
import { readRecord, writePreference } from '../preference.ts'
import { adjustmentFrom, isWithin } from './adjustment.ts'

export const NAMINGS = ['none', 'class', 'answer'] as const
export type Naming = (typeof NAMINGS)[number]

/** Per cent and CSS pixels. */
export const FILLS = [0, 100] as const
export const WIDTHS = [0.5, 6] as const

export interface PersonLook extends LabelStyle {
  readonly names: Naming
  /** Lines through the pointer while drawing. */
  readonly guides: boolean
  /** The small picture with the frame of the view. */
  readonly overview: boolean
  /** Lines between large pixels. */
  readonly grid: boolean
}

export interface ProjectLook {
  readonly adjustment: Adjustment
  /** Degrees clockwise. */
  readonly turn: number
  /** Whether the next picture opens where this one was left. */
  readonly keeps: boolean
  readonly outlook: Outlook | null
}

export const PLAIN_PERSON: PersonLook = {
  ...PLAIN_STYLE,
  names: 'none',
  guides: false,
  overview: true,
  grid: true,
}
export const PLAIN_PROJECT: ProjectLook = { adjustment: PLAIN, turn: 0, keeps: false, outlook: null }

export class Look {
  person: PersonLook = $state.raw(PLAIN_PERSON)
  project: ProjectLook = $state.raw(PLAIN_PROJECT)
  readonly #personName: string
  readonly #projectName: string

  constructor(userId: string, projectId: string) {
    this.#personName = `look.${userId}`
    this.#projectName = `view.${projectId}`
    this.person = personFrom(readRecord(this.#personName))
    this.project = projectFrom(readRecord(this.#projectName))
  }

  wear(change: Partial<PersonLook>): void {
    this.person = { ...this.person, ...change }
    writePreference(this.#personName, JSON.stringify(this.person))
  }

  show(change: Partial<ProjectLook>): void {
    this.project = { ...this.project, ...change }
    writePreference(this.#projectName, JSON.stringify(this.project))
  }

  adjust(change: Partial<Adjustment>): void {
    this.show({ adjustment: { ...this.project.adjustment, ...change } })
  }
}

type Stored = Readonly<Record<string, unknown>>

function personFrom(stored: Stored): PersonLook {
  const { fill, width, names } = stored
  const isOn = (part: 'guides' | 'overview' | 'grid'): boolean =>
    typeof stored[part] === 'boolean' ? stored[part] : PLAIN_PERSON[part]
  return {
    fill: isWithin(fill, FILLS) ? fill : PLAIN_PERSON.fill,
    width: isWithin(width, WIDTHS) ? width : PLAIN_PERSON.width,
    names: NAMINGS.find((naming) => naming === names) ?? PLAIN_PERSON.names,
    guides: isOn('guides'),
    overview: isOn('overview'),
    grid: isOn('grid'),
  }
}

function projectFrom({ adjustment, turn, keeps, outlook }: Stored): ProjectLook {
  return {
    adjustment: adjustmentFrom(adjustment),
    turn: isTurn(turn) ? turn : 0,
    keeps: keeps === true,
    outlook: outlookFrom(outlook),
  }
}

function isTurn(value: unknown): value is number {
  return isWithin(value, [0, 359.99])
}

function outlookFrom(stored: unknown): Outlook | null {
  if (typeof stored !== 'object' || stored === null) return null
  const { scale, turn, middle } = stored as Record<string, unknown>
  if (!isWithin(scale, [1e-6, 1e6]) || !isTurn(turn) || !Array.isArray(middle)) return null
  const [x, y] = middle as unknown[]
  return isWithin(x, [-10, 10]) && isWithin(y, [-10, 10]) ? { scale, turn, middle: [x, y] } : null
}
