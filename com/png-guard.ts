/**
 * A PNG of a few kilobytes may unpack to gigabytes whatever its header says, and decoders allocate all of it.
 * This unpacks the pixels once, keeps none of them, and stops at the limit.
 */
import { createInflate } from 'node:zlib'

const FIRST_CHUNK = 8
const CHUNK_FRAME = 12 // length, name and checksum

/** @returns false when there is more than `maxBytes`, or the file is broken off or damaged. */
export async function pngUnpacksWithin(file: Uint8Array, maxBytes: number): Promise<boolean> {
  const packed = pixelChunks(Buffer.from(file.buffer, file.byteOffset, file.byteLength))
  if (!packed) return false
  const unpacked = createInflate()
  unpacked.end(packed)
  let bytes = 0
  try {
    for await (const part of unpacked) {
      bytes += (part as Buffer).length
      if (bytes > maxBytes) return false
    }
    return true
  } catch {
    return false
  }
}

/** @returns the content of all IDAT chunks up to IEND, or undefined when a chunk reaches beyond the file. */
function pixelChunks(file: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  let at = FIRST_CHUNK
  while (at + CHUNK_FRAME <= file.length) {
    const length = file.readUInt32BE(at)
    const name = file.toString('latin1', at + 4, at + 8)
    if (at + CHUNK_FRAME + length > file.length) return undefined
    if (name === 'IEND') return Buffer.concat(parts)
    if (name === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + length))
    at += CHUNK_FRAME + length
  }
  return undefined
}
