/** A merchant's orders as the older protocols list and count them. */
import { asNumber } from '../com/db/index.ts'
import type { MerchantOrderRow, OrderRow } from '../sql/schema.ts'
import type { MerchantOrder } from './asked-orders.ts'
import type { Shop } from './shop.ts'
import { dayOf, startOfDay } from './time-zone.ts'

export interface SalesPage {
  readonly paid?: boolean | undefined
  readonly limit: number
  readonly offset: number
}

/** Live orders only, the newest first. */
export async function listSales(shop: Shop, merchantId: string, page: SalesPage): Promise<MerchantOrder[]> {
  const orders = await salesOf(shop, merchantId, page.paid)
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const asked = await askedOf(
    shop,
    orders.map(({ id }) => id),
  )
  return orders.flatMap((order) => {
    const own = asked.get(order.id)
    return own ? [{ order, asked: own }] : []
  })
}

/** Of all time, and those that were paid today and the day before, in the shop's time zone. */
export async function countSales(
  shop: Shop,
  merchantId: string,
): Promise<{ readonly all: number; readonly today: number; readonly yesterday: number }> {
  const { timeZone } = shop.settings.current
  const today = startOfDay(dayOf(shop.now(), timeZone), timeZone)
  const yesterday = startOfDay(dayOf(today - 1, timeZone), timeZone)
  const sales = salesOf(shop, merchantId).select((from) => from.fn.countAll().as('count'))
  const all = await sales.executeTakeFirstOrThrow()
  const ofToday = await sales.where('paid_at', '>=', today).executeTakeFirstOrThrow()
  const before = sales.where('paid_at', '>=', yesterday).where('paid_at', '<', today)
  const ofYesterday = await before.executeTakeFirstOrThrow()
  return {
    all: asNumber(all.count),
    today: asNumber(ofToday.count),
    yesterday: asNumber(ofYesterday.count),
  }
}

function salesOf(shop: Shop, merchantId: string, paid?: boolean) {
  const sales = shop.db
    .selectFrom('orders')
    .where('merchant_id', '=', merchantId)
    .where('test_at', 'is', null)
  return paid === undefined ? sales : sales.where('paid_at', paid ? 'is not' : 'is', null)
}

async function askedOf(shop: Shop, ids: readonly OrderRow['id'][]): Promise<Map<string, MerchantOrderRow>> {
  if (ids.length === 0) return new Map()
  const rows = await shop.db.selectFrom('merchant_orders').selectAll().where('order_id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.order_id, row]))
}
