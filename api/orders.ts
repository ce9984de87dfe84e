/** Buyers: placing an order, following it, getting the goods. */
import type { Context } from 'koa'
import Router from 'koa-router'
import { drawQrPng } from '../com/qr-drawing.ts'
import { fail } from '../core/errors.ts'
import { noteLinkOpened } from '../core/amount-link.ts'
import { requestOrderLinks, resendGoods } from '../core/mails.ts'
import { networkOf } from '../core/network.ts'
import * as orders from '../core/orders.ts'
import { placeOrder } from '../core/place-order.ts'
import { reportPaid } from '../core/reports.ts'
import type { Shop } from '../core/shop.ts'
import * as contract from './contract/orders.ts'
import { limit } from './limit.ts'
import { knownId, showStatus } from './order-status.ts'
import type { OrderStreams } from './order-stream.ts'
import { toOrderSummary, toOrderView } from './order-view.ts'
import { addressOf, buyerTokenOf, localeOf } from './reader.ts'
import { serve } from './serve.ts'

export function orderRoutes(shop: Shop, streams: OrderStreams): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.placeOrder, async ({ body, ctx }) => {
    const wish = {
      ...body,
      quantity: body.quantity ?? 1,
      locale: body.locale ?? localeOf(ctx),
      buyerToken: buyerTokenOf(ctx),
      address: addressOf(ctx),
    }
    const { order, buyerToken, resumed } = await placeOrder(shop, wish)
    return { order: await toOrderView(shop, order, buyerToken), buyerToken, resumed }
  })

  serve(router, contract.listOwnOrders, async ({ ctx }) => {
    const own = await orders.listOrdersOf(shop, buyerTokenOf(ctx))
    return { orders: own.map(toOrderSummary) }
  })

  router.get(contract.showOrder.path, showStatus(shop))

  serve(router, contract.cancelOrder, async ({ params, ctx }) => {
    await orders.getOwnOrder(shop, params.id, buyerTokenOf(ctx))
    await orders.cancelOrder(shop, params.id, 'buyer')
    return viewOf(shop, ctx, params.id)
  })

  serve(router, contract.extendOrder, async ({ params, ctx }) => {
    await orders.getOwnOrder(shop, params.id, buyerTokenOf(ctx))
    await orders.extendOrder(shop, params.id)
    return viewOf(shop, ctx, params.id)
  })

  serve(router, contract.changeChannel, async ({ params, body, ctx }) => {
    await orders.getOwnOrder(shop, params.id, buyerTokenOf(ctx))
    await orders.changeChannel(shop, params.id, body.channel, addressOf(ctx))
    return viewOf(shop, ctx, params.id)
  })

  serve(router, contract.noteLinkOpened, async ({ params }) => {
    await noteLinkOpened(shop, params.id)
    return { ok: true as const }
  })

  serve(router, contract.reportPaid, async ({ params, body, ctx }) => {
    await orders.getOwnOrder(shop, params.id, buyerTokenOf(ctx))
    const found = await reportPaid(shop, params.id, body)
    return { order: await viewOf(shop, ctx, params.id), found }
  })

  serve(router, contract.resendGoods, async ({ params, ctx }) => {
    await orders.getOwnOrder(shop, params.id, buyerTokenOf(ctx))
    await limit(shop, `resend:${params.id}`, 3, 600_000)
    await resendGoods(shop, params.id, 'buyer')
    return { ok: true as const }
  })

  serve(router, contract.mailOrderLinks, async ({ body, ctx }) => {
    await limit(shop, `links:${networkOf(addressOf(ctx))}`, 5, 600_000)
    await limit(shop, `links:${body.email.toLowerCase()}`, 3, 3_600_000)
    await requestOrderLinks(shop, body.email, body.locale ?? localeOf(ctx))
    return { ok: true as const }
  })

  router.get('/api/orders/:id/events', async (ctx) => streams.open(ctx, knownId(ctx.params.id)))

  router.get('/api/orders/:id/code.png', async (ctx) => {
    const order = await orders.getOrder(shop, knownId(ctx.params.id))
    if (!orders.canBePaid(order, shop.now())) fail('wrong_state', { state: order.state })
    ctx.set('Cache-Control', 'private, no-cache')
    ctx.type = 'png'
    ctx.body = drawQrPng(order.code_payload)
  })

  return router
}

async function viewOf(shop: Shop, ctx: Context, id: string): Promise<contract.OrderView> {
  return toOrderView(shop, await orders.getOrder(shop, id), buyerTokenOf(ctx))
}
