import { describe, expect, it } from 'vitest'
import { isOurs, routeOf, safeNext, withQuery } from './router.ts'

const origin = 'https://label.example'

describe('a route', () => {
  it.each([
    ['/', 'overview', {}],
    ['/projects', 'projects', {}],
    ['/projects/', 'projects', {}],
    ['/projects/0192-a', 'project-home', { project: '0192-a' }],
    ['/projects/0192-a/tasks', 'project-tasks', { project: '0192-a' }],
    ['/datasets/d%20x/settings', 'dataset-settings', { dataset: 'd x' }],
    ['/drafts', 'drafts', {}],
    ['/label/t1', 'label', { task: 't1' }],
  ])('of %s is %s', (path, page, params) => {
    expect(routeOf(path)).toEqual({ page, params })
  })

  it.each(['/nowhere', '/projects/a/b/c', '/projects//tasks', '/label'])('of %s is not found', (path) => {
    expect(routeOf(path).page).toBe('not-found')
  })

  it('survives a broken escape', () => {
    expect(routeOf('/label/%E0%A4').params).toEqual({ task: '%E0%A4' })
  })
})

describe('an address', () => {
  it('of the server is left to the server', () => {
    expect(isOurs(new URL('/api/projects/1/export', origin), origin)).toBe(false)
    expect(isOurs(new URL('/apis', origin), origin)).toBe(true)
  })

  it('to come back to never leaves the application', () => {
    expect(safeNext('/projects?search=a', origin)).toBe('/projects?search=a')
    expect(safeNext('//evil.example/x', origin)).toBe('/')
    expect(safeNext('/\\evil.example', origin)).toBe('/')
    expect(safeNext('https://evil.example', origin)).toBe('/')
    expect(safeNext('/api/session', origin)).toBe('/')
    expect(safeNext(null, origin)).toBe('/')
  })
})

describe('a query', () => {
  it('takes changes, repeats lists and drops empty values', () => {
    expect(withQuery('?state=WAITING&search=x', { state: ['SKIPPED', 'COMPLETED'], search: '' })).toBe(
      '?state=SKIPPED&state=COMPLETED',
    )
  })

  it('that is empty has no question mark', () => {
    expect(withQuery('?search=x', { search: null })).toBe('')
  })
})
