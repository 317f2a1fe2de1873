import type { DatasetFields } from '../../api/datasets.ts'
import { lengthProblem, nameProblem } from '../forms.ts'

export const DATASET_FIELDS = ['name', 'shortDescription', 'owner'] as const

export type DatasetProblems = Partial<Record<keyof DatasetFields, string | null>>

export function datasetProblems(fields: DatasetFields): DatasetProblems {
  return { name: nameProblem(fields.name), shortDescription: lengthProblem(fields.shortDescription, 128) }
}

export function trimmed(fields: DatasetFields): DatasetFields {
  return { name: fields.name.trim(), shortDescription: fields.shortDescription.trim() }
}
