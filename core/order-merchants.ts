/** Whose orders are whose, for lists and exports. */
import type { MerchantOrderRow } from '../sql/schema.ts'
import type { Shop } from './shop.ts'

export type OrderMerchant = MerchantOrderRow & { readonly merchant_name: string; readonly pid: number }

/** @returns by the order's id; those of the shop itself are not among them. */
export async function readOrderMerchants(
  shop: Shop,
  orderIds: readonly string[],
): Promise<Map<string, OrderMerchant>> {
  if (orderIds.length === 0) return new Map()
  const rows = await shop.db
    .selectFrom('merchant_orders')
    .innerJoin('merchants', 'merchants.id', 'merchant_orders.merchant_id')
    .selectAll('merchant_orders')
    .select(['merchants.name as merchant_name', 'merchants.pid as pid'])
    .where('order_id', 'in', orderIds)
    .execute()
  return new Map(rows.map((row) => [row.order_id, row]))
}
