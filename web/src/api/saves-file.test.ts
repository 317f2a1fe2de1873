import { expect, test } from 'vitest'
import { differenceBetween, NO_DIFFERENCE } from '../core/difference.ts'
import type { ClassId } from '../core/configuration.ts'
import type { Document } from '../core/document.ts'
import type { Draft } from './saves-drafts.ts'
import { draftFile, recordFile } from './saves-file.ts'
import { ANIMAL, CAR, configurationOf, documentOf, MARKS, PLACE, pointAt, WEATHER } from './saves-samples.ts'

const first = configurationOf(1)
const withNested = {
  ...first,
  classes: first.classes.map((each) =>
    each.id === CAR
      ? {
          ...each,
          children: [{ ...each, id: 'class-wheel' as ClassId, key: 'wheel' }, { ...first.classes.at(-1)! }],
        }
      : each,
  ),
}

function draftOf(is: Document, more: Partial<Draft> = {}): Draft {
  return {
    ...PLACE,
    taskId: 'task',
    tabId: 'tab',
    userId: 'ada',
    title: 'crane.jpg',
    revision: 0,
    configurations: [withNested],
    sent: null,
    waiting: differenceBetween(documentOf(), is),
    aside: NO_DIFFERENCE,
    edits: 1,
    at: 1,
    ...more,
  }
}

const parsed = (draft: Draft): unknown => JSON.parse(draftFile(draft).text)

test('a draft is a file in the native format that names its picture', () => {
  const car = { ...pointAt('a', 1), answers: { [MARKS]: ['flag', 'name'] } }
  const document = { ...documentOf(car), answers: { [WEATHER]: null } }
  expect(draftFile(draftOf(document)).name).toBe('unsaved-labels-crane.json')
  expect(parsed(draftOf(document))).toMatchObject([
    {
      internal_media_ID: 'medium',
      external_media_ID: 'crane.jpg',
      global_classifications: { weather: [null] },
      labels: {
        car: [{ id: 'a', geometry: [{ x: 1, y: 1 }], classifications: { marks: ['flag', 'name'] } }],
      },
    },
  ])
})

test('what is nested stands in its parent, also in one that is saved already', () => {
  const wheel = pointAt('w', 2, 'class-wheel' as ClassId, 'a')
  const draft = draftOf(documentOf(wheel), { parents: [pointAt('a', 1)] })
  expect(parsed(draft)).toMatchObject([
    {
      labels: { car: [{ id: 'a', nested_geometries: { wheel: [{ id: 'w', geometry: [{ x: 2, y: 1 }] }] } }] },
    },
  ])
})

test('what has no place does not keep the rest from being imported, and is not left out either', () => {
  const aside = differenceBetween(documentOf(), documentOf(pointAt('b', 1, ANIMAL)))
  const both = draftOf(documentOf(pointAt('a', 1)), {
    aside,
    configurations: [configurationOf(2, [ANIMAL]), first],
  })
  expect(parsed(both)).toMatchObject([
    { labels: { car: [{ id: 'a' }] }, unsaved: { aside: { created: [{ id: 'b' }] } } },
  ])
  expect(draftFile(both).text).not.toContain('"animal"')
  const alone = { ...both, waiting: NO_DIFFERENCE }
  expect(parsed(alone)).toMatchObject([{ labels: { animal: [{ id: 'b' }] } }])
})

test('deletions, which the format cannot say, stand beside it', () => {
  const waiting = differenceBetween(documentOf(pointAt('a', 1)), documentOf())
  expect(parsed(draftOf(documentOf(), { waiting }))).toMatchObject([
    { labels: {}, unsaved: { deleted: ['a'] } },
  ])
})

test('a record that cannot be read is written as it is', () => {
  const content = { waiting: { annotations: new Map([['a', 1]]) } }
  expect(JSON.parse(recordFile({ key: ['task', 'tab'], content }).text)).toEqual({
    key: ['task', 'tab'],
    content: { waiting: { annotations: [['a', 1]] } },
  })
})
