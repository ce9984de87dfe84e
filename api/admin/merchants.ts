/** The console's merchants, with their keys and webhook endpoints. */
import Router from 'koa-router'
import * as keys from '../../core/merchant-keys.ts'
import { listMerchantsAtWork } from '../../core/merchant-list.ts'
import * as merchants from '../../core/merchants.ts'
import { renewNotifySecret } from '../../core/notify-secrets.ts'
import * as endpoints from '../../core/webhook-endpoints.ts'
import { baseUrlOf } from '../base-url.ts'
import { checkedCallUrl } from '../call-url.ts'
import type { ApiContext } from '../context.ts'
import * as contract from '../contract/admin-merchants.ts'
import { serve } from '../serve.ts'
import { actorOf } from './actor.ts'
import { toEndpointView, toKeyView, toMerchantView } from './merchant-views.ts'

const DONE = { ok: true } as const

export function merchantRoutes({ shop, callbackAllow }: ApiContext): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.listMerchants, async () => ({
    merchants: (await listMerchantsAtWork(shop)).map(({ merchant, protocols, ...figures }) => ({
      ...figures,
      merchant: toMerchantView(merchant),
      protocols: [...protocols],
    })),
  }))

  serve(router, contract.showMerchant, async ({ params, ctx }) => {
    const merchant = await merchants.getMerchant(shop, params.id)
    const own = await endpoints.listWebhookEndpoints(shop, { merchantId: params.id })
    return {
      merchant: toMerchantView(merchant),
      keys: (await keys.listMerchantKeys(shop, params.id)).map(toKeyView),
      endpoints: own.map((one) => toEndpointView(one, shop.now())),
      baseUrl: baseUrlOf(shop, ctx),
      isPublic: shop.settings.current.publicUrl !== '',
    }
  })

  serve(router, contract.addMerchant, async ({ body, ctx }) => {
    checkedCallUrl('notifyUrl', body.notifyUrl ?? '', callbackAllow)
    return toMerchantView(await merchants.addMerchant(shop, body, actorOf(ctx)))
  })

  serve(router, contract.changeMerchant, async ({ params, body, ctx }) => {
    checkedCallUrl('notifyUrl', body.notifyUrl ?? '', callbackAllow)
    return toMerchantView(await merchants.changeMerchant(shop, params.id, body, actorOf(ctx)))
  })

  serve(router, contract.makeDefaultMerchant, async ({ params, ctx }) => {
    await merchants.makeDefaultMerchant(shop, params.id, actorOf(ctx))
    return DONE
  })

  serve(router, contract.addMerchantKey, async ({ params, body, ctx }) => {
    const { key, secret } = await keys.addMerchantKey(shop, params.id, body, actorOf(ctx))
    return { key: toKeyView(key), secret }
  })

  serve(router, contract.rotateMerchantKey, async ({ params, ctx }) => {
    const { key, secret } = await keys.rotateMerchantKey(shop, params.id, params.keyId, actorOf(ctx))
    return { key: toKeyView(key), secret }
  })

  serve(router, contract.revokeMerchantKey, async ({ params, ctx }) => {
    await keys.revokeMerchantKey(shop, params.id, params.keyId, actorOf(ctx))
    return DONE
  })

  serve(router, contract.addEndpoint, async ({ params, body: { mode, ...input }, ctx }) => {
    checkedCallUrl('url', input.url, callbackAllow)
    const owner = { merchantId: params.id, mode }
    const { endpoint, secret } = await endpoints.addWebhookEndpoint(shop, owner, input, actorOf(ctx))
    return { endpoint: toEndpointView(endpoint, shop.now()), secret }
  })

  serve(router, contract.changeEndpoint, async ({ params, body, ctx }) => {
    checkedCallUrl('url', body.url, callbackAllow)
    const { id: merchantId, endpointId } = params
    const changed = await endpoints.changeWebhookEndpoint(
      shop,
      { merchantId },
      endpointId,
      body,
      actorOf(ctx),
    )
    return toEndpointView(changed, shop.now())
  })

  serve(router, contract.removeEndpoint, async ({ params, ctx }) => {
    await endpoints.removeWebhookEndpoint(shop, { merchantId: params.id }, params.endpointId, actorOf(ctx))
    return DONE
  })

  serve(router, contract.rotateEndpoint, async ({ params, ctx }) => {
    const owner = { merchantId: params.id }
    const made = await endpoints.rotateWebhookSecret(shop, owner, params.endpointId, actorOf(ctx))
    return { endpoint: toEndpointView(made.endpoint, shop.now()), secret: made.secret }
  })

  serve(router, contract.renewNotifySecret, async ({ params, body, ctx }) => {
    await merchants.getMerchant(shop, params.id)
    const { secret } = await renewNotifySecret(shop, params.id, body.mode, actorOf(ctx))
    return { secret }
  })

  return router
}
