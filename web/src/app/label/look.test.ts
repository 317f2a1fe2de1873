import { beforeEach, expect, test, vi } from 'vitest'
import { PLAIN } from '../../canvas/adjustment.ts'
import { Look, PLAIN_PERSON, PLAIN_PROJECT } from './look.svelte.ts'

let kept = new Map<string, string>()

beforeEach(() => {
  kept = new Map()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  })
})

test('a person’s look goes with the person, a project’s with the project', () => {
  const look = new Look('ada', 'ships')
  look.wear({ fill: 40, names: 'class', guides: true })
  look.adjust({ gamma: 180, channel: 'green' })
  look.show({ turn: 90, keeps: true, outlook: { scale: 3, turn: 90, middle: [0.5, 0.25] } })
  const again = new Look('ada', 'ships')
  expect(again.person).toEqual({ ...PLAIN_PERSON, fill: 40, names: 'class', guides: true })
  expect(again.project).toEqual(look.project)
  expect(new Look('bob', 'ships').person).toEqual(PLAIN_PERSON)
  expect(new Look('ada', 'cars').project).toEqual(PLAIN_PROJECT)
})

test('what is not understood is as usual', () => {
  kept.set('labelwright.look.ada', JSON.stringify({ fill: 900, width: 'wide', names: 'all', grid: false }))
  kept.set(
    'labelwright.view.ships',
    JSON.stringify({ adjustment: { gamma: 0, invert: true }, turn: 400, outlook: { scale: 1, turn: 0 } }),
  )
  const { person, project } = new Look('ada', 'ships')
  expect(person).toEqual({ ...PLAIN_PERSON, grid: false })
  expect(project).toEqual({ ...PLAIN_PROJECT, adjustment: { ...PLAIN, invert: true } })
  kept.set('labelwright.view.ships', 'not JSON')
  expect(new Look('ada', 'ships').project).toEqual(PLAIN_PROJECT)
})
