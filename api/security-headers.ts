/** What every answer carries, so that a page of ours runs only what is ours and is framed by nobody. */
import type { Middleware } from 'koa'

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

export const securityHeaders: Middleware = async function securityHeaders(ctx, next) {
  for (const [name, value] of HEADERS) ctx.res.setHeader(name, value)
  if (ctx.secure) ctx.set('Strict-Transport-Security', 'max-age=31536000')
  await next()
}
