/** The merchant's side of orders whose pages are open, which ask all the time. */
import { statement } from '../com/db/index.ts'
import { gather } from '../com/gather.ts'
import type { MerchantOrderRow, MerchantRow, OrderRow } from '../sql/schema.ts'
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
  const ask = askers.get(shop.database) ?? gather((ids) => readAsked(shop, ids), MOST_AT_ONCE)
  askers.set(shop.database, ask)
  const [asked, merchant] = await Promise.all([ask(id), findRecentMerchant(shop, merchantId)])
  return asked && { asked, merchant }
}

const MOST_AT_ONCE = 50

const askers = new WeakMap<Shop['database'], (id: string) => Promise<MerchantOrderRow | undefined>>()

const askedByOrder = statement((db, the: { ids: readonly string[] }) =>
  db.selectFrom('merchant_orders').selectAll().where('order_id', 'in', the.ids),
)

async function readAsked(shop: Shop, ids: readonly string[]): Promise<Map<string, MerchantOrderRow>> {
  const rows = await askedByOrder.all(shop.database.kysely, { ids })
  return new Map(rows.map((row) => [row.order_id, row]))
}
