/** Makes a phone's photo small enough for the server, in the browser. */
import { inspectPicture, type ForeignKind } from './picture-file.ts'

export type PictureProblem = ForeignKind | 'damaged' | 'too_many_pixels'

const SMALL_BYTES = 1_500_000
const SMALL_PIXELS = 4_000_000
/** Beyond it browsers run out of canvas and phones out of memory. */
const MOST_PIXELS = 100_000_000

/** @returns the file itself when it is small already, a smaller JPEG of it, or why it cannot be used. */
export async function shrinkPicture(file: Blob): Promise<Blob | PictureProblem> {
  const header = inspectPicture(new Uint8Array(await file.arrayBuffer()))
  if (!('width' in header)) return header.kind
  const pixels = header.width * header.height
  if (pixels > MOST_PIXELS) return 'too_many_pixels'
  const type = `image/${header.kind}`
  if (file.size <= SMALL_BYTES && pixels <= SMALL_PIXELS) return new Blob([file], { type })
  try {
    return (await redraw(file, Math.min(1, Math.sqrt(SMALL_PIXELS / pixels)))) ?? 'damaged'
  } catch {
    return 'damaged'
  }
}

async function redraw(file: Blob, scale: number): Promise<Blob | null> {
  const bitmap = await createImageBitmap(file)
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const pen = canvas.getContext('2d')
  if (!pen) return null
  pen.fillStyle = '#ffffff' // a transparent PNG would turn black in a JPEG
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85))
}
