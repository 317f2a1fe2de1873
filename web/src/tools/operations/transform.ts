// Gives the selection another class of the same type and the same parent class. An answer stays where the new class
// asks a question of the same key and type; nested annotations follow into the class of the same key and type.

import {
  changing,
  childrenOf,
  findGeometryClass,
  geometryClasses,
  inOrder,
  parentClassOf,
  questionsOf,
  removing,
  selectedAnnotations,
  transferredAnswer,
  type Annotation,
  type AnnotationId,
  type Answers,
  type ClassId,
  type Configuration,
  type GeometryClass,
  type Operation,
  type Outcome,
  type Scene,
} from '../../core/index.ts'

export const transform: Operation = {
  id: 'transform',
  name: 'Change class',
  icon: 'swap',
  keys: [],
  available: ({ selection }) => selection.size > 0,
  disabled: (scene) => {
    if (new Set(selectedAnnotations(scene).map(({ classId }) => classId)).size > 1)
      return 'The selection is of several classes.'
    return targets(scene).length === 0 ? 'There is no other class of this type.' : null
  },
  choices: (scene) => targets(scene).map(({ id, name }) => ({ id, name })),
  run: transformed,
}

function targets(scene: Scene): readonly GeometryClass[] {
  const { configuration } = scene
  const [first] = selectedAnnotations(scene)
  const from = first === undefined ? undefined : findGeometryClass(configuration, first.classId)
  if (from === undefined) return []
  const parent = parentClassOf(configuration, from.id)
  return geometryClasses(configuration).filter(
    ({ id, type }) => id !== from.id && type === from.type && parentClassOf(configuration, id) === parent,
  )
}

function transformed(scene: Scene, choice?: string): Outcome {
  const to = targets(scene).find(({ id }) => id === choice)
  if (to === undefined) return {}
  const { configuration, document, selection } = scene
  const children = selectedAnnotations(scene).flatMap(({ id }) => childrenOf(document, id))
  const homeless = children.filter(({ classId }) => childClassLike(classId, to, configuration) === undefined)
  const rehomed = children.filter((child) => !homeless.includes(child))
  const edit = inOrder([
    removing(homeless.map(({ id }) => id)),
    changing(selection, (annotation) => reclassed(annotation, to, configuration)),
    changing(idsOf(rehomed), (child) =>
      reclassed(child, childClassLike(child.classId, to, configuration)!, configuration),
    ),
  ])
  return { edit: { name: `Change to ${to.name}`, edit }, ...lossNote(homeless.length, to) }
}

function idsOf(annotations: readonly Annotation[]): readonly AnnotationId[] {
  return annotations.map(({ id }) => id)
}

function lossNote(count: number, { name }: GeometryClass): Pick<Outcome, 'message'> {
  if (count === 0) return {}
  const text = `${count} nested ${count === 1 ? 'annotation was' : 'annotations were'} removed: ${name} has no such nested class. Undo brings them back.`
  return { message: { code: 'nested_removed', text } }
}

function childClassLike(
  classId: ClassId,
  parent: GeometryClass,
  configuration: Configuration,
): GeometryClass | undefined {
  const from = findGeometryClass(configuration, classId)
  const child = parent.children.find(({ key, type }) => key === from?.key && type === from.type)
  return child === undefined ? undefined : findGeometryClass(configuration, child.id)
}

function reclassed(annotation: Annotation, to: GeometryClass, configuration: Configuration): Annotation {
  const from = findGeometryClass(configuration, annotation.classId)
  if (from === undefined) return annotation
  return { ...annotation, classId: to.id, answers: answersFor(annotation.answers, from, to) }
}

function answersFor(answers: Answers, from: GeometryClass, to: GeometryClass): Answers {
  const asked = new Map(questionsOf(from).map((question) => [question.key, question]))
  const kept = questionsOf(to).flatMap((question) => {
    const before = asked.get(question.key)
    if (before === undefined || !Object.hasOwn(answers, before.id)) return []
    const answer = transferredAnswer(answers[before.id]!, before, question)
    return answer === undefined ? [] : [[question.id, answer] as const]
  })
  return Object.fromEntries(kept)
}
