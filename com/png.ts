/** Writing PNG files, for the codes the shop draws itself. The format: https://www.w3.org/TR/png-3/ */
import { crc32, deflateSync } from 'node:zlib'

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

const PALETTE_COLOUR = 3

export type PalettePicture = {
  width: number
  height: number
  /** Bits per pixel: 1 with two colours, 8 with up to 256. */
  depth: 1 | 8
  /** Red, green and blue of each colour number, 0 to 255. */
  palette: readonly (readonly [number, number, number])[]
  /** All rows, each of whole bytes; with one bit per pixel the leftmost pixel is the highest bit. */
  rows: Uint8Array
}

/** @returns a whole PNG file. */
export function writePng({ width, height, depth, palette, rows }: PalettePicture): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = depth
  header[9] = PALETTE_COLOUR
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(withFilterBytes(rows, rows.length / height))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Every row of a PNG begins with the number of its filter; 0 leaves the row as it is. */
function withFilterBytes(rows: Uint8Array, rowBytes: number): Buffer {
  const height = rows.length / rowBytes
  const filtered = Buffer.alloc(rows.length + height)
  for (let y = 0; y < height; y += 1) {
    filtered.set(rows.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1)
  }
  return filtered
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}
