// Arbitrary documents and edits of all kinds, for property tests.

import fc from 'fast-check'
import { regionOf, type XY } from '../geometry/index.ts'
import { ALL_KINDS, makeAnnotation, makeDocument, makeGeometry, makeIds } from './builders.ts'
import type { ClassId } from './configuration.ts'
import type { Annotation, AnnotationId, Answer, Document } from './document.ts'
import {
  adding,
  clearingAnswer,
  inOrder,
  removing,
  settingAnswer,
  settingComment,
  settingGeometry,
  settingZ,
  translating,
  type Edit,
} from './edits.ts'
import { erasing, placing } from './place.ts'

const newId = makeIds() as () => AnnotationId
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f').map((name) => name as AnnotationId)
const question = fc.constantFrom('p', 'q', 'r').map((name) => name as ClassId)
const owner = fc.option(id)
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.constant(null),
  fc.constantFrom('x', 'y'),
  fc.subarray(['x', 'y', 'z']),
)
const place: fc.Arbitrary<XY> = fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 80 }))
const size = fc.integer({ min: 1, max: 60 })

const geometry = fc
  .tuple(fc.constantFrom(...ALL_KINDS), place, size)
  .map(([kind, at, side]) => makeGeometry(kind, at, side))
const annotation = fc.tuple(id, geometry).map(([name, shape]) => makeAnnotation(name, { geometry: shape }))

export const arbitraryDocument: fc.Arbitrary<Document> = fc
  .tuple(fc.uniqueArray(annotation, { selector: (each) => each.id }), fc.dictionary(question, answer))
  .map(([annotations, answers]) => makeDocument(annotations, answers))

/** Adds to what is there only where no other annotation has the id: an edit never makes one twice. */
function addingNew(added: Annotation): Edit {
  return (document) => (document.annotations.has(added.id) ? document : adding([added])(document))
}

/** Nested into the annotation of this id, when it is there and not nested itself. */
function nesting(child: Annotation, parentId: AnnotationId): Edit {
  return (document) => {
    const parent = document.annotations.get(parentId)
    const fits = parent !== undefined && parent.parentId === null && parentId !== child.id
    return fits ? addingNew({ ...child, parentId })(document) : document
  }
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  annotation.map(addingNew),
  fc.tuple(annotation, id).map(([child, parent]) => nesting(child, parent)),
  fc.array(id).map(removing),
  fc.tuple(id, geometry).map(([name, shape]) => settingGeometry(name, shape)),
  fc.tuple(fc.array(id), place).map(([names, [dx, dy]]) => translating(names, dx - 40, dy - 40)),
  fc.tuple(owner, question, answer).map(([name, asked, given]) => settingAnswer(name, asked, given)),
  fc.tuple(owner, question).map(([name, asked]) => clearingAnswer(name, asked)),
  fc.tuple(id, fc.option(fc.string())).map(([name, comment]) => settingComment(name, comment)),
  fc.tuple(fc.array(id), fc.integer()).map(([names, z]) => settingZ(names, z)),
  annotation.map(
    (placed) => (document: Document) =>
      document.annotations.has(placed.id) ? document : placing([placed], newId)(document),
  ),
  fc.tuple(place, size).map(([[x, y], side]) => {
    const ring: readonly XY[] = [
      [x, y],
      [x + side, y],
      [x, y + side],
    ]
    return erasing(regionOf([ring]), newId)
  }),
)

export const arbitraryEdits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.oneof(edit, fc.array(edit, { maxLength: 3 }).map(inOrder)),
  {
    maxLength: 12,
  },
)
