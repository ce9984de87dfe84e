import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jpegPicture } from '../test/support/jpeg.ts'
import { plainPicture } from '../test/support/pictures.ts'
import { readPictureHeader } from './picture-header.ts'

it('reads the size of a PNG', () => {
  expect(readPictureHeader(plainPicture(300, 20))).toEqual({ kind: 'png', width: 300, height: 20 })
})

it('reads the size of a JPEG behind segments, filling and stray bytes', () => {
  const jpeg = jpegPicture('A')
  const size = (21 + 8) * 8 // version 1 has 21 modules, four light ones on each side, 8 pixels each
  expect(readPictureHeader(jpeg)).toEqual({ kind: 'jpeg', width: size, height: size })
  // A comment that contains a frame header of 1 × 1, then filling and a stray byte.
  const before = [0xff, 0xfe, 0, 11, 0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 0x00, 0xff, 0xff]
  const longer = Buffer.concat([jpeg.subarray(0, 2), Buffer.from(before), jpeg.subarray(2)])
  expect(readPictureHeader(longer)).toEqual({ kind: 'jpeg', width: size, height: size })
})

it.each([
  ['a GIF', Buffer.from('GIF89a')],
  ['a WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 ')],
  ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['a page', Buffer.from('<!doctype html>')],
  ['a bitmap', Buffer.from('BM\0\0\0\0')],
  ['an empty file', Buffer.alloc(0)],
])('does not take %s for a picture', (_case, file) => {
  expect(readPictureHeader(file)).toBe('not_png_or_jpeg')
})

it('finds no size in a file that ends before it says one', () => {
  for (const length of [8, 16, 23]) {
    expect(readPictureHeader(plainPicture(300, 20).subarray(0, length))).toBe('unreadable')
  }
  for (const length of [3, 10, 20, 60, 95]) {
    expect(readPictureHeader(jpegPicture('A').subarray(0, length))).toBe('unreadable')
  }
})

it('refuses a picture without pixels', () => {
  const flat = Buffer.from(plainPicture(300, 20))
  flat.writeUInt32BE(0, 20)
  expect(readPictureHeader(flat)).toBe('unreadable')
})

it('answers whatever follows the magic bytes', () => {
  const magic = fc.constantFrom([0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const byte = fc.oneof(fc.constantFrom(0xff, 0xc0, 0xda, 0x00), fc.nat(255))
  fc.assert(
    fc.property(magic, fc.array(byte, { maxLength: 200 }), (start, rest) => {
      const header = readPictureHeader(Uint8Array.from([...start, ...rest]))
      expect(
        header === 'unreadable' || (typeof header === 'object' && header.width * header.height > 0),
      ).toBe(true)
    }),
  )
})
