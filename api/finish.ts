/** What an answer gets once it is known: a tag, nothing but the tag when the reader has it already, compression. */
import etag from '@koa/etag'
import type { Context, Middleware } from 'koa'
import compress from 'koa-compress'
import conditional from 'koa-conditional-get'

/** Smaller ones grow by it. */
export const COMPRESSED_BYTES = 1024

/** A route that wrote its answer itself has nothing left to do here. */
export function finishAnswers(): Middleware {
  const tag = etag()
  const shorten = conditional()
  const pack = compress({ threshold: COMPRESSED_BYTES, br: false })
  return async function finish(ctx, next) {
    await next()
    if (ctx.respond === false) return
    if (ctx.method === 'GET' || ctx.method === 'HEAD') {
      await tag(ctx, done)
      await shorten(ctx, done)
    }
    if (mayBeLarge(ctx)) await pack(ctx, done)
  }
}

const done = async () => undefined

function mayBeLarge({ body }: Context): boolean {
  if (typeof body === 'string') return Buffer.byteLength(body) >= COMPRESSED_BYTES
  return body !== null && body !== undefined
}
