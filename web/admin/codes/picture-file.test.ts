import { describe, expect, it } from 'vitest'
import { inspectPicture } from './picture-file.ts'

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0))
const bytes = (...parts: number[][]) => Uint8Array.from(parts.flat())
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const JPEG = [0xff, 0xd8]
const APP1 = [0xff, 0xe1, 0x00, 0x06, 1, 2, 3, 4]
const frame = (marker: number) => [0xff, marker, 0x00, 0x11, 8, 0x0b, 0xb8, 0x0f, 0xa0, 3]

describe('inspectPicture', () => {
  it('reads the size of a PNG from its header', () => {
    const header = [0, 0, 0, 13, ...ascii('IHDR'), 0, 0, 4, 0x38, 0, 0, 9, 0x60]
    expect(inspectPicture(bytes(PNG, header))).toEqual({ kind: 'png', width: 1080, height: 2400 })
  })

  it('reads the size of a JPEG behind its metadata, progressive or not', () => {
    for (const marker of [0xc0, 0xc2]) {
      const picture = inspectPicture(bytes(JPEG, APP1, frame(marker)))
      expect(picture).toEqual({ kind: 'jpeg', width: 4000, height: 3000 })
    }
  })

  it('does not take a Huffman table for a frame', () => {
    const table = [0xff, 0xc4, 0x00, 0x06, 9, 9, 9, 9]
    const picture = inspectPicture(bytes(JPEG, table, frame(0xc0)))
    expect(picture).toEqual({ kind: 'jpeg', width: 4000, height: 3000 })
  })

  it('calls a picture damaged that ends before its size or has no pixels', () => {
    expect(inspectPicture(bytes(PNG)).kind).toBe('damaged')
    expect(inspectPicture(bytes(JPEG, APP1)).kind).toBe('damaged')
    const nothing = [0, 0, 0, 13, ...ascii('IHDR'), 0, 0, 0, 0, 0, 0, 0, 5]
    expect(inspectPicture(bytes(PNG, nothing)).kind).toBe('damaged')
  })

  it('names the kinds that phones make and the shop does not read', () => {
    expect(inspectPicture(bytes([0, 0, 0, 28], ascii('ftypheic'))).kind).toBe('heic')
    expect(inspectPicture(bytes(ascii('RIFF'), [1, 2, 3, 4], ascii('WEBPVP8 '))).kind).toBe('webp')
    expect(inspectPicture(bytes(ascii('GIF89a'))).kind).toBe('gif')
    expect(inspectPicture(bytes(ascii('<svg xmlns="http://www.w3.org/2000/svg">'))).kind).toBe('other')
    expect(inspectPicture(bytes()).kind).toBe('other')
  })
})
