import type { ProjectFields } from '../../api/projects.ts'
import { lengthProblem, nameProblem } from '../forms.ts'

export const PROJECT_FIELDS = ['name', 'shortDescription', 'description', 'owner'] as const

export type ProjectProblems = Partial<Record<keyof ProjectFields, string | null>>

export function projectProblems(fields: ProjectFields): ProjectProblems {
  return {
    name: nameProblem(fields.name),
    shortDescription: fields.shortDescription.trim()
      ? lengthProblem(fields.shortDescription, 128)
      : 'Say in a few words what is labelled.',
    description: lengthProblem(fields.description, 1024),
  }
}

export function trimmed(fields: ProjectFields): ProjectFields {
  return {
    name: fields.name.trim(),
    shortDescription: fields.shortDescription.trim(),
    description: fields.description.trim(),
  }
}
