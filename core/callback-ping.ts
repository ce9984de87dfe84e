/** A webhook that tells of nothing, to see at once what its endpoint makes of it. */
import { nanoid } from 'nanoid'
import { attemptCallback, type Attempted, type Call } from './callback-attempts.ts'
import { eventBody } from './callback-forms/webhook.ts'
import { callbackRow } from './callbacks.ts'
import { fail } from './errors.ts'
import type { Shop } from './shop.ts'
import { getWebhookEndpoint, type EndpointOwner } from './webhook-endpoints.ts'

/** Of a merchant, whose endpoints are free to make: each call leaves the house. */
const PER_MINUTE = 30

/**
 * One attempt, now, also to an endpoint that is switched off; it stands in the log as delivered or as dead.
 *
 * @throws ShopError `not_found`, `too_many_requests`
 */
export async function pingEndpoint(
  shop: Shop,
  owner: EndpointOwner,
  endpointId: string,
  call: Call,
): Promise<Attempted> {
  const endpoint = await getWebhookEndpoint(shop, owner, endpointId)
  const rate = await shop.store.hit(`ping:${endpoint.merchant_id}`, PER_MINUTE, 60_000)
  if (!rate.allowed) fail('too_many_requests', { retryInSeconds: Math.ceil(rate.retryAfterMs / 1000) })
  const callback = {
    ...callbackRow(shop, {
      callback_key: `ping:${nanoid()}`,
      merchant_id: endpoint.merchant_id,
      mode: endpoint.mode,
      order_id: null,
      endpoint_id: endpoint.id,
      protocol: 'v1',
      event: 'test.ping',
      url: endpoint.url,
      body: eventBody(shop, 'test.ping', { livemode: endpoint.mode === 'live' }),
      redelivery_of: null,
    }),
    dead_at: shop.now(), // until it is delivered: nobody tries it again
  }
  await shop.db.insertInto('callbacks').values(callback).execute()
  const attempted = await attemptCallback(shop, callback, 1, call)
  const { delivered } = attempted
  if (delivered) {
    const done = { delivered_at: shop.now(), dead_at: null }
    await shop.db.updateTable('callbacks').set(done).where('id', '=', callback.id).execute()
  }
  return attempted
}
