/** Drawing a receiving code anew from its payload: the seller's own picture is never kept. */
import { encode } from 'uqr'
import { writePng } from './png.ts'

/** Light modules around the code that ISO/IEC 18004 asks for; cameras miss codes without them. */
const QUIET_ZONE = 4

const BLACK = [0, 0, 0] as const
const WHITE = [255, 255, 255] as const

/**
 * @param text up to 512 characters, such as the payload of a receiving code.
 * @param options.pixels the least width and height; the picture is the next larger size at which every module
 *   is a whole number of pixels. 720 unless told: what phones still find when a saved picture is scanned.
 * @returns a PNG file, black on white, error correction level M.
 */
export function drawQrPng(text: string, options: { pixels?: number } = {}): Buffer {
  const { data: modules } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  const scale = Math.ceil((options.pixels ?? 720) / modules.length)
  const size = modules.length * scale
  const rowBytes = Math.ceil(size / 8)
  const rows = Buffer.alloc(rowBytes * size)
  modules.forEach((row, y) => {
    const line = drawLine(row, scale, rowBytes)
    for (let copy = 0; copy < scale; copy += 1) rows.set(line, (y * scale + copy) * rowBytes)
  })
  return writePng({ width: size, height: size, depth: 1, palette: [WHITE, BLACK], rows })
}

function drawLine(row: readonly boolean[], scale: number, rowBytes: number): Uint8Array {
  const line = new Uint8Array(rowBytes)
  for (let x = 0; x < row.length * scale; x += 1) {
    if (row[Math.floor(x / scale)]) line[x >> 3] = (line[x >> 3] ?? 0) | (0x80 >> (x & 7))
  }
  return line
}
