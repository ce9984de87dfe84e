/**
 * The one guard of the console: deny by default. Whatever lies below /api/admin needs a session, with exactly one
 * way in; what changes something also needs the session's own token and must come from our own pages.
 */
import type { Context, Middleware } from 'koa'
import { fail } from '../../core/errors.ts'
import { CONFIRMED_MS, findSession, type SignedIn } from '../../core/sign-in.ts'
import type { Shop } from '../../core/shop.ts'
import { safeEqual } from '../../com/tokens.ts'
import { signIn } from '../contract/admin-session.ts'
import { findOperation } from '../operations.ts'
import { readCookie } from './cookie.ts'

/** Signing in cannot need a session; everything else does. */
function isWayIn(ctx: Context): boolean {
  return ctx.method === signIn.method && ctx.path === signIn.path
}

export function guardConsole(shop: Shop): Middleware {
  return async function guard(ctx, next) {
    if (!/^\/+api\/+admin(\/|$|\.)/i.test(ctx.path)) return next()
    ctx.set('Cache-Control', 'no-store')
    const changes = ctx.method !== 'GET' && ctx.method !== 'HEAD'
    if (changes) checkOrigin(shop, ctx)
    if (isWayIn(ctx)) return next()
    const signedIn = (await findSession(shop, readCookie(ctx))) ?? fail('sign_in_needed')
    const operation = findOperation(ctx.method, ctx.path)
    if (changes && !safeEqual(signedIn.session.csrf_token, ctx.get('X-CSRF-Token'))) fail('cross_site')
    if (signedIn.admin.password_hash === null && operation?.audience !== 'first-password') {
      fail('new_password_needed')
    }
    if (changes && signedIn.admin.role === 'viewer' && operation?.audience !== 'first-password') {
      fail('not_allowed')
    }
    if (operation?.recentPassword) checkRecent(shop, signedIn)
    ctx.state.signedIn = signedIn
    await next()
  }
}

function checkRecent(shop: Shop, { session }: SignedIn): void {
  if (shop.now() - session.confirmed_at > CONFIRMED_MS) fail('password_needed')
}

/** Browsers say where a request comes from; what is not a browser has no session to be abused. */
function checkOrigin(shop: Shop, ctx: Context): void {
  if (ctx.get('Sec-Fetch-Site') === 'cross-site') fail('cross_site')
  const origin = ctx.get('Origin')
  if (!origin || origin === shop.settings.current.publicUrl) return
  if (origin.replace(/^https?:\/\//, '') !== ctx.host) fail('cross_site')
}
