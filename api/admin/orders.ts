/** The console's orders. */
import { PassThrough } from 'node:stream'
import Router from 'koa-router'
import { deliverByHand } from '../../core/delivery.ts'
import { listCallbacksOf } from '../../core/callback-log.ts'
import { readMailStates, resendGoods, type MailState } from '../../core/mails.ts'
import { markPaid } from '../../core/mark-paid.ts'
import { eachOrder, listEvents, listOrders, noteOrder } from '../../core/order-list.ts'
import { cancelOrder, getOrder } from '../../core/orders.ts'
import { readOrderMerchants, type OrderMerchant } from '../../core/order-merchants.ts'
import { listPaymentsOf } from '../../core/payment-list.ts'
import { findProduct } from '../../core/products.ts'
import { fail } from '../../core/errors.ts'
import type { Shop } from '../../core/shop.ts'
import { expireTestOrder, payTestOrder } from '../../core/test-orders.ts'
import type { OrderRow } from '../../sql/schema.ts'
import * as contract from '../contract/admin-orders.ts'
import { PAGE_SIZE } from '../contract/words.ts'
import { goodsOf } from '../order-view.ts'
import { localeOf } from '../reader.ts'
import { queryOf, serve } from '../serve.ts'
import { actorOf } from './actor.ts'
import { toCallbackView } from './callbacks.ts'
import { CSV_HEADS, csvLine, orderCells } from './order-csv.ts'
import { toPaymentView } from './payments.ts'

export function adminOrderRoutes(shop: Shop): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.listOrders, async ({ query }) => {
    const { orders, total } = await listOrders(shop, query, Number(query.page ?? 1), PAGE_SIZE)
    const ids = orders.map((order) => order.id)
    const mails = await readMailStates(shop, ids)
    const merchants = await readOrderMerchants(shop, ids)
    const rows = orders.map((order) => ({
      ...toAdminOrder(order, mails.get(order.id)?.state),
      merchant: toMerchantView(merchants.get(order.id)),
    }))
    return { orders: rows, total }
  })

  serve(router, contract.showAdminOrder, async ({ params }) => readDetail(shop, params.id))

  serve(router, contract.markPaid, async ({ params, body, ctx }) => {
    await markPaid(shop, params.id, body.reason, actorOf(ctx))
    return readDetail(shop, params.id)
  })

  serve(router, contract.cancelAdminOrder, async ({ params, body, ctx }) => {
    await cancelOrder(shop, params.id, actorOf(ctx), body.reason)
    return readDetail(shop, params.id)
  })

  serve(router, contract.deliverByHand, async ({ params, body, ctx }) => {
    await deliverByHand(shop, params.id, body.text, actorOf(ctx))
    return readDetail(shop, params.id)
  })

  serve(router, contract.resendAdminOrder, async ({ params, ctx }) => {
    await resendGoods(shop, params.id, actorOf(ctx).name)
    return readDetail(shop, params.id)
  })

  serve(router, contract.noteOrder, async ({ params, body, ctx }) => {
    await noteOrder(shop, params.id, body.note, actorOf(ctx))
    return readDetail(shop, params.id)
  })

  serve(router, contract.payTestOrder, async ({ params, body }) => {
    await payTestOrder(shop, await getOrder(shop, params.id), body.amountCents)
    return readDetail(shop, params.id)
  })

  serve(router, contract.expireTestOrder, async ({ params }) => {
    await expireTestOrder(shop, await getOrder(shop, params.id))
    return readDetail(shop, params.id)
  })

  router.get('/api/admin/orders.csv', async (ctx) => {
    const filter = contract.OrderFilter.safeParse(Object.fromEntries(queryOf(ctx)))
    if (!filter.success)
      return fail('bad_input', { field: filter.error.issues[0]?.path.join('.') ?? 'query' })
    const out = new PassThrough()
    ctx.attachment('orders.csv')
    ctx.type = 'text/csv; charset=utf-8'
    ctx.body = out
    const heads = CSV_HEADS[localeOf(ctx)]
    void writeCsv(shop, filter.data, heads, out)
  })

  return router
}

/** UTF-8 with a byte order mark, so that spreadsheets read the Chinese. */
async function writeCsv(
  shop: Shop,
  filter: contract.OrderFilter,
  heads: readonly string[],
  out: PassThrough,
): Promise<void> {
  try {
    out.write('\ufeff' + csvLine(heads))
    for await (const orders of eachOrder(shop, filter)) {
      const merchants = await readOrderMerchants(
        shop,
        orders.map((order) => order.id),
      )
      const { timeZone } = shop.settings.current
      const lines = orders
        .map((order) => csvLine(orderCells(order, merchants.get(order.id), timeZone)))
        .join('')
      if (!out.write(lines)) await new Promise((resolve) => out.once('drain', resolve).once('close', resolve))
      if (out.destroyed) return
    }
    out.end()
  } catch (error) {
    out.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

async function readDetail(shop: Shop, id: string): Promise<contract.AdminOrderDetail> {
  const order = await getOrder(shop, id)
  const mail = (await readMailStates(shop, [id])).get(id)
  const events = await listEvents(shop, id)
  return {
    order: toAdminOrder(order, mail?.state),
    events: events.map(({ at, kind, actor, detail }) => ({ at, kind, actor, detail: JSON.parse(detail) })),
    payments: (await listPaymentsOf(shop, id)).map(toPaymentView),
    goods: await goodsOf(shop, order, await findProduct(shop, order.product_id)),
    mailError: mail?.error ?? null,
    merchant: toMerchantView((await readOrderMerchants(shop, [id])).get(id)),
    callbacks: (await listCallbacksOf(shop, id)).map(toCallbackView),
  }
}

function toMerchantView(asked: OrderMerchant | undefined): contract.AdminOrderMerchant | null {
  if (!asked) return null
  return {
    id: asked.merchant_id,
    pid: asked.pid,
    name: asked.merchant_name,
    protocol: asked.protocol,
    outTradeNo: asked.out_trade_no,
    tradeNo: asked.trade_no,
    notifyUrl: asked.notify_url,
    returnUrl: asked.return_url,
    mode: asked.mode,
  }
}

export function toAdminOrder(order: OrderRow, mail: MailState = 'none'): contract.AdminOrder {
  return {
    id: order.id,
    productId: order.product_id || null,
    productName: order.product_name,
    quantity: order.quantity,
    priceCents: order.price_cents,
    dueCents: order.due_cents,
    channel: order.channel,
    state: order.state,
    email: order.email,
    address: order.address,
    createdAt: order.created_at,
    expiresAt: order.expires_at,
    paidAt: order.paid_at,
    paidBy: order.paid_by,
    deliveredAt: order.delivered_at,
    reportedAt: order.reported_at,
    sellerNote: order.seller_note,
    mail,
    merchantId: order.merchant_id,
    test: order.test_at !== null,
  }
}
