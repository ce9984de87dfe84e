/** What a merchant's site asks for, and the channel on which it can have it. */
import { hashToken } from '../com/tokens.ts'
import type { MerchantRow } from '../sql/schema.ts'
import { withPool, type Pool } from './claim-amount.ts'
import { ShopError, type RefusalCode } from './errors.ts'
import { notingFull, refuseKnownFull } from './full-pools.ts'
import { scopeOf } from './merchants.ts'
import type { Shop } from './shop.ts'
import { CHANNELS, type Channel, type Locale, type Mode, type Protocol } from './vocabulary.ts'

export interface MerchantWish {
  readonly merchant: MerchantRow
  readonly protocol: Protocol
  readonly mode: Mode
  /** The md5 key that signed the request; null for bearer keys. */
  readonly keyId: string | null
  /**
   * What that key signed, a character for each byte, where values stand without their bounds: divided otherwise it
   * would be another order, so it serves for one.
   */
  readonly signedText?: string | undefined
  /** The merchant's own number, 1 to 150 characters. */
  readonly outTradeNo: string
  readonly subject: string
  readonly amountCents: number
  /** Named by the merchant: the buyer cannot change it. */
  readonly channel?: Channel | undefined
  /** The one to begin with where the merchant names none. */
  readonly likelyChannel?: Channel | undefined
  readonly notifyUrl: string
  readonly returnUrl: string
  /** What the merchant gets back unchanged, as it came. */
  readonly request: Readonly<Record<string, string>>
  /** What may not change when the same number comes again; money and addresses of the request. */
  readonly lasting: readonly string[]
  readonly ttlMs?: number | undefined
  readonly locale?: Locale | undefined
  /** When the same number comes again: goes on with the order unless told otherwise; only while it is open; never. */
  readonly repeat?: 'resume' | 'show' | 'refuse' | undefined
}

/** Of what may not change when the same number comes again. */
export function hashOf(wish: MerchantWish): string {
  return hashToken(JSON.stringify([wish.protocol, wish.amountCents, ...wish.lasting]))
}

/**
 * The channel that the merchant names; else the likely one first, and another where that one has nothing.
 *
 * @param options.mayHold the order may have an amount already: then also where all are taken.
 */
export async function onSomeChannel<T>(
  shop: Shop,
  wish: MerchantWish,
  work: (pool: Pool) => Promise<T>,
  { mayHold = false } = {},
): Promise<T> {
  const scope = scopeOf(wish.merchant, wish.mode)
  const price = wish.amountCents
  const on = async (channel: Channel) => {
    if (!mayHold) await refuseKnownFull(shop, channel, price, scope)
    return notingFull(shop, channel, price, () => withPool(shop, channel, price, work, scope), scope)
  }
  if (wish.channel) return on(wish.channel)
  const likely = wish.likelyChannel ?? CHANNELS[0]
  let refusal: unknown
  for (const channel of [likely, ...CHANNELS.filter((one) => one !== likely)]) {
    try {
      return await on(channel)
    } catch (error) {
      if (!(error instanceof ShopError) || !NEXT_CHANNEL.has(error.code)) throw error
      if (!isFull(refusal)) refusal = error
    }
  }
  throw refusal
}

const NEXT_CHANNEL: ReadonlySet<RefusalCode> = new Set([
  'channel_unavailable',
  'no_code_for_price',
  'no_free_amount',
])

/** The refusal that says when to come again is the one to tell. */
function isFull(refusal: unknown): boolean {
  return refusal instanceof ShopError && refusal.code === 'no_free_amount'
}
