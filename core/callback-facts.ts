/** What a callback is written from: its order as it is now, and the keys that sign today. */
import type { CallbackRow } from '../sql/schema.ts'
import type { CallbackFacts } from './callback-forms/form.ts'
import { HopelessJob } from './jobs.ts'
import { listSigningKeys } from './merchant-keys.ts'
import { getMerchant } from './merchants.ts'
import { listNotifySecrets, signingSecrets } from './notify-secrets.ts'
import type { Shop } from './shop.ts'
import { ENDPOINT_REMOVED } from './webhook-endpoints.ts'

/**
 * @param number of the attempt, from 1
 * @throws Error when there is nothing to sign with, or nobody to tell
 */
export async function readCallbackFacts(
  shop: Shop,
  callback: CallbackRow,
  number: number,
): Promise<CallbackFacts> {
  const merchant = await getMerchant(shop, callback.merchant_id)
  const orderId = callback.order_id ?? ''
  const order = await shop.db.selectFrom('orders').selectAll().where('id', '=', orderId).executeTakeFirst()
  const asked = await shop.db
    .selectFrom('merchant_orders')
    .selectAll()
    .where('order_id', '=', orderId)
    .executeTakeFirst()
  const keys =
    callback.protocol === 'v1'
      ? await webhookSecrets(shop, callback)
      : await md5Keys(shop, merchant.id, asked?.key_id ?? null, number)
  if (keys.length === 0) throw new Error('the merchant has no key that could sign')
  return { callback, order, asked, keys, method: merchant.callback_method, now: shop.now() }
}

/**
 * A request is answered with the key that signed it. Once that was rotated nobody here knows which of the newer ones
 * the site has by now, and one message carries one signature: the attempts take turns. A key that was not rotated is
 * its site's still, whatever keys other sites have.
 */
async function md5Keys(
  shop: Shop,
  merchantId: string,
  keyId: string | null,
  number: number,
): Promise<string[]> {
  const keys = await listSigningKeys(shop, merchantId)
  const at = keys.findIndex(({ id }) => id === keyId)
  const own = keys[at]
  const newer = own?.expires_at === null ? [] : keys.slice(0, Math.max(0, at))
  const inTurn = own ? [own, ...newer] : keys
  const turn = (number - 1) % Math.max(1, inTurn.length)
  return [...inTurn.slice(turn), ...inTurn.slice(0, turn)].map(({ secret }) => secret)
}

async function webhookSecrets(shop: Shop, callback: CallbackRow): Promise<string[]> {
  if (callback.endpoint_id === null) return listNotifySecrets(shop, callback)
  const endpoint = await shop.db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('id', '=', callback.endpoint_id)
    .executeTakeFirst()
  if (!endpoint) throw new HopelessJob(ENDPOINT_REMOVED)
  return signingSecrets(endpoint, shop.now())
}
