import type { ClassType } from '../../api/types.ts'

export interface TypeWords {
  label: string
  hint: string
  isGeometry: boolean
}

/** Every type in the order in which it is offered. An icon has the type's name. */
export const TYPES: Record<ClassType, TypeWords> = {
  rectangle: { label: 'Rectangle', hint: 'A box around an object', isGeometry: true },
  polygon: { label: 'Polygon', hint: 'An outline of three points or more', isGeometry: true },
  line: { label: 'Line', hint: 'Two points or more', isGeometry: true },
  point: { label: 'Point', hint: 'One place', isGeometry: true },
  image_segmentation: { label: 'Image segmentation', hint: 'Areas that never overlap', isGeometry: true },
  option: { label: 'Option', hint: 'Exactly one of several', isGeometry: false },
  checklist: { label: 'Checklist', hint: 'Any number of several', isGeometry: false },
  free_text: { label: 'Free text', hint: 'A line of text', isGeometry: false },
}

export const CLASS_TYPES = Object.keys(TYPES) as ClassType[]
export const GEOMETRY_TYPES = CLASS_TYPES.filter((type) => TYPES[type].isGeometry)
export const CLASSIFICATION_TYPES = CLASS_TYPES.filter((type) => !TYPES[type].isGeometry)

export const isGeometry = (type: ClassType): boolean => TYPES[type].isGeometry
export const hasOptions = (type: ClassType): boolean => type === 'option' || type === 'checklist'

/** Stands at the root and has no children. */
export const SEGMENTATION: ClassType = 'image_segmentation'

export const MAX_DEPTH = 4
export const MAX_CLASSES = 500
export const MAX_OPTIONS = 1000
export const MAX_TEXT = 255
export const MOST_NUMBER = 65_000

/** The ten colours that are offered. */
export const PALETTE = [
  '#3333FF',
  '#6300ED',
  '#9A00CD',
  '#CD0066',
  '#FB110D',
  '#F141FA',
  '#FAF45C',
  '#009A00',
  '#66FF33',
  '#41FAD8',
] as const

/** Which types may stand under a class, given its type and its level (the root's is 1). */
export function childTypes(type: ClassType, level: number): ClassType[] {
  if (type === SEGMENTATION || level >= MAX_DEPTH) return []
  if (!isGeometry(type)) return CLASSIFICATION_TYPES
  const geometries = level === 1 ? GEOMETRY_TYPES.filter((one) => one !== SEGMENTATION) : []
  return [...CLASSIFICATION_TYPES, ...geometries]
}
