import { expect, test } from 'vitest'
import type { Annotation, AnnotationId, ClassId, Configuration, LabelClass } from '../../core/index.ts'
import { askedAmong, nextUnanswered } from './questions.ts'

function question(id: string, required = false, children: LabelClass[] = []): LabelClass {
  const shared = { key: id, name: id, color: null, shortcut: null, options: [], maxLength: 20 }
  return { ...shared, id: id as ClassId, type: 'free_text', required, children }
}

const car: LabelClass = {
  ...question('car'),
  type: 'point',
  children: [question('maker'), question('plate', true)],
}
const configuration: Configuration = {
  id: 'c',
  projectId: 'p',
  revision: 1,
  timestamp: 0,
  classes: [question('weather', false, [question('strength')]), car],
}

function annotation(id: string, answers: Annotation['answers'] = {}): [AnnotationId, Annotation] {
  const made = { createdBy: null, createdAt: 0, changedBy: null, changedAt: 0, source: 'user' as const }
  const geometry = { kind: 'point' as const, x: 0, y: 0 }
  const own = {
    id: id as AnnotationId,
    classId: car.id,
    parentId: null,
    geometry,
    answers,
    z: 0,
    comment: null,
  }
  return [own.id, { ...own, ...made }]
}

const open = (
  answers: Annotation['answers'],
  all: [AnnotationId, Annotation][],
  selected: string[] = [],
): string => {
  const document = { annotations: new Map(all), answers }
  const place = nextUnanswered({ document, configuration, selection: new Set(selected as AnnotationId[]) })
  return place === null ? 'nothing' : `${place.owner ?? 'medium'} ${place.question.id}`
}

const global = { weather: 'sun', strength: 'much' }

test('nested questions are asked one step deeper', () => {
  expect(askedAmong(configuration.classes).map(({ question, depth }) => [question.id, depth])).toEqual([
    ['weather', 0],
    ['strength', 1],
  ])
})

test('the selection is asked first, what is required before the rest', () => {
  expect(open({}, [annotation('1')], ['1'])).toBe('1 plate')
  expect(open({}, [annotation('1', { plate: 'B-1' })], ['1'])).toBe('1 maker')
})

test('then the medium, then what is required of others', () => {
  expect(open({ weather: 'sun' }, [annotation('1')])).toBe('medium strength')
  expect(open(global, [annotation('1', { plate: 'B-1' }), annotation('2')])).toBe('2 plate')
  expect(open(global, [annotation('1', { plate: 'B-1' })])).toBe('nothing')
})
