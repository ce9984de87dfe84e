/**
 * The order API of the Api edition, in both its versions: at the root for the default merchant and below `/m/{pid}/`
 * for each.
 */
import type { Context } from 'koa'
import Router from 'koa-router'
import { fail } from '../../core/errors.ts'
import { findMerchantOrder, type MerchantOrder } from '../../core/asked-orders.ts'
import type { ApiContext } from '../context.ts'
import { apiOrderRow, placeApiOrder } from './api-edition-order.ts'
import { inDialect, merchantAt, sentIn, type Dialect } from './dialect.ts'
import { readGateway } from './flat-form.ts'

const SAYS: Pick<Dialect, 'sentences' | 'refused'> = {
  sentences: { order_not_found: '订单不存在!' },
  refused: ({ sentence }) => ({ code: -1, data: '', msg: sentence }),
}

const POST: Dialect = { ...SAYS, methods: ['POST'] }
const GET: Dialect = { ...SAYS, methods: ['GET'] }

export function apiEditionRoutes(api: ApiContext): Router {
  const { shop } = api
  const router = new Router({ sensitive: true, strict: true })

  const order = inDialect(shop, POST, async (ctx) => {
    const { body } = await readGateway(ctx, { json: true })
    const sent = sentIn(body)
    const placed = await placeApiOrder(api, { ctx, merchant: await merchantOf(ctx), sent })
    const row: Record<string, string> = { ...apiOrderRow(shop, placed), sign: sent.text('sign') }
    if (sent.has('order_type')) return row
    const data = row.pay_format === 'html' ? `/#/pay/${placed.order.id}` : row
    return { code: 0, data, msg: '创建订单成功!' }
  })

  const getOrderId = inDialect(shop, GET, async (ctx) => {
    const found = await getAsked(ctx)
    return { ...told(found), time: Math.max(0, found.order.expires_at - shop.now()) }
  })

  const orderStatus = inDialect(shop, GET, async (ctx) => told(await getAsked(ctx)))

  for (const base of ['', '/m/:pid']) {
    router.all(`${base}/api/order`, order)
    router.all(`${base}/api/getorderid`, getOrderId)
    router.all(`${base}/api/orderstatus`, orderStatus)
  }
  // Sites put the address that they know before `/#/pay/…`: the browser keeps what is behind the `#`.
  router.get(['/m/:pid', '/m/:pid/'], (ctx) => ctx.redirect('/'))

  function merchantOf(ctx: Context) {
    return merchantAt(shop, ctx.params.pid as string | undefined)
  }

  async function getAsked(ctx: Context): Promise<MerchantOrder> {
    const merchant = await merchantOf(ctx)
    const { query } = await readGateway(ctx)
    const outTradeNo = sentIn(query).text('order_id')
    const found = await findMerchantOrder(shop, { merchant, mode: 'live', outTradeNo })
    return found?.asked.protocol === 'api_edition' ? found : fail('order_not_found')
  }

  /** To whoever knows its number: never with the signature. */
  function told(found: MerchantOrder) {
    const data = apiOrderRow(shop, found)
    const over = data.pay_status === '已过期'
    return { code: over ? -1 : 0, data, msg: over ? '订单已过期!' : '' }
  }

  return router
}
