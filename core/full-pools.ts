/**
 * Prices of which every amount is taken: refused for a moment without asking the database again. Only ever a
 * refusal, and for a second at most, whatever the store holds: who gets an amount is decided by the database alone.
 */
import { hashToken } from '../com/tokens.ts'
import { fail, ShopError } from './errors.ts'
import type { Shop } from './shop.ts'
import { WHOLE_SHOP, type TillScope } from './tills.ts'
import { CHANNELS, type Channel } from './vocabulary.ts'

const TRUSTED_MS = 1_000

/** Unix ms when it was found full and when its first amount comes free, then the channels that have one. */
const KEPT = /^(?<seenAt>\d{13}) (?<freeAt>\d{13}) (?<others>[a-z,]*)$/

/** @throws ShopError `no_free_amount` when the pool was found full a moment ago */
export async function refuseKnownFull(
  shop: Shop,
  channel: Channel,
  priceCents: number,
  scope: TillScope = WHOLE_SHOP,
): Promise<void> {
  const kept = await shop.store.recall(keyOf(channel, priceCents, scope))
  const { seenAt, freeAt, others = '' } = KEPT.exec(kept ?? '')?.groups ?? {}
  const now = shop.now()
  if (Math.abs(now - Number(seenAt)) <= TRUSTED_MS && Number(freeAt) > now) {
    const named = others.split(',')
    fail('no_free_amount', {
      freeInSeconds: Math.ceil((Number(freeAt) - now) / 1000),
      otherChannels: CHANNELS.filter((one) => named.includes(one)),
    })
  }
}

/** Runs `work`, and remembers when it finds the pool full. */
export async function notingFull<T>(
  shop: Shop,
  channel: Channel,
  priceCents: number,
  work: () => Promise<T>,
  scope: TillScope = WHOLE_SHOP,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ShopError && error.code === 'no_free_amount') {
      const { freeInSeconds, otherChannels } = error.details
      const now = shop.now()
      const kept = `${now} ${now + Number(freeInSeconds) * 1000} ${String(otherChannels)}`
      await shop.store.remember(keyOf(channel, priceCents, scope), kept, TRUSTED_MS)
    }
    throw error
  }
}

function keyOf(channel: Channel, priceCents: number, scope: TillScope): string {
  const bounds = scope === WHOLE_SHOP ? '' : `:${hashToken(JSON.stringify(scope))}`
  return `full:${channel}:${priceCents}${bounds}`
}
