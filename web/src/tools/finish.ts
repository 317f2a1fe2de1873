// How a drawing ends: a new annotation in the document, or a message why there is none.

import {
  LIMIT_RING_POINTS,
  operations,
  remembered,
  type Geometry,
  type Region,
  type Ring,
} from '../geometry/index.ts'
import {
  depthRange,
  inOrder,
  isParted,
  LIMIT_ANNOTATIONS,
  messageOf,
  painting,
  parentFor,
  questionsOf,
  timeOfId,
  warningsOf,
  whyNotDrawn,
  type Annotation,
  type AnnotationId,
  type Document,
  type Edit,
  type GeometryClass,
  type Message,
  type Outcome,
  type Scene,
} from '../core/index.ts'
import { placed, sharingOf } from './sharing.ts'
import { passedVertices, sewing, sewnAt } from './sewing.ts'

/** Why nothing can be drawn with these gestures now, null when it can. */
export function whyNoDrawing(scene: Scene, draws: readonly string[]): string | null {
  const { activeClass } = scene
  if (activeClass === null) return 'Choose a class first.'
  if (!draws.includes(operations(activeClass.type).gesture))
    return `${activeClass.name} is drawn with another tool.`
  if (scene.document.annotations.size >= LIMIT_ANNOTATIONS)
    return `A medium holds at most ${LIMIT_ANNOTATIONS} annotations.`
  return whyNotDrawn(activeClass, scene)
}

/** Ends a drawing of the active class that has these points; `seams` are those set on the border of something else. */
export function finished(points: Ring, scene: Scene, seams: Ring = []): Outcome {
  const { activeClass } = scene
  if (activeClass === null) return {}
  const { build, issues, partition, vertices } = operations(activeClass.type)
  const geometry = build(points)
  if (geometry === null) return { message: cancelled(activeClass) }
  const [issue] = issues(geometry)
  // What shares the picture is parted where an outline has too many points.
  const isRefused = issue !== undefined && (partition === null || issue !== 'too_many_points')
  if (isRefused) return { message: { code: issue, text: `Drawing cancelled. ${messageOf(issue)}` } }
  const parent = parentFor(activeClass, scene)
  if (parent === undefined)
    return { message: { code: 'cancelled', text: `Drawing cancelled. ${whyNotDrawn(activeClass, scene)}` } }
  // Its own outline may run along the same border once more, or past a vertex of it.
  const places = [...seams, ...passedVertices(geometry, seams, scene)]
  const annotation = newAnnotation(activeClass, sewnAt(geometry, places), parent, scene)
  const outcome = added(annotation, sewing(places, annotation.id, scene), activeClass, scene)
  const isThinned = points.length > LIMIT_RING_POINTS && vertices(geometry).length <= LIMIT_RING_POINTS
  return isThinned ? { ...outcome, message: THINNED } : outcome
}

const THINNED: Message = {
  code: 'thinned',
  text: 'It had more than 10,000 points and was simplified by as little as will do.',
}

function cancelled({ name, type }: GeometryClass): Message {
  const { minimum } = operations(type)
  const text =
    minimum > 1 ? `Drawing cancelled: ${name} needs at least ${minimum} points apart.` : 'Drawing cancelled.'
  return { code: 'cancelled', text }
}

function newAnnotation(
  labelClass: GeometryClass,
  geometry: Geometry,
  parentId: AnnotationId | null,
  scene: Scene,
): Annotation {
  const id = scene.newId()
  const now = timeOfId(id)
  return {
    id,
    classId: labelClass.id,
    parentId,
    geometry,
    answers: {},
    z: depthRange(scene.document)[1],
    comment: null,
    source: 'user',
    createdBy: null,
    createdAt: now,
    changedBy: null,
    changedAt: now,
  }
}

/** Ends a stroke: the area becomes part of the segment `into`, or a segment of the active class where it touches none. */
export function painted(area: Region, into: AnnotationId | null, scene: Scene): Outcome {
  const { activeClass, newId } = scene
  const [geometry] = activeClass === null ? [] : piecesOf(area, activeClass)
  if (activeClass === null || geometry === undefined) return { message: OUTSIDE }
  const fresh = newAnnotation(activeClass, geometry, null, scene)
  const edit = tried(painting(area, { into, fresh }, newId, sharingOf(scene)))
  const after = edit(scene.document)
  if (after === scene.document) return { message: into === null ? COVERED : NOTHING_NEW }
  const outcome: Outcome = {
    edit: { name: `Paint ${activeClass.name}`, edit },
    select: [after.annotations.has(fresh.id) ? fresh.id : (into ?? fresh.id)],
  }
  return into !== null && isApart(fresh.id, after) ? { ...outcome, message: APART } : outcome
}

/** Whether what was to be part of something is something of its own; what had too many points is parted, not apart. */
function isApart(id: AnnotationId, { annotations }: Document): boolean {
  const made = annotations.get(id)
  return made !== undefined && !isParted(made.geometry)
}

function piecesOf(area: Region, { type }: GeometryClass): readonly Geometry[] {
  return operations(type).partition?.pieces(area) ?? []
}

const OUTSIDE: Message = {
  code: 'cancelled',
  text: 'Nothing was painted: the stroke lies outside the picture.',
}
const COVERED: Message = { code: 'covered', text: 'Nothing was drawn: other segments keep this place.' }
const NOTHING_NEW: Message = {
  code: 'covered',
  text: 'Nothing was added: the segment, or others that keep their place, cover all of it.',
}
const APART: Message = {
  code: 'apart',
  text: 'The stroke does not touch the selected segment, so it is a segment of its own.',
}

/** An edit whose outcome can be looked at before it is made, without making it twice. */
export function tried(edit: Edit): Edit {
  return remembered((document: Document) => edit(document))
}

/** What is seldom meant is said at once. */
function warning(annotation: Annotation): Pick<Outcome, 'message'> {
  const [text] = warningsOf(annotation)
  return text === undefined ? {} : { message: { code: 'crosses_itself', text } }
}

/** A class with questions is answered next; without, the same class is drawn again. */
function added(annotation: Annotation, seam: Edit, labelClass: GeometryClass, scene: Scene): Outcome {
  const edit = tried(inOrder([placed([annotation], scene), seam]))
  if (!edit(scene.document).annotations.has(annotation.id)) return { message: COVERED }
  const outcome: Outcome = { edit: { name: `Draw ${labelClass.name}`, edit }, select: [annotation.id] }
  const next = questionsOf(labelClass).length === 0 ? {} : { next: 'select' }
  return { ...outcome, ...next, ...warning(edit(scene.document).annotations.get(annotation.id)!) }
}
