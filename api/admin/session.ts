/** Signing in to the console and out of it. */
import type { Context } from 'koa'
import Router from 'koa-router'
import type { Shop } from '../../core/shop.ts'
import * as signInRules from '../../core/sign-in.ts'
import * as contract from '../contract/admin-session.ts'
import { addressOf, isDirect } from '../reader.ts'
import { serve, signedInOf } from '../serve.ts'
import { dropCookie, writeCookie } from './cookie.ts'

export function sessionRoutes(shop: Shop): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.signIn, async ({ body, ctx }) => {
    const opened = await signInRules.signIn(shop, { ...body, address: addressOf(ctx), direct: isDirect(ctx) })
    writeCookie(ctx, opened.token)
    return toView(ctx, opened)
  })

  serve(router, contract.showSession, ({ ctx }) => toView(ctx, signedInOf(ctx)))

  serve(router, contract.signOut, async ({ ctx }) => {
    await signInRules.signOut(shop, signedInOf(ctx))
    dropCookie(ctx)
    return { ok: true as const }
  })

  serve(router, contract.choosePassword, async ({ body, ctx }) => {
    const who = signedInOf(ctx)
    const actor = { name: who.admin.name, address: addressOf(ctx) }
    const opened = await signInRules.choosePassword(shop, who, body, actor)
    writeCookie(ctx, opened.token)
    return toView(ctx, opened)
  })

  serve(router, contract.confirmPassword, async ({ body, ctx }) =>
    toView(ctx, await signInRules.confirmPassword(shop, signedInOf(ctx), body.password)),
  )

  return router
}

function toView(ctx: Context, { admin, session }: signInRules.SignedIn): contract.SessionView {
  return {
    name: admin.name,
    role: admin.role,
    csrfToken: session.csrf_token,
    mustChoosePassword: admin.password_hash === null,
    confirmedUntil: session.confirmed_at + signInRules.CONFIRMED_MS,
    plainHttp: !ctx.secure,
  }
}
