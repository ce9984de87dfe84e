/** The seller's list of orders, its filters and its export. */
import type { ExpressionBuilder, SelectQueryBuilder } from 'kysely'
import { asNumber } from '../com/db/index.ts'
import type { Database, OrderEventRow, OrderRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { endOf, firstOf } from './day-bounds.ts'
import { findYuan } from './money.ts'
import { recordEvent } from './order-state.ts'
import { getOrder } from './orders.ts'
import { transaction, type Shop } from './shop.ts'
import type { Channel, OrderState } from './vocabulary.ts'

export interface OrderFilter {
  /** An order number, the merchant's too, part of an e-mail or a product's name, or an exact amount in yuan. */
  readonly search?: string | undefined
  readonly state?: OrderState | undefined
  readonly channel?: Channel | undefined
  readonly productId?: string | undefined
  /** First and last day, `2026-11-22`, in the shop's time zone. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly reported?: 'yes' | undefined
  readonly merchantId?: string | undefined
  /** Orders of test mode, which are left out otherwise. */
  readonly test?: 'yes' | undefined
}

type Orders = SelectQueryBuilder<Database, 'orders', object>

function filtered(shop: Shop, filter: OrderFilter): Orders {
  let query: Orders = shop.db.selectFrom('orders').where('test_at', filter.test ? 'is not' : 'is', null)
  if (filter.state) query = query.where('state', '=', filter.state)
  if (filter.channel) query = query.where('channel', '=', filter.channel)
  if (filter.merchantId) query = query.where('merchant_id', '=', filter.merchantId)
  if (filter.productId) query = query.where('product_id', '=', filter.productId)
  if (filter.from) query = query.where('created_at', '>=', firstOf(shop, filter.from))
  if (filter.to) query = query.where('created_at', '<', endOf(shop, filter.to))
  if (filter.reported) query = query.where('reported_at', 'is not', null).where('paid_at', 'is', null)
  const search = filter.search?.trim()
  if (search) query = query.where((where) => where.or(searches(where, search)))
  return query
}

/** `%` and `_` in what was typed match anything; that finds more, never less. */
function searches(where: ExpressionBuilder<Database, 'orders'>, search: string) {
  const amount = findYuan(search.replace(/^[¥￥]/, ''))
  return [
    where('id', '=', search),
    where(
      'id',
      'in',
      where
        .selectFrom('merchant_orders')
        .select('order_id')
        .where((own) => own.or([own('out_trade_no', '=', search), own('trade_no', '=', search)])),
    ),
    where('email', 'like', `%${search.toLowerCase()}%`),
    where('product_name', 'like', `%${search}%`),
    ...(amount ? [where('due_cents', '=', amount), where('price_cents', '=', amount)] : []),
  ]
}

export async function listOrders(
  shop: Shop,
  filter: OrderFilter,
  page: number,
  size: number,
): Promise<{ orders: OrderRow[]; total: number }> {
  const orders = await filtered(shop, filter)
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(size)
    .offset((page - 1) * size)
    .execute()
  const { total } = await filtered(shop, filter)
    .select((from) => from.fn.countAll().as('total'))
    .executeTakeFirstOrThrow()
  return { orders, total: asNumber(total) }
}

/** All orders of a filter in pieces, oldest last, for an export that never holds them all. */
export async function* eachOrder(shop: Shop, filter: OrderFilter): AsyncGenerator<OrderRow[]> {
  const SIZE = 500
  let after: OrderRow | undefined
  for (;;) {
    let query = filtered(shop, filter).selectAll()
    const last = after
    if (last) {
      query = query.where((where) =>
        where.or([
          where('created_at', '<', last.created_at),
          where.and([where('created_at', '=', last.created_at), where('id', '>', last.id)]),
        ]),
      )
    }
    const rows = await query.orderBy('created_at', 'desc').orderBy('id').limit(SIZE).execute()
    if (rows.length > 0) yield rows
    if (rows.length < SIZE) return
    after = rows.at(-1)
  }
}

export async function listEvents(shop: Shop, orderId: string): Promise<OrderEventRow[]> {
  return shop.db
    .selectFrom('order_events')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('at')
    .orderBy('step')
    .execute()
}

export async function noteOrder(shop: Shop, id: string, note: string, actor: Actor): Promise<void> {
  await transaction(shop, async (tx) => {
    const order = await getOrder(tx, id)
    await tx.db.updateTable('orders').set({ seller_note: note }).where('id', '=', id).execute()
    await recordEvent(tx, id, 'noted', actor.name, { note })
    await recordAudit(tx, actor, 'orders.note', id, { note: order.seller_note }, { note })
  })
}
