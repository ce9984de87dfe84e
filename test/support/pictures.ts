/** Pictures as sellers upload them, made on the spot. */
import { encode } from 'uqr'
import { writePng } from '../../com/png.ts'
import type { Channel } from '../../core/vocabulary.ts'

const WHITE = [255, 255, 255] as const
const BLACK = [0, 0, 0] as const
const FRAME_COLOURS = { wechat: [26, 173, 25], alipay: [22, 119, 255] } as const
const PAPER = 0
const INK = 1
const FRAME = 2

type Canvas = { width: number; height: number; pixels: Uint8Array }

/** @returns a payload of a WeChat receiving code, 42 characters; the same for the same seed. */
export function wechatPayload(seed: number): string {
  return `wxp://f2f0${letters(seed, 32, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-')}`
}

/** @returns a payload of an Alipay receiving code, 45 characters; the same for the same seed. */
export function alipayPayload(seed: number): string {
  return `https://qr.alipay.com/fkx${letters(seed, 20, 'abcdefghijklmnopqrstuvwxyz0123456789')}`
}

function letters(seed: number, count: number, alphabet: string): string {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0
  const next = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return alphabet.charAt(Math.floor((state / 2 ** 32) * alphabet.length))
  }
  return Array.from({ length: count }, next).join('')
}

/**
 * A picture like the one a wallet saves: the channel's colour around a white card with the code and, when the
 * code has a fixed amount, the amount above it.
 */
export function codePicture(code: { payload: string; amountText?: string; channel: Channel }): Buffer {
  const canvas = newCanvas(828, 1124, FRAME)
  fill(canvas, 84, 180, 660, 800, PAPER)
  if (code.amountText) drawText(canvas, `¥${code.amountText}`, 300, 220)
  drawCode(canvas, code.payload, 414, 620)
  return toPng(canvas, FRAME_COLOURS[code.channel])
}

/** Two codes side by side, as on a sheet for the counter. */
export function twoCodesPicture(left: string, right: string): Buffer {
  const canvas = newCanvas(1400, 700, PAPER)
  drawCode(canvas, left, 350, 350)
  drawCode(canvas, right, 1050, 350)
  return toPng(canvas, FRAME_COLOURS.wechat)
}

/** A white PNG without a code. It compresses well: 12 000 × 12 000 pixels are some 20 kB. */
export function plainPicture(width: number, height: number): Buffer {
  const rows = new Uint8Array(Math.ceil(width / 8) * height)
  return writePng({ width, height, depth: 1, palette: [WHITE, BLACK], rows })
}

/** Black and white, full of corner marks that belong to no code: a decoder tries every three of them. */
export function falseCodesPicture(size: number): Buffer {
  const mark = [0b11111110, 0b10000010, 0b10111010, 0b10111010, 0b10111010, 0b10000010, 0b11111110, 0]
  const rowBytes = Math.ceil(size / 8)
  const rows = new Uint8Array(rowBytes * size)
  for (let y = 0; y < size; y += 1) rows.fill(mark[y % 8] ?? 0, y * rowBytes, (y + 1) * rowBytes)
  return writePng({ width: size, height: size, depth: 1, palette: [WHITE, BLACK], rows })
}

function newCanvas(width: number, height: number, colour: number): Canvas {
  return { width, height, pixels: new Uint8Array(width * height).fill(colour) }
}

function fill(canvas: Canvas, x: number, y: number, width: number, height: number, colour: number): void {
  for (let row = y; row < y + height; row += 1) {
    const start = row * canvas.width + x
    canvas.pixels.fill(colour, start, start + width)
  }
}

function drawCode(canvas: Canvas, text: string, centreX: number, centreY: number): void {
  const { data: modules } = encode(text, { ecc: 'M', border: 0 })
  const scale = Math.floor(500 / modules.length)
  const offset = Math.floor((modules.length * scale) / 2)
  modules.forEach((row, y) =>
    row.forEach((dark, x) => {
      const left = centreX - offset + x * scale
      if (dark) fill(canvas, left, centreY - offset + y * scale, scale, scale, INK)
    }),
  )
}

/** Three by five dots for each character, one digit per row; 4 is the left dot, 1 the right one. */
// prettier-ignore
const GLYPHS: Record<string, string> = {
  '0': '75557', '1': '26227', '2': '71747', '3': '71717', '4': '55711', '5': '74717',
  '6': '74757', '7': '71122', '8': '75757', '9': '75717', '.': '00002', '¥': '55272',
}

function drawText(canvas: Canvas, text: string, x: number, y: number): void {
  const dot = 10
  ;[...text].forEach((character, place) => {
    const rows = [...(GLYPHS[character] ?? '00000')].map(Number)
    rows.forEach((bits, row) => {
      for (let column = 0; column < 3; column += 1) {
        const left = x + (place * 4 + column) * dot
        if (bits & (4 >> column)) fill(canvas, left, y + row * dot, dot, dot, INK)
      }
    })
  })
}

function toPng({ width, height, pixels }: Canvas, frame: readonly [number, number, number]): Buffer {
  return writePng({ width, height, depth: 8, palette: [WHITE, BLACK, frame], rows: pixels })
}
