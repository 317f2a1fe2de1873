import { describe, expect, it } from 'vitest'
import { clashes, mediumName, refusal } from './files.ts'

describe('a chosen file', () => {
  it.each([
    ['a.JPG', ''],
    ['b.tiff', ''],
    ['c.heic', 'image/heic'],
    ['scan without extension', ''],
    ['夏/犬.png', 'image/png'],
  ])('%s is sent', (path, type) => expect(refusal(path, type)).toBeNull())

  it.each([
    ['labels.json', 'application/json'],
    ['day/.DS_Store', ''],
    ['Thumbs.db', ''],
    ['notes.txt', 'text/plain'],
  ])('%s is left out with a reason', (path, type) => expect(refusal(path, type)).toBeTruthy())
})

describe('a medium’s name', () => {
  it('is the file’s, or carries its folders', () => {
    expect(mediumName('day 1/left/a.jpg', 'file')).toBe('a.jpg')
    expect(mediumName('day 1/left/a.jpg', 'path')).toBe('day 1_left_a.jpg')
  })

  it('clashes when two folders hold a file of the same name', () => {
    expect(clashes(['x/a.jpg', 'y/a.jpg', 'y/b.jpg'])).toBe(2)
    expect(clashes(['a.jpg', 'b.jpg'])).toBe(0)
  })
})
