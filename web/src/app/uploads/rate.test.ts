import { expect, it } from 'vitest'
import { Rate } from './rate.ts'

it('the rate is that of the last seconds', () => {
  const rate = new Rate()
  rate.add(0, 0)
  expect(rate.perSecond()).toBeNull()
  rate.add(1000, 500)
  expect(rate.perSecond()).toBe(500)
  rate.add(6000, 10_500)
  expect(rate.perSecond()).toBe(2000)
})
