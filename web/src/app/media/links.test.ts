import { expect, it } from 'vitest'
import { linesOf } from './links.ts'

it('links are the lines of a text, each once and without blanks', () => {
  expect(linesOf(' https://a/1.jpg \r\n\n\thttps://a/2.jpg\nhttps://a/1.jpg')).toEqual([
    'https://a/1.jpg',
    'https://a/2.jpg',
  ])
})
