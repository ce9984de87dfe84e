/** Draws a code's text as a QR code, as the shop itself will show it. */
import { encode, renderSVG } from 'uqr'

const QUIET_ZONE = 4

/** @returns a data address for an `<img>`. */
export function codePicture(text: string): string {
  const svg = renderSVG(text, { ecc: 'M', border: QUIET_ZONE })
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`
}

/** @returns a PNG, or null where the text is too long for a QR code or the browser has no canvas. */
export async function codePng(text: string, pixelsPerModule = 8): Promise<Blob | null> {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size * pixelsPerModule
  const pen = canvas.getContext('2d')
  if (!pen) return null
  data.forEach((row, y) =>
    row.forEach((dark, x) => {
      pen.fillStyle = dark ? '#000000' : '#ffffff'
      pen.fillRect(x * pixelsPerModule, y * pixelsPerModule, pixelsPerModule, pixelsPerModule)
    }),
  )
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}
