/** The HTTP side of the shop: which middleware comes when, and which routes there are. */
import Koa from 'koa'
import Router from 'koa-router'
import { listenerDialects } from './addons/index.ts'
import { callbackRoutes } from './admin/callbacks.ts'
import { codeRoutes } from './admin/codes.ts'
import { guardConsole } from './admin/guard.ts'
import { inboxRoutes } from './admin/inbox.ts'
import { listenerRoutes } from './admin/listeners.ts'
import { merchantRoutes } from './admin/merchants.ts'
import { merchantTestRoutes } from './admin/merchant-tests.ts'
import { adminOrderRoutes } from './admin/orders.ts'
import { paymentRoutes } from './admin/payments.ts'
import { productRoutes } from './admin/products.ts'
import { ruleRoutes } from './admin/rules.ts'
import { sessionRoutes } from './admin/session.ts'
import { systemRoutes } from './admin/system.ts'
import type { ApiContext } from './context.ts'
import { renderErrors } from './errors.ts'
import { finishAnswers } from './finish.ts'
import { apiEditionRoutes } from './gateway/api-edition.ts'
import { epayRoutes } from './gateway/epay.ts'
import { vmqRoutes } from './gateway/vmq.ts'
import { documentRoutes } from './openapi/routes.ts'
import { createOrderStreams, type OrderStreams } from './order-stream.ts'
import { orderRoutes } from './orders.ts'
import { createOwnFront } from './own-front.ts'
import { pageRoutes } from './pages.ts'
import { combineRoutes } from './routes.ts'
import { securityHeaders } from './security-headers.ts'
import { shopRoutes } from './shop.ts'
import { guardMerchantApi, v1Routes } from './v1/index.ts'

export type { ApiContext } from './context.ts'

/** Who asked went away before the answer was out. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'])

/** @returns the app, and the open streams, which must end before the server can close. */
export function createApp(api: ApiContext): { app: Koa; streams: OrderStreams } {
  const { shop } = api
  const streams = createOrderStreams(shop)
  const app = new Koa({ proxy: api.trustProxy > 0, maxIpsCount: api.trustProxy })
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (!GONE.has(error.code ?? '')) shop.log.error({ err: error }, 'an answer failed')
  })
  app.use(securityHeaders)
  app.use(finishAnswers())
  app.use(renderErrors(shop.log))
  app.use(guardConsole(shop))
  app.use(guardMerchantApi(api))
  const routers = [
    ...listenerDialects(api),
    epayRoutes(api),
    vmqRoutes(api),
    apiEditionRoutes(api),
    shopRoutes(api),
    orderRoutes(shop, streams),
    sessionRoutes(shop),
    systemRoutes(api),
    productRoutes(shop),
    codeRoutes(api),
    adminOrderRoutes(shop),
    paymentRoutes(shop),
    inboxRoutes(shop),
    listenerRoutes(api),
    ruleRoutes(shop),
    ...v1Routes(api),
    merchantRoutes(api),
    merchantTestRoutes(api, createOwnFront(app)),
    callbackRoutes(shop),
    documentRoutes(),
    plainRoutes(api),
    pageRoutes(shop, api.pagesDir),
  ]
  app.use(new Router().allowedMethods())
  app.use(combineRoutes(routers))
  return { app, streams }
}

function plainRoutes({ shop }: ApiContext): Router {
  const router = new Router({ sensitive: true, strict: true })
  router.get('/healthz', async (ctx) => {
    await shop.db.selectFrom('settings').select('name').limit(1).execute()
    ctx.set('Cache-Control', 'no-store')
    ctx.body = { ok: true }
  })
  return router
}
