import type { TokenScope } from '../../api/types.ts'

export const SCOPES: readonly { value: TokenScope; label: string; hint: string }[] = [
  { value: 'read', label: 'Read', hint: 'Look at projects and datasets, download media, export labels.' },
  { value: 'import', label: 'Import', hint: 'Read, upload media and import labels.' },
  { value: 'label', label: 'Label', hint: 'Read, take tasks and save labels.' },
  { value: 'admin', label: 'Admin', hint: 'Everything an admin may do with projects, datasets and tasks.' },
]

export const scopeName = (scope: TokenScope): string =>
  SCOPES.find((one) => one.value === scope)?.label ?? scope
