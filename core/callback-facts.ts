/** What a callback is written from: its order as it is now, and the keys that sign today. */
import type { CallbackRow } from '../sql/schema.ts'
import type { CallbackFacts } from './callback-forms/form.ts'
import { HopelessJob } from './jobs.ts'
import { listSigningKeys } from './merchant-keys.ts'
import { getMerchant } from './merchants.ts'
import { listNotifySecrets, signingSecrets } from './notify-secrets.ts'
import type { Shop } from './shop.ts'

/** @throws Error when there is nothing to sign with, or nobody to tell */
export async function readCallbackFacts(shop: Shop, callback: CallbackRow): Promise<CallbackFacts> {
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
      : await md5Keys(shop, merchant.id, asked?.key_id ?? null)
  if (keys.length === 0) throw new Error('the merchant has no key that could sign')
  return { callback, order, asked, keys, method: merchant.callback_method, now: shop.now() }
}

/** The key that signed the request signs the answer to it, as long as it lives. */
async function md5Keys(shop: Shop, merchantId: string, keyId: string | null): Promise<string[]> {
  const keys = await listSigningKeys(shop, merchantId)
  const own = keys.filter((key) => key.id === keyId)
  return [...own, ...keys.filter((key) => key.id !== keyId)].map((key) => key.secret)
}

async function webhookSecrets(shop: Shop, callback: CallbackRow): Promise<string[]> {
  if (callback.endpoint_id === null) return listNotifySecrets(shop, callback)
  const endpoint = await shop.db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('id', '=', callback.endpoint_id)
    .executeTakeFirst()
  if (!endpoint) throw new HopelessJob('the endpoint was removed')
  return signingSecrets(endpoint, shop.now())
}
