import { expect, test } from 'vitest'
import type {
  Annotation,
  AnnotationId,
  ClassId,
  Configuration,
  Document,
  LabelClass,
} from '../../core/index.ts'
import { numberOf, rowsOf, stepFrom, windowOf, type Row, type Rows } from './rows.ts'

function labelClass(id: string, children: LabelClass[] = []): LabelClass {
  const shared = {
    key: id,
    name: id,
    color: null,
    shortcut: null,
    required: false,
    options: [],
    maxLength: null,
  }
  return { ...shared, id: id as ClassId, type: 'point', children }
}

const configuration: Configuration = {
  id: 'c',
  projectId: 'p',
  revision: 1,
  timestamp: 0,
  classes: [labelClass('ship', [labelClass('window')]), labelClass('crane')],
}

function annotation(id: string, classId: string, parentId: string | null = null): Annotation {
  return {
    id: id as AnnotationId,
    classId: classId as ClassId,
    parentId: parentId as AnnotationId | null,
    geometry: { kind: 'point', x: 0, y: 0 },
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

function documentOf(...all: Annotation[]): Document {
  return { annotations: new Map(all.map((each) => [each.id, each])), answers: {} }
}

const document = documentOf(
  annotation('4', 'crane'),
  annotation('3', 'ship'),
  annotation('1', 'ship'),
  annotation('2', 'window', '1'),
)

const all = (rows: Rows): readonly Row[] => rows.slice(0, rows.length)

const said = (closed: string[] = []): string[] =>
  all(rowsOf(document, configuration, new Set(closed as ClassId[]))).map((row) =>
    row.type === 'class'
      ? `${row.labelClass.name} (${row.count})`
      : `${row.depth} ${row.labelClass.name} ${row.number}`,
  )

test('annotations stand under their class, nested ones under their parent, the oldest first', () => {
  expect(said()).toEqual(['ship (2)', '0 ship 1', '1 window 1', '0 ship 2', 'crane (1)', '0 crane 1'])
})

test('a closed class shows its head alone', () => {
  expect(said(['ship'])).toEqual(['ship (2)', 'crane (1)', '0 crane 1'])
})

test('steps go through the list and around its ends', () => {
  const rows = rowsOf(document, configuration, new Set())
  const id = (text: string | null): AnnotationId | null => text as AnnotationId | null
  expect(stepFrom(rows, id(null), 1)).toBe('1')
  expect(stepFrom(rows, id('1'), 1)).toBe('2')
  expect(stepFrom(rows, id('4'), 1)).toBe('1')
  expect(stepFrom(rows, id('1'), -1)).toBe('4')
  expect(stepFrom(rowsOf(documentOf(), configuration, new Set()), id(null), 1)).toBeNull()
})

test('a part of the list is what stands there, and each annotation is found in its row', () => {
  const rows = rowsOf(document, configuration, new Set())
  for (let from = 0; from <= rows.length; from++) {
    for (let to = from; to <= rows.length; to++)
      expect(rows.slice(from, to)).toEqual(all(rows).slice(from, to))
  }
  for (const annotation of document.annotations.values()) {
    const row = all(rows)[rows.indexOf(annotation.id)]
    expect(row).toMatchObject({ annotation, number: numberOf(annotation, document) })
  }
  const closed = rowsOf(document, configuration, new Set(['ship' as ClassId]))
  expect(closed.indexOf('1' as AnnotationId)).toBe(-1)
})

test('only rows in view are made', () => {
  expect(windowOf(20_000, 28, 280_000, 560)).toEqual([9994, 10026])
  expect(windowOf(3, 28, 0, 560)).toEqual([0, 3])
})
