/** What the rules are asked of: every row that tells of money, read at once. */
import type { Kysely } from 'kysely'
import type {
  AccountRow,
  AmountSlotRow,
  CallbackRow,
  Database,
  JobRow,
  MerchantOrderRow,
  OrderEventRow,
  OrderRow,
  PaymentCaseRow,
  PaymentRow,
  StockItemRow,
} from '../../sql/schema.ts'

export interface Rows {
  readonly accounts: ReadonlyMap<string, AccountRow>
  readonly orders: ReadonlyMap<string, OrderRow>
  /** By order. */
  readonly events: ReadonlyMap<string, readonly OrderEventRow[]>
  readonly slots: readonly AmountSlotRow[]
  readonly payments: readonly PaymentRow[]
  /** By payment. */
  readonly cases: ReadonlyMap<string, PaymentCaseRow>
  readonly keys: readonly StockItemRow[]
  /** By key. */
  readonly jobs: ReadonlyMap<string, JobRow>
  /** What merchants asked for, by order. */
  readonly asked: ReadonlyMap<string, MerchantOrderRow>
  readonly callbacks: readonly CallbackRow[]
  /** `action subject` of everything that was done by hand. */
  readonly acts: ReadonlySet<string>
}

export async function readRows(db: Kysely<Database>): Promise<Rows> {
  const accounts = await db.selectFrom('accounts').selectAll().execute()
  const orders = await db.selectFrom('orders').selectAll().execute()
  const events = await db.selectFrom('order_events').selectAll().execute()
  const cases = await db.selectFrom('payment_cases').selectAll().execute()
  const jobs = await db.selectFrom('jobs').selectAll().execute()
  const asked = await db.selectFrom('merchant_orders').selectAll().execute()
  const acts = await db.selectFrom('audit_entries').select(['action', 'subject']).execute()
  return {
    accounts: new Map(accounts.map((account) => [account.id, account])),
    orders: new Map(orders.map((order) => [order.id, order])),
    events: groupBy(events, (event) => event.order_id),
    slots: await db.selectFrom('amount_slots').selectAll().execute(),
    payments: await db.selectFrom('payments').selectAll().execute(),
    cases: new Map(cases.map((one) => [one.payment_id, one])),
    keys: await db.selectFrom('stock_items').selectAll().execute(),
    jobs: new Map(jobs.map((job) => [job.job_key, job])),
    asked: new Map(asked.map((one) => [one.order_id, one])),
    callbacks: await db.selectFrom('callbacks').selectAll().execute(),
    acts: new Set(acts.map((act) => `${act.action} ${act.subject}`)),
  }
}

export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
