/** Parts for the tests of the save queue: a server in memory that keeps the contract, a clock that is turned by hand. */

import type { ClassId, Configuration } from '../core/configuration.ts'
import { differenceBetween, type Difference } from '../core/difference.ts'
import { withAnnotations, type Annotation, type AnnotationId, type Document } from '../core/document.ts'
import { ApiError, NetworkError } from './client.ts'
import type { SaveAnswer, SaveBody, TaskDetail } from './labels.ts'
import type { Conflict } from './saves-rebase.ts'
import type { Side } from './saves-resolve.ts'
import type { SaveHost, SaveServer, SaveStatus, Timing } from './saves.ts'

export const CAR = 'class-car' as ClassId
export const ANIMAL = 'class-animal' as ClassId
export const WEATHER = 'class-weather' as ClassId
export const MARKS = 'class-marks' as ClassId

/** What every draft says of its task. */
export const PLACE = {
  mediumId: 'medium',
  project: { id: 'project', name: 'Harbour' },
  parents: [],
  reason: null,
} as const

export function configurationOf(revision: number, without: readonly ClassId[] = []): Configuration {
  const shared = { color: '#ff0000', shortcut: null, required: false, maxLength: null, children: [] }
  const classes = [
    { ...shared, id: CAR, key: 'car', name: 'Car', type: 'point' as const, options: [] },
    { ...shared, id: ANIMAL, key: 'animal', name: 'Animal', type: 'point' as const, options: [] },
    {
      ...shared,
      id: WEATHER,
      key: 'weather',
      name: 'Weather',
      type: 'option' as const,
      options: [
        { key: 'sun', name: 'Sun' },
        { key: 'rain', name: 'Rain' },
      ],
    },
    {
      ...shared,
      id: MARKS,
      key: 'marks',
      name: 'Marks',
      type: 'checklist' as const,
      options: [
        { key: 'flag', name: 'Flag' },
        { key: 'name', name: 'Name' },
      ],
    },
  ]
  return {
    id: 'configuration',
    projectId: 'project',
    revision,
    timestamp: 0,
    classes: classes.filter(({ id }) => !without.includes(id)),
  }
}

export function pointAt(id: string, x: number, classId = CAR, parentId: string | null = null): Annotation {
  return {
    id: id as AnnotationId,
    classId,
    parentId: parentId as AnnotationId | null,
    geometry: { kind: 'point', x, y: 1 },
    answers: {},
    z: 0,
    comment: null,
    source: 'user',
    createdBy: null,
    createdAt: 0,
    changedBy: null,
    changedAt: 0,
  }
}

export function documentOf(...annotations: readonly Annotation[]): Document {
  return { annotations: new Map(annotations.map((annotation) => [annotation.id, annotation])), answers: {} }
}

/** Keeps one task's labels by the contract: revisions, one answer for each change id, refusals that tests turn on. */
export class ServerInMemory implements SaveServer {
  document: Document
  revision = 0
  configuration = configurationOf(1)
  editable = true
  reachable = true
  /** The change is stored and its answer lost, so many times. */
  losing = 0
  refusal: ApiError | null = null
  /** Saves wait for this. */
  busy: Promise<void> = Promise.resolve()
  readonly received: SaveBody[] = []
  readonly #answers = new Map<string, SaveAnswer>()

  constructor(document: Document) {
    this.document = document
  }

  async load(): Promise<TaskDetail> {
    if (!this.reachable) throw new NetworkError()
    const annotations = structuredClone([...this.document.annotations.values()])
    return {
      task: { id: 'task' } as TaskDetail['task'],
      project: { id: 'project', name: 'Harbour', reviewActivated: false },
      dataset: { id: 'dataset', name: 'Quay' },
      medium: { id: 'medium', mediaName: 'crane.jpg' } as TaskDetail['medium'],
      configuration: this.configuration,
      document: { annotations, answers: this.document.answers },
      revision: this.revision,
      editable: this.editable,
      readOnlyReason: this.editable ? null : 'The task is completed.',
    }
  }

