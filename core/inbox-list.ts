/** What waits in the inbox, with the orders it may belong to. */
import { asNumber } from '../com/db/index.ts'
import type { OrderRow } from '../sql/schema.ts'
import type { Shop } from './shop.ts'
import { OPEN_MATCHES } from './vocabulary.ts'
import type { ListedPayment } from './payment-list.ts'

/** How near an order must be to be suggested. */
const NEAR = { cents: 10, ms: 15 * 60_000 }

const MOST_SUGGESTIONS = 5

export type InboxPayment = ListedPayment & {
  readonly case_note: string | null
  readonly case_order_id: string | null
  readonly decided_at: number | null
  readonly decided_by: string | null
}

export interface InboxEntry {
  readonly payment: InboxPayment
  /** Most likely first. */
  readonly suggestions: OrderRow[]
}

/** `open`: waits for a decision, or can still be taken back. `closed`: decided. */
export async function listInbox(
  shop: Shop,
  which: 'open' | 'closed',
  page: number,
  size: number,
): Promise<{ entries: InboxEntry[]; total: number }> {
  const payments = await withNames(cases(shop, which))
    .orderBy('payments.received_at', 'desc')
    .orderBy('payments.id')
    .limit(size)
    .offset((page - 1) * size)
    .execute()
  const entries: InboxEntry[] = []
  for (const payment of payments) {
    entries.push({ payment, suggestions: which === 'open' ? await suggestOrders(shop, payment) : [] })
  }
  return { entries, total: await countCases(shop, which) }
}

function cases(shop: Shop, which: 'open' | 'closed') {
  const all = shop.db
    .selectFrom('payments')
    .leftJoin('payment_cases', 'payment_cases.payment_id', 'payments.id')
    .where('payments.test_at', 'is', null)
  if (which === 'closed') return all.where('payment_cases.state', 'in', ['assigned', 'refunded', 'ignored'])
  return all
    .where('payments.match_kind', 'in', OPEN_MATCHES)
    .where((where) =>
      where.or([
        where('payment_cases.state', 'is', null),
        where('payment_cases.state', 'in', ['open', 'assigning']),
      ]),
    )
}

function withNames(query: ReturnType<typeof cases>) {
  return query
    .leftJoin('listeners', 'listeners.id', 'payments.listener_id')
    .leftJoin('orders', 'orders.id', 'payments.order_id')
    .selectAll('payments')
    .select([
      'listeners.name as listener_name',
      'orders.product_name as product_name',
      'payment_cases.state as case_state',
      'payment_cases.note as case_note',
      'payment_cases.order_id as case_order_id',
      'payment_cases.decided_at',
      'payment_cases.actor as decided_by',
    ])
}

/** Unpaid orders near the payment in amount and time: those that the buyer reported first, then the nearest. */
export async function suggestOrders(
  shop: Shop,
  payment: Pick<ListedPayment, 'amount_cents' | 'received_at' | 'happened_at' | 'order_id' | 'channel'>,
): Promise<OrderRow[]> {
  const { amount_cents: amount } = payment
  const at = payment.happened_at ?? payment.received_at
  const near = await shop.db
    .selectFrom('orders')
    .selectAll()
    .where('paid_at', 'is', null)
    .where('test_at', 'is', null)
    .where((where) =>
      where.or([
        ...(payment.order_id ? [where('id', '=', payment.order_id)] : []),
        where.and([
          where('created_at', '<=', at + 60_000),
          where('expires_at', '>=', at - NEAR.ms),
          ...(amount === null
            ? []
            : [where('due_cents', '>=', amount - NEAR.cents), where('due_cents', '<=', amount + NEAR.cents)]),
        ]),
      ]),
    )
    .orderBy('created_at', 'desc')
    .limit(50)
    .execute()
  return near.sort((a, b) => distance(a, payment) - distance(b, payment)).slice(0, MOST_SUGGESTIONS)
}

function distance(order: OrderRow, payment: Parameters<typeof suggestOrders>[1]): number {
  const cents = payment.amount_cents === null ? 0 : Math.abs(order.due_cents - payment.amount_cents)
  const minutes = Math.abs((payment.happened_at ?? payment.received_at) - order.created_at) / 60_000
  const named = order.id === payment.order_id ? -1000 : 0
  const reported = order.reported_at === null ? 0 : -500
  return named + reported + cents * 10 + minutes + (order.channel === payment.channel ? 0 : 100)
}

/** Orders whose buyers say that they paid, and that nobody has settled. */
export async function listReported(shop: Shop): Promise<OrderRow[]> {
  return shop.db
    .selectFrom('orders')
    .selectAll()
    .where('reported_at', 'is not', null)
    .where('paid_at', 'is', null)
    .where('test_at', 'is', null)
    .orderBy('reported_at', 'desc')
    .limit(50)
    .execute()
}

/** How many payments wait for a decision. */
export function countInbox(shop: Shop): Promise<number> {
  return countCases(shop, 'open')
}

async function countCases(shop: Shop, which: 'open' | 'closed'): Promise<number> {
  const { total } = await cases(shop, which)
    .select((from) => from.fn.countAll().as('total'))
    .executeTakeFirstOrThrow()
  return asNumber(total)
}
