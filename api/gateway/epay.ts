/**
 * 易支付 V1: submit.php for buyers' browsers, mapi.php and api.php for merchants' servers. At the root and behind any
 * prefix, because sites put the path together in many ways. Every answer is HTTP 200 or 302: sites look at `code`.
 */
import type { Context, Middleware } from 'koa'
import Router from 'koa-router'
import type { ApiContext } from '../context.ts'
import { answerQuestion } from './epay-api.ts'
import { answerMapi } from './epay-mapi.ts'
import { answerSubmit } from './epay-submit.ts'

/** `//submit.php` too; nothing below the paths of other interfaces. */
const path = (name: string) => new RegExp(`^(?!/+(?:api|addons)/)/(?:.*/)?${name}\\.php$`)

export function epayRoutes(api: ApiContext): Router {
  const router = new Router({ sensitive: true, strict: true })
  const on = (name: string, answer: (api: ApiContext, ctx: Context) => Promise<void>) => {
    router.get(path(name), unlessHead, (ctx) => answer(api, ctx))
    router.post(path(name), uncached, (ctx) => answer(api, ctx))
  }
  on('submit', answerSubmit)
  on('mapi', answerMapi)
  on('api', answerQuestion)
  return router
}

const uncached: Middleware = async function uncached(ctx, next) {
  ctx.set('Cache-Control', 'no-store')
  await next()
}

/** A GET places orders, and the router would run it for a HEAD too. */
const unlessHead: Middleware = async function unlessHead(ctx, next) {
  if (ctx.method === 'HEAD') ctx.body = ''
  else await uncached(ctx, next)
}
