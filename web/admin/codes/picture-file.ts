/** What a picture file says of itself in its first bytes, so that nothing huge or foreign is decoded. */

export const FOREIGN_KINDS = ['heic', 'webp', 'gif', 'other'] as const
export type ForeignKind = (typeof FOREIGN_KINDS)[number]

/** Width and height in pixels; absent where the file does not say. */
export type PictureFile =
  { kind: 'png' | 'jpeg'; width: number; height: number } | { kind: ForeignKind | 'damaged' }

const HEIC_BRANDS = ['heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1', 'avif']

/** @param bytes the whole file, or its beginning: a JPEG names its size after its metadata. */
export function inspectPicture(bytes: Uint8Array): PictureFile {
  if (letters(bytes, 1, 3) === 'PNG' && bytes[0] === 0x89) return sized('png', pngSize(bytes))
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return sized('jpeg', jpegSize(bytes))
  if (letters(bytes, 4, 4) === 'ftyp' && HEIC_BRANDS.includes(letters(bytes, 8, 4))) return { kind: 'heic' }
  if (letters(bytes, 0, 4) === 'RIFF' && letters(bytes, 8, 4) === 'WEBP') return { kind: 'webp' }
  if (letters(bytes, 0, 4) === 'GIF8') return { kind: 'gif' }
  return { kind: 'other' }
}

interface Size {
  width: number
  height: number
}

function sized(kind: 'png' | 'jpeg', size: Size | undefined): PictureFile {
  return size && size.width > 0 && size.height > 0 ? { kind, ...size } : { kind: 'damaged' }
}

function pngSize(bytes: Uint8Array): Size | undefined {
  if (bytes.length < 24) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

/** Walks the segments to the frame header (SOF0 to SOF15 without the three markers of other meaning). */
function jpegSize(bytes: Uint8Array): Size | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 2
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    }
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2)
  }
  return undefined
}

function letters(bytes: Uint8Array, from: number, count: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + count))
}
