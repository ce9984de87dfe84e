/** A merchant's orders, page by page. */
import type { MerchantOrderRow } from '../sql/schema.ts'
import { readCursor, toPage, type ListPage } from './cursor.ts'
import { STATUS, type OrderStatus } from './merchant-order-facts.ts'
import type { MerchantOrder } from './asked-orders.ts'
import type { Shop } from './shop.ts'
import { ORDER_STATES, type Channel, type Mode } from './vocabulary.ts'

export interface MerchantOrderFilter {
  readonly merchantId: string
  readonly mode: Mode
  readonly outTradeNo?: string | undefined
  readonly status?: OrderStatus | undefined
  readonly method?: Channel | undefined
}

/** Newest first. @throws ShopError `bad_input` for a cursor that is none */
export async function listMerchantOrders(
  shop: Shop,
  { merchantId, mode, outTradeNo, status, method }: MerchantOrderFilter,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<ListPage<MerchantOrder>> {
  let query = shop.db
    .selectFrom('merchant_orders')
    .innerJoin('orders', 'orders.id', 'merchant_orders.order_id')
    .selectAll('merchant_orders')
    .where('merchant_orders.merchant_id', '=', merchantId)
    .where('mode', '=', mode)
  if (outTradeNo !== undefined) query = query.where('out_trade_no', '=', outTradeNo)
  if (status !== undefined) query = query.where('state', 'in', statesOf(status))
  if (method !== undefined) query = query.where('channel', '=', method)
  if (cursor !== undefined) {
    const { at, id } = readCursor(cursor)
    query = query.where((where) =>
      where.or([
        where('merchant_orders.created_at', '<', at),
        where.and([where('merchant_orders.created_at', '=', at), where('order_id', '<', id)]),
      ]),
    )
  }
  const asked = await query
    .orderBy('merchant_orders.created_at', 'desc')
    .orderBy('order_id', 'desc')
    .limit(limit + 1)
    .execute()
  const { rows, next } = toPage(asked, limit, (row) => ({ at: row.created_at, id: row.order_id }))
  return { rows: await withOrders(shop, rows), next }
}

function statesOf(status: OrderStatus) {
  return ORDER_STATES.filter((state) => STATUS[state] === status)
}

async function withOrders(shop: Shop, asked: readonly MerchantOrderRow[]): Promise<MerchantOrder[]> {
  if (asked.length === 0) return []
  const ids = asked.map((row) => row.order_id)
  const orders = await shop.db.selectFrom('orders').selectAll().where('id', 'in', ids).execute()
  const byId = new Map(orders.map((order) => [order.id, order]))
  return asked.flatMap((row) => {
    const order = byId.get(row.order_id)
    return order ? [{ order, asked: row }] : []
  })
}
