/** Orders that merchants' sites asked for, each with what was asked. */
import type { MerchantOrderRow, OrderRow } from '../sql/schema.ts'
import { fail } from './errors.ts'
import type { MerchantWish } from './merchant-wish.ts'
import { getOrder } from './orders.ts'
import type { Shop } from './shop.ts'

export interface MerchantOrder {
  readonly order: OrderRow
  readonly asked: MerchantOrderRow
}

export async function findMerchantOrder(
  shop: Shop,
  { merchant, mode, outTradeNo }: Pick<MerchantWish, 'merchant' | 'mode' | 'outTradeNo'>,
): Promise<MerchantOrder | undefined> {
  const asked = await shop.db
    .selectFrom('merchant_orders')
    .selectAll()
    .where('merchant_id', '=', merchant.id)
    .where('mode', '=', mode)
    .where('out_trade_no', '=', outTradeNo)
    .executeTakeFirst()
  return asked && { asked, order: await getOrder(shop, asked.order_id) }
}

export async function findByTradeNo(
  shop: Shop,
  { merchant, mode }: Pick<MerchantWish, 'merchant' | 'mode'>,
  tradeNo: string,
): Promise<MerchantOrder | undefined> {
  const asked = await shop.db
    .selectFrom('merchant_orders')
    .selectAll()
    .where('trade_no', '=', tradeNo)
    .where('merchant_id', '=', merchant.id)
    .where('mode', '=', mode)
    .executeTakeFirst()
  return asked && { asked, order: await getOrder(shop, asked.order_id) }
}

/** By our own id. @throws ShopError `order_not_found`, also for another's, and for one of the other mode */
export async function getMerchantOrder(
  shop: Shop,
  { merchant, mode }: Pick<MerchantWish, 'merchant' | 'mode'>,
  id: string,
): Promise<MerchantOrder> {
  const asked = await findAsked(shop, id)
  if (asked?.merchant_id !== merchant.id || asked.mode !== mode) return fail('order_not_found')
  return { asked, order: await getOrder(shop, id) }
}

/** What was asked for; undefined for an order of the shop itself. */
export async function findAsked(shop: Shop, orderId: string): Promise<MerchantOrderRow | undefined> {
  return shop.db.selectFrom('merchant_orders').selectAll().where('order_id', '=', orderId).executeTakeFirst()
}
