import { expect, test } from 'vitest'
import type { Medium } from '../../api/types.ts'
import { factsOf } from './facts.ts'

const told = (orientation: number | null): string | undefined =>
  factsOf({ orientation, contentType: null, size: null, mediaSourceType: 'SHAREABLE_LINK' } as Medium).find(
    ({ name }) => name === 'Turned by EXIF',
  )?.value

test('a picture that was never read is not said to be turned', () => {
  expect([told(1), told(6), told(null)]).toEqual(['no', 'yes (6)', '–'])
})
