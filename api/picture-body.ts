/** A picture as the body of a request, with a bound on its size. */
import type { Context } from 'koa'
import { fail } from '../core/errors.ts'

const MAX_BYTES = 2 * 1024 * 1024

/** @throws ShopError `unsupported_media_type`, `picture_too_large` */
export async function readPicture(ctx: Context): Promise<Uint8Array> {
  if (!ctx.is('image/png', 'image/jpeg', 'application/octet-stream')) fail('unsupported_media_type')
  if (Number(ctx.get('Content-Length') || 0) > MAX_BYTES) fail('picture_too_large', { maxBytes: MAX_BYTES })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BYTES) fail('picture_too_large', { maxBytes: MAX_BYTES })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
