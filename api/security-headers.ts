/** What every answer carries, so that a page of ours runs only what is ours and is framed by nobody. */
import type { ServerResponse } from 'node:http'
import type { Context, Middleware } from 'koa'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = Object.entries({
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
})
const OVER_HTTPS = ['Strict-Transport-Security', 'max-age=31536000'] as const

/** What a route has set itself stays. */
export const securityHeaders: Middleware = async function securityHeaders(ctx, next) {
  await next()
  if (ctx.headerSent) return // by beginAnswer
  for (const [name, value] of HEADERS) if (!ctx.res.hasHeader(name)) ctx.res.setHeader(name, value)
  if (ctx.secure) ctx.res.setHeader(...OVER_HTTPS)
}

const LIST = HEADERS.flat()

/**
 * The only way to write an answer past Koa, which would look at the body and at every header several times. In one list
 * the headers cost a third of what they cost one by one.
 *
 * @param headers names and values in turn.
 */
export function beginAnswer(ctx: Context, status: number, headers: readonly string[]): ServerResponse {
  ctx.respond = false
  // eslint-disable-next-line no-restricted-properties -- this is where it is added
  return ctx.res.writeHead(status, [...LIST, ...(ctx.secure ? OVER_HTTPS : []), ...headers])
}
