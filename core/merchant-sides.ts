/** The merchant's side of orders whose pages are open, which ask all the time. */
import { statement } from '../com/db/index.ts'
import type { MerchantOrderRow, MerchantRow, OrderRow } from '../sql/schema.ts'
import { gathered } from './gathered.ts'
import { findRecentMerchant } from './merchants.ts'
import type { Shop } from './shop.ts'

export interface MerchantSide {
  readonly asked: MerchantOrderRow
  /** As it was up to a second ago. */
  readonly merchant: MerchantRow
}

/**
 * Together with whatever else is asked for at this moment. Outside of transactions only.
 *
 * @returns undefined for an order of the shop itself.
 */
export async function findMerchantSide(
  shop: Shop,
  { id, merchant_id: merchantId }: Pick<OrderRow, 'id' | 'merchant_id'>,
): Promise<MerchantSide | undefined> {
  if (merchantId === null) return undefined
  const [asked, merchant] = await Promise.all([findAsked(shop, id), findRecentMerchant(shop, merchantId)])
  return asked && { asked, merchant }
}

const askedByOrder = statement((db, the: { ids: readonly string[] }) =>
  db.selectFrom('merchant_orders').selectAll().where('order_id', 'in', the.ids),
)

const findAsked = gathered<string, MerchantOrderRow>(async (shop, ids) => {
  const rows = await askedByOrder.all(shop.db, { ids })
  return new Map(rows.map((row) => [row.order_id, row]))
})
