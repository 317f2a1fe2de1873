/** What is known of a medium, as it is told. */

import type { Medium } from '../../api/types.ts'
import { bytes, dateTime } from '../format.ts'
import { typeName } from './names.ts'

export interface Fact {
  readonly name: string
  readonly value: string
  /** The page of what it names. */
  readonly href?: string
}

export function factsOf(medium: Medium): readonly Fact[] {
  return [
    { name: 'Pixels', value: medium.width && medium.height ? `${medium.width} × ${medium.height}` : '–' },
    ...(medium.tiles ? [{ name: 'Shown in', value: 'Tiles' }] : []),
    { name: 'Size', value: medium.size === null ? '–' : bytes(medium.size) },
    { name: 'Type', value: typeName(medium.contentType) },
    { name: 'Turned by EXIF', value: turned(medium.orientation) },
    { name: 'Added', value: dateTime(medium.timestamp) },
    { name: 'Source', value: medium.mediaSourceType === 'LOCAL' ? 'Uploaded' : 'Public link' },
    ...(medium.url ? [{ name: 'Address', value: medium.url }] : []),
    ...(medium.sha256 ? [{ name: 'SHA-256', value: medium.sha256 }] : []),
  ]
}

function turned(orientation: number | null): string {
  if (orientation === null) return '–'
  return orientation === 1 ? 'no' : `yes (${orientation})`
}
