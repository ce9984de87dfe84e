/**
 * No secret serves two purposes: a merchant's key that were a listener's secret would let the merchant report money
 * that never arrived, and our answers to the merchant would be signed like a phone's.
 */
import { hashToken } from '../com/tokens.ts'
import type { Shop } from './shop.ts'

/** Whether a text may become a secret of any kind. */
export async function isKeyFree(shop: Shop, text: string): Promise<boolean> {
  return !(await isListenerSecret(shop, text)) && !(await isMerchantKey(shop, text))
}

async function isListenerSecret(shop: Shop, text: string): Promise<boolean> {
  const found = await shop.db
    .selectFrom('listeners')
    .select('id')
    .where('secret', '=', text)
    .executeTakeFirst()
  return found !== undefined
}

export async function isMerchantKey(shop: Shop, text: string): Promise<boolean> {
  const found = await shop.db
    .selectFrom('merchant_keys')
    .select('id')
    .where('secret_hash', '=', hashToken(text))
    .executeTakeFirst()
  return found !== undefined
}
