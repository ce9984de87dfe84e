/**
 * Prices of which every amount is taken: refused for a moment without asking the database again. Only ever a
 * refusal, and for a second at most: who gets an amount is decided by the database alone.
 */
import { fail, ShopError } from './errors.ts'
import type { Shop } from './shop.ts'
import type { Channel } from './vocabulary.ts'

const TRUSTED_MS = 1_000

interface FullPool {
  /** Unix ms when the first amount comes free. */
  readonly freeAt: number
  readonly otherChannels: unknown
}

/** @throws ShopError `no_free_amount` when the pool was found full a moment ago */
export async function refuseKnownFull(shop: Shop, channel: Channel, priceCents: number): Promise<void> {
  const kept = await shop.store.recall(keyOf(channel, priceCents))
  if (kept === undefined) return
  const { freeAt, otherChannels } = JSON.parse(kept) as FullPool
  const freeInSeconds = Math.ceil((freeAt - shop.now()) / 1000)
  if (freeInSeconds > 0) fail('no_free_amount', { freeInSeconds, otherChannels })
}

/** Runs `work`, and remembers when it finds the pool full. */
export async function notingFull<T>(
  shop: Shop,
  channel: Channel,
  priceCents: number,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ShopError && error.code === 'no_free_amount') {
      const { freeInSeconds, otherChannels } = error.details
      const full: FullPool = { freeAt: shop.now() + Number(freeInSeconds) * 1000, otherChannels }
      await shop.store.remember(keyOf(channel, priceCents), JSON.stringify(full), TRUSTED_MS)
    }
    throw error
  }
}

function keyOf(channel: Channel, priceCents: number): string {
  return `full:${channel}:${priceCents}`
}
