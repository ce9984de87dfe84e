/** Our own API: webhook endpoints, the secret of notify addresses, deliveries. */
import Router from 'koa-router'
import { pingEndpoint } from '../../core/callback-ping.ts'
import { redeliverCallback } from '../../core/callback-redelivery.ts'
import { renewNotifySecret } from '../../core/notify-secrets.ts'
import { getDelivery, listDeliveries } from '../../core/webhook-deliveries.ts'
import * as endpoints from '../../core/webhook-endpoints.ts'
import { checkedCallUrl } from '../call-url.ts'
import type { ApiContext } from '../context.ts'
import * as contract from '../contract/v1-webhooks.ts'
import { DEFAULT_LIMIT } from '../contract/v1-words.ts'
import { limit } from '../limit.ts'
import { addressOf } from '../reader.ts'
import type { Bearer } from './guard.ts'
import { serveMerchant } from './serve.ts'
import { toDelivery, toDeliveryDetail, toEndpoint, toMoment } from './webhook-views.ts'

/** Each call leaves the house: a site may be asked to take so many a minute. */
const BY_HAND = 30
const MINUTE = 60_000

export function v1WebhookRoutes(api: ApiContext): Router {
  const { shop } = api
  const router = new Router({ sensitive: true, strict: true })

  serveMerchant(api, router, contract.v1ListEndpoints, async ({ bearer }) => {
    const rows = await endpoints.listWebhookEndpoints(shop, ownerOf(bearer))
    return { data: rows.map(toEndpoint).reverse(), has_more: false, next_cursor: null }
  })

  serveMerchant(api, router, contract.v1CreateEndpoint, async ({ body, bearer, ctx }) => {
    const { url, events = [], enabled = true } = body
    const input = { url: checkedCallUrl('url', url, api.callbackAllow), events, enabled }
    const made = await endpoints.addWebhookEndpoint(shop, ownerOf(bearer), input, actorOf(bearer, ctx))
    return { ...toEndpoint(made.endpoint), secret: made.secret }
  })

  serveMerchant(api, router, contract.v1GetEndpoint, async ({ params, bearer }) =>
    toEndpoint(await endpoints.getWebhookEndpoint(shop, ownerOf(bearer), params.id)),
  )

  serveMerchant(api, router, contract.v1ChangeEndpoint, async ({ params, body, bearer, ctx }) => {
    checkedCallUrl('url', body.url ?? '', api.callbackAllow)
    const actor = actorOf(bearer, ctx)
    return toEndpoint(await endpoints.changeWebhookEndpoint(shop, ownerOf(bearer), params.id, body, actor))
  })

  serveMerchant(api, router, contract.v1DeleteEndpoint, async ({ params, bearer, ctx }) => {
    await endpoints.removeWebhookEndpoint(shop, ownerOf(bearer), params.id, actorOf(bearer, ctx))
    return { id: params.id, deleted: true as const }
  })

  serveMerchant(api, router, contract.v1RotateEndpointSecret, async ({ params, bearer, ctx }) => {
    const actor = actorOf(bearer, ctx)
    const made = await endpoints.rotateWebhookSecret(shop, ownerOf(bearer), params.id, actor)
    return { ...toEndpoint(made.endpoint), secret: made.secret }
  })

  serveMerchant(api, router, contract.v1PingEndpoint, async ({ params, bearer }) => {
    const { attempt } = await pingEndpoint(shop, ownerOf(bearer), params.id, api.call)
    const { delivery, attempts } = await getDelivery(shop, ownerOf(bearer), attempt.callback_id)
    return toDeliveryDetail(delivery, attempts)
  })

  serveMerchant(api, router, contract.v1RenewNotifySecret, async ({ bearer, ctx }) => {
    const { merchant, mode } = bearer
    const { secret, previousUntil } = await renewNotifySecret(shop, merchant.id, mode, actorOf(bearer, ctx))
    return { secret, previous_secret_until: toMoment(previousUntil), livemode: mode === 'live' }
  })

  serveMerchant(api, router, contract.v1ListDeliveries, async ({ query, bearer }) => {
    const { order_id: orderId, endpoint_id: endpointId, event, status: state } = query
    const filter = { ...ownerOf(bearer), orderId, endpointId, event, state }
    const page = { limit: Number(query.limit ?? DEFAULT_LIMIT), cursor: query.cursor }
    const { rows, next } = await listDeliveries(shop, filter, page)
    return { data: rows.map(toDelivery), has_more: next !== null, next_cursor: next }
  })

  serveMerchant(api, router, contract.v1GetDelivery, async ({ params, bearer }) => {
    const { delivery, attempts } = await getDelivery(shop, ownerOf(bearer), params.id)
    return toDeliveryDetail(delivery, attempts)
  })

  serveMerchant(api, router, contract.v1Redeliver, async ({ params, bearer }) => {
    await getDelivery(shop, ownerOf(bearer), params.id)
    await limit(shop, `redeliver:${bearer.merchant.id}`, BY_HAND, MINUTE)
    const id = await redeliverCallback(shop, params.id)
    return toDelivery((await getDelivery(shop, ownerOf(bearer), id)).delivery)
  })

  return router
}

function ownerOf({ merchant, mode }: Bearer) {
  return { merchantId: merchant.id, mode }
}

/** In the audit the key stands for whoever holds it. */
function actorOf({ merchant, key }: Bearer, ctx: Parameters<typeof addressOf>[0]) {
  return { name: `${merchant.pid}:…${key.hint}`, address: addressOf(ctx) }
}
