/** What a PNG or JPEG says of itself, read from its first bytes without decoding a pixel. */
import { PNG_SIGNATURE } from './png.ts'

export type PictureKind = 'png' | 'jpeg'

/** Width and height in pixels, each at least 1. */
export type PictureHeader = { kind: PictureKind; width: number; height: number }

/**
 * @returns the header; `'not_png_or_jpeg'` by the magic bytes; `'unreadable'` when the file ends too early,
 *   contradicts itself or has no pixels.
 */
export function readPictureHeader(file: Uint8Array): PictureHeader | 'not_png_or_jpeg' | 'unreadable' {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  const kind = pictureKind(bytes)
  if (!kind) return 'not_png_or_jpeg'
  const size = kind === 'png' ? pngSize(bytes) : jpegSize(bytes)
  return size && size.width > 0 && size.height > 0 ? { kind, ...size } : 'unreadable'
}

function pictureKind(bytes: Buffer): PictureKind | undefined {
  if (bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) return 'png'
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  return undefined
}

type Size = { width: number; height: number }

/** IHDR is always the first chunk: length, name, width, height. */
function pngSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 24 || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

/** Markers that carry no length: TEM, RST0–7 and a second SOI. */
const BARE_MARKERS = [0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8]
/** In the range of the frame headers, yet not one: DHT, JPG and DAC. */
const NOT_FRAMES = [0xc4, 0xc8, 0xcc]
/** EOI and SOS: no frame header comes after them. */
const TOO_LATE = [0xd9, 0xda]

/**
 * Walks from segment to segment up to the first frame header (SOF): length, precision, height, width. Stray
 * bytes between segments are stepped over, as decoders do, so that both see the same frame header.
 */
function jpegSize(bytes: Buffer): Size | undefined {
  let at = 2
  while (at + 9 <= bytes.length) {
    const marker = bytes.readUInt8(at + 1)
    if (bytes[at] !== 0xff || marker === 0xff) at += 1
    else if (BARE_MARKERS.includes(marker)) at += 2
    else if (TOO_LATE.includes(marker)) return undefined
    else if (marker >= 0xc0 && marker <= 0xcf && !NOT_FRAMES.includes(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    } else {
      const length = bytes.readUInt16BE(at + 2)
      if (length < 2) return undefined
      at += 2 + length
    }
  }
  return undefined
}
