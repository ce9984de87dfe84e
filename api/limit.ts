/** How often somebody may ask for something. */
import { fail } from '../core/errors.ts'
import type { Shop } from '../core/shop.ts'

/** @throws ShopError `too_many_requests` */
export async function limit(shop: Shop, key: string, times: number, windowMs: number): Promise<void> {
  const hit = await shop.store.hit(key, times, windowMs)
  if (!hit.allowed) fail('too_many_requests', { retryInSeconds: Math.ceil(hit.retryAfterMs / 1000) })
}
