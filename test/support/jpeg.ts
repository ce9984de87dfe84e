/** A small JPEG writer for codes only: each module is one block of 8 × 8 pixels, so no block has any detail. */
import { encode } from 'uqr'

/** Brightness of a block in steps of the quantizer: 127 is white, -128 black. */
const WHITE = 127
const BLACK = -128

/**
 * Huffman codes of the three sizes that differences of brightness have here (0, 7 and 8 bits), and the only
 * code for detail: "end of block".
 */
const SIZES = [0, 7, 8]
const CODES: Record<number, string> = { 0: '00', 7: '01', 8: '10' }
const END_OF_BLOCK = '0'

/** @returns a baseline greyscale JPEG of the code for `text`, eight pixels per module. */
export function jpegPicture(text: string): Buffer {
  const { data: modules } = encode(text, { ecc: 'M', border: 4 })
  const size = modules.length * 8
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xdb, [0, ...Array<number>(64).fill(8)]),
    segment(0xc0, [8, size >> 8, size & 255, size >> 8, size & 255, 1, 1, 0x11, 0]),
    segment(0xc4, [0x00, ...codeCounts(2, SIZES.length), ...SIZES]),
    segment(0xc4, [0x10, ...codeCounts(1, 1), 0]),
    segment(0xda, [1, 1, 0x00, 0, 63, 0]),
    scan(modules.flat().map((dark) => (dark ? BLACK : WHITE))),
    Buffer.from([0xff, 0xd9]),
  ])
}

function segment(marker: number, content: number[]): Buffer {
  const length = content.length + 2
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...content])
}

/** How many codes there are of each length from 1 to 16 bits; here all have one length. */
function codeCounts(length: number, count: number): number[] {
  return Array.from({ length: 16 }, (_, index) => (index + 1 === length ? count : 0))
}

/** Each block is the difference to the one before; the bits are filled up with ones, and 0xff is escaped. */
function scan(blocks: number[]): Buffer {
  let before = 0
  let bits = ''
  for (const brightness of blocks) {
    bits += difference(brightness - before) + END_OF_BLOCK
    before = brightness
  }
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1')
  const bytes = padded.match(/.{8}/g) ?? []
  return Buffer.from(
    bytes.map((byte) => parseInt(byte, 2)).flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte])),
  )
}

function difference(value: number): string {
  const size = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1
  const code = CODES[size]
  if (code === undefined) throw new RangeError(`No code for a difference of ${value}`)
  if (size === 0) return code
  const magnitude = value > 0 ? value : value + 2 ** size - 1
  return code + magnitude.toString(2).padStart(size, '0')
}
