/** The seller's list of everything that arrived. */
import type { SelectQueryBuilder } from 'kysely'
import { asNumber } from '../com/db/index.ts'
import type { Database, PaymentRow } from '../sql/schema.ts'
import { endOf, firstOf } from './day-bounds.ts'
import { parseYuan } from './money.ts'
import type { Shop } from './shop.ts'
import type { CaseState, Channel, MatchKind } from './vocabulary.ts'

export interface PaymentFilter {
  readonly match?: MatchKind | undefined
  readonly channel?: Channel | undefined
  /** Exactly, in yuan. */
  readonly amount?: string | undefined
  /** First and last day, `2026-11-22`, in the shop's time zone. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export type ListedPayment = PaymentRow & {
  readonly listener_name: string | null
  readonly product_name: string | null
  /** What the seller decided about it. */
  readonly case_state: CaseState | null
}

type Payments = SelectQueryBuilder<Database, 'payments', object>

function filtered(shop: Shop, filter: PaymentFilter): Payments {
  let query: Payments = shop.db.selectFrom('payments').where('payments.test_at', 'is', null)
  if (filter.match) query = query.where('match_kind', '=', filter.match)
  if (filter.channel) query = query.where('payments.channel', '=', filter.channel)
  if (filter.amount) query = query.where('amount_cents', '=', parseYuan(filter.amount))
  if (filter.from) query = query.where('received_at', '>=', firstOf(shop, filter.from))
  if (filter.to) query = query.where('received_at', '<', endOf(shop, filter.to))
  return query
}

function withNames(query: Payments) {
  return query
    .leftJoin('listeners', 'listeners.id', 'payments.listener_id')
    .leftJoin('orders', 'orders.id', 'payments.order_id')
    .leftJoin('payment_cases', 'payment_cases.payment_id', 'payments.id')
    .selectAll('payments')
    .select([
      'listeners.name as listener_name',
      'orders.product_name as product_name',
      'payment_cases.state as case_state',
    ])
}

export async function listPayments(
  shop: Shop,
  filter: PaymentFilter,
  page: number,
  size: number,
): Promise<ListedPayment[]> {
  return withNames(filtered(shop, filter))
    .orderBy('received_at', 'desc')
    .orderBy('payments.id')
    .limit(size)
    .offset((page - 1) * size)
    .execute()
}

export async function listPaymentsOf(shop: Shop, orderId: string): Promise<ListedPayment[]> {
  return withNames(shop.db.selectFrom('payments').where('payments.order_id', '=', orderId))
    .orderBy('received_at')
    .orderBy('payments.id')
    .execute()
}

export interface PaymentSum {
  readonly match: MatchKind
  readonly count: number
  readonly amountCents: number
}

/** Per match kind; their counts add up to the length of the whole list. */
export async function sumPayments(shop: Shop, filter: PaymentFilter): Promise<PaymentSum[]> {
  const rows = await filtered(shop, filter)
    .select((from) => [
      'match_kind',
      from.fn.countAll().as('count'),
      from.fn.sum('amount_cents').as('amount_cents'),
    ])
    .groupBy('match_kind')
    .execute()
  return rows.map((row) => ({
    match: row.match_kind,
    count: asNumber(row.count),
    amountCents: asNumber(row.amount_cents ?? 0),
  }))
}
