/** Our own API: merchants' orders, live and in test mode. */
import type { Context } from 'koa'
import Router from 'koa-router'
import { fail } from '../../core/errors.ts'
import { merchantOrderFacts } from '../../core/merchant-order-facts.ts'
import { listMerchantOrders } from '../../core/merchant-order-list.ts'
import { getMerchantOrder, type MerchantOrder } from '../../core/asked-orders.ts'
import { closeMerchantOrder, placeMerchantOrder } from '../../core/merchant-orders.ts'
import type { MerchantWish } from '../../core/merchant-wish.ts'
import { findYuan } from '../../core/money.ts'
import { expireTestOrder, payTestOrder } from '../../core/test-orders.ts'
import { baseUrlOf } from '../base-url.ts'
import { checkedCallUrl } from '../call-url.ts'
import type { ApiContext } from '../context.ts'
import * as contract from '../contract/v1-orders.ts'
import { DEFAULT_LIMIT, type V1Order } from '../contract/v1-words.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Bearer } from './guard.ts'
import { checkedReturnUrl } from './return-url.ts'
import { serveMerchant } from './serve.ts'

export function v1OrderRoutes(api: ApiContext): Router {
  const { shop } = api
  const router = new Router({ sensitive: true, strict: true })

  serveMerchant(api, router, contract.v1CreateOrder, async ({ body, bearer, ctx }) =>
    view(ctx, await placeMerchantOrder(shop, wishOf(api, bearer, body))),
  )

  serveMerchant(api, router, contract.v1ListOrders, async ({ query, bearer, ctx }) => {
    const filter = { ...ownerOf(bearer), ...query, outTradeNo: query.out_trade_no }
    const page = { limit: Number(query.limit ?? DEFAULT_LIMIT), cursor: query.cursor }
    const { rows, next } = await listMerchantOrders(shop, filter, page)
    return { data: rows.map((row) => view(ctx, row)), has_more: next !== null, next_cursor: next }
  })

  serveMerchant(api, router, contract.v1GetOrder, async ({ params, bearer, ctx }) =>
    view(ctx, await getMerchantOrder(shop, bearer, params.id)),
  )

  serveMerchant(api, router, contract.v1CloseOrder, async ({ params, bearer, ctx }) => {
    await close(await getMerchantOrder(shop, bearer, params.id))
    return view(ctx, await getMerchantOrder(shop, bearer, params.id))
  })

  serveMerchant(api, router, contract.v1PayTestOrder, async ({ params, body, bearer, ctx }) => {
    const { order } = await getMerchantOrder(shop, bearer, params.id)
    const { match } = await payTestOrder(
      shop,
      order,
      body?.amount === undefined ? undefined : yuan(body.amount),
    )
    return { match, order: view(ctx, await getMerchantOrder(shop, bearer, params.id)) }
  })

  serveMerchant(api, router, contract.v1ExpireTestOrder, async ({ params, bearer, ctx }) => {
    const { order } = await getMerchantOrder(shop, bearer, params.id)
    await expireTestOrder(shop, order)
    return view(ctx, await getMerchantOrder(shop, bearer, params.id))
  })

  async function close(found: MerchantOrder): Promise<void> {
    if (found.order.state !== 'cancelled') await closeMerchantOrder(shop, found)
  }

  function view(ctx: Context, { order, asked }: MerchantOrder): V1Order {
    return merchantOrderFacts(shop, order, asked, baseUrlOf(shop, ctx))
  }

  return router
}

function ownerOf({ merchant, mode }: Bearer) {
  return { merchantId: merchant.id, mode }
}

function wishOf(api: ApiContext, { merchant, mode }: Bearer, body: contract.V1NewOrder): MerchantWish {
  const notifyUrl = checkedCallUrl('notify_url', body.notify_url ?? '', api.callbackAllow)
  const returnUrl = checkedReturnUrl('return_url', body.return_url ?? '')
  const metadata = canonicalJson(body.metadata ?? {})
  return {
    merchant,
    mode,
    protocol: 'v1',
    keyId: null,
    outTradeNo: body.out_trade_no,
    subject: body.subject,
    amountCents: yuan(body.amount),
    channel: body.method,
    notifyUrl,
    returnUrl,
    request: { metadata },
    lasting: [body.subject, notifyUrl, returnUrl, metadata],
    ttlMs: body.expires_in === undefined ? undefined : body.expires_in * 1000,
  }
}

function yuan(text: string): number {
  return findYuan(text) ?? fail('bad_amount', { field: 'amount' })
}
