/** The console's log of what merchants' sites were told. */
import Router from 'koa-router'
import {
  callbackState,
  getCallbackWithAttempts,
  listCallbacks,
  type ListedCallback,
} from '../../core/callback-log.ts'
import { hastenCallback, redeliverCallback } from '../../core/callback-redelivery.ts'
import type { Shop } from '../../core/shop.ts'
import type { CallbackAttemptRow } from '../../sql/schema.ts'
import * as contract from '../contract/admin-callbacks.ts'
import { PAGE_SIZE } from '../contract/words.ts'
import { serve } from '../serve.ts'
import { actorOf } from './actor.ts'

export function callbackRoutes(shop: Shop): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.listCallbacks, async ({ query }) => {
    const { callbacks, total } = await listCallbacks(shop, query, Number(query.page ?? 1), PAGE_SIZE)
    return { callbacks: callbacks.map(toCallbackView), total }
  })

  serve(router, contract.showCallback, async ({ params }) => {
    const { callback, attempts } = await getCallbackWithAttempts(shop, params.id)
    return { callback: toCallbackView(callback), attempts: attempts.map(toAttemptView) }
  })

  serve(router, contract.redeliverCallback, async ({ params, ctx }) =>
    viewOf(await redeliverCallback(shop, params.id, actorOf(ctx))),
  )

  serve(router, contract.hastenCallback, async ({ params, ctx }) => {
    await hastenCallback(shop, params.id, actorOf(ctx))
    return viewOf(params.id)
  })

  async function viewOf(id: string): Promise<contract.CallbackView> {
    return toCallbackView((await getCallbackWithAttempts(shop, id)).callback)
  }

  return router
}

export function toCallbackView(row: ListedCallback): contract.CallbackView {
  return {
    id: row.id,
    merchantId: row.merchant_id,
    merchantName: row.merchant_name ?? '',
    pid: row.pid,
    orderId: row.order_id,
    outTradeNo: row.out_trade_no,
    endpointId: row.endpoint_id,
    protocol: row.protocol,
    event: row.event,
    url: row.url,
    state: callbackState(row),
    redeliveryOf: row.redelivery_of,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
    deadAt: row.dead_at,
    attempts: row.attempts,
    lastStatus: row.last_status,
    lastError: row.last_error,
    nextAt: row.next_at,
  }
}

export function toAttemptView(row: CallbackAttemptRow): contract.CallbackAttempt {
  return {
    number: row.number,
    at: row.at,
    method: row.method,
    url: row.url,
    headers: JSON.parse(row.headers) as Record<string, string>,
    body: row.body,
    status: row.status,
    answer: row.answer,
    error: row.error,
    tookMs: row.took_ms,
  }
}