  async save(body: SaveBody): Promise<SaveAnswer> {
    if (!this.reachable) throw new NetworkError()
    this.received.push(body)
    await this.busy
    const known = this.#answers.get(body.changeId)
    if (known) return known
    const refusal = this.refusal ?? this.#refusalOf(body)
    if (refusal) throw refusal
    this.document = this.#after(body)
    const answer = { revision: ++this.revision, savedAt: 1000 + this.revision }
    this.#answers.set(body.changeId, answer)
    if (this.losing-- > 0) throw new NetworkError()
    return answer
  }

  /** Another person's save. */
  change(edit: (document: Document) => Document): void {
    this.document = edit(this.document)
    this.revision += 1
  }

  #refusalOf(body: SaveBody): ApiError | null {
    if (!this.editable)
      return new ApiError(409, { code: 'task_not_editable', detail: 'The task is completed.' })
    if (body.revision !== this.revision) {
      return new ApiError(409, { code: 'revision_conflict', currentRevision: this.revision })
    }
    const known = new Set<string>(this.configuration.classes.map(({ id }) => id))
    const isGone = [...body.created, ...body.updated].some(({ classId }) => !known.has(classId))
    if (isGone) return new ApiError(409, { code: 'configuration_changed' })
    const fault = this.#faultOf(body)
    return fault === null ? null : new ApiError(422, { code: 'invalid_labels', detail: fault })
  }

  /** What cannot be applied: it names what is not there, or leaves a child without its parent. */
  #faultOf(body: SaveBody): string | null {
    const { annotations } = this.document
    const twice = body.created.find(({ id }) => annotations.has(id))
    if (twice) return `${twice.id} is there already.`
    const missing = [...body.updated.map(({ id }) => id), ...body.deleted].find((id) => !annotations.has(id))
    if (missing) return `There is no ${missing}.`
    const after = this.#after(body).annotations
    const orphan = [...after.values()].find(({ parentId }) => parentId !== null && !after.has(parentId))
    return orphan ? `${orphan.id} needs its parent.` : null
  }

  #after({ created, updated, deleted, answers }: SaveBody): Document {
    const kept = [...created, ...updated].map((annotation) => [annotation.id, annotation] as const)
    const gone = deleted.map((id) => [id, undefined] as const)
    const next = withAnnotations(this.document, [...kept, ...gone])
    const left = Object.entries({ ...next.answers, ...answers.set }).filter(
      ([id]) => !answers.removed.includes(id as ClassId),
    )
    return { ...next, answers: Object.fromEntries(left) }
  }
}

/** What the page would be: a document on screen, and a person who always chooses the same side. */
export class Screen implements SaveHost {
  shown: Document
  status_: SaveStatus | null = null
  side: Side = 'mine'
  asked = 0
  aside: Difference | null = null
  readonly announced: number[] = []

  constructor(shown: Document) {
    this.shown = shown
  }

  document(): Document {
    return this.shown
  }

  receive(document: Document): void {
    this.shown = document
  }

  async decide(conflicts: readonly Conflict[]): Promise<readonly Side[]> {
    this.asked += 1
    return conflicts.map(() => this.side)
  }

  reconfigure(_detail: TaskDetail, aside: Difference): void {
    this.aside = aside
  }

  status(status: SaveStatus): void {
    this.status_ = status
  }

  saved(revision: number): void {
    this.announced.push(revision)
  }

  /** Edit what is shown; the difference is what the queue gets. */
  edit(edit: (document: Document) => Document): Difference {
    const was = this.shown
    this.shown = edit(was)
    return differenceBetween(was, this.shown)
  }
}

export class HandClock implements Timing {
  /** How wrong the clock on the wall is; timers do not mind. */
  skewMs = 0
  #now = 0
  #calls: { at: number; call: () => void }[] = []

  nowMs(): number {
    return this.#now + this.skewMs
  }

  random(): number {
    return 0.5
  }

  after(ms: number, call: () => void): () => void {
    const entry = { at: this.#now + ms, call }
    this.#calls.push(entry)
    return () => void (this.#calls = this.#calls.filter((other) => other !== entry))
  }

  /** Let `ms` go by and everything settle that can. */
  async pass(ms: number): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    this.#now += ms
    for (let round = 0; round < 30; round++) {
      const due = this.#calls.filter(({ at }) => at <= this.#now)
      this.#calls = this.#calls.filter(({ at }) => at > this.#now)
      for (const { call } of due) call()
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    }
  }
}
