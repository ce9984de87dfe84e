/** For each price on sale: which amounts of its pool have a code, and which are missing. */
import { amountPool } from './amount-choice.ts'
import { listTills, type Till } from './tills.ts'
import type { Shop } from './shop.ts'
import type { Channel } from './vocabulary.ts'

export type CoveredBy = 'fixed' | 'free' | 'link' | 'nothing'

export interface PriceCoverage {
  readonly priceCents: number
  readonly products: string[]
  readonly channels: {
    channel: Channel
    amounts: { amountCents: number; by: CoveredBy }[]
  }[]
}

export async function listCoverage(shop: Shop): Promise<PriceCoverage[]> {
  const products = await shop.db
    .selectFrom('products')
    .select(['name', 'price_cents'])
    .where('on_sale_at', 'is not', null)
    .orderBy('price_cents')
    .execute()
  const tills = (await listTills(shop)).filter((till) => till.account.test_at === null)
  const prices = [...new Set(products.map((product) => product.price_cents))]
  return prices.map((priceCents) => ({
    priceCents,
    products: products.filter((product) => product.price_cents === priceCents).map(({ name }) => name),
    channels: shop.settings.current.channels.map((channel) => ({
      channel,
      amounts: amountPool(priceCents, shop.settings.current.slotDepth).map((amountCents) => ({
        amountCents,
        by: coveredBy(
          tills.filter((till) => till.account.channel === channel),
          amountCents,
        ),
      })),
    })),
  }))
}

function coveredBy(tills: readonly Till[], amountCents: number): CoveredBy {
  if (tills.some((till) => till.fixed.has(amountCents))) return 'fixed'
  if (tills.some((till) => till.free)) return 'free'
  return tills.some((till) => till.account.alipay_user_id !== null) ? 'link' : 'nothing'
}
