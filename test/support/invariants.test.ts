import { afterAll, beforeAll, expect, it } from 'vitest'
import { expireOrders } from '../../core/expiry.ts'
import { assignPayment } from '../../core/inbox.ts'
import { createJobHandlers } from '../../core/job-handlers.ts'
import { runDueJobs } from '../../core/jobs.ts'
import { markPaid } from '../../core/mark-paid.ts'
import { cancelOrder } from '../../core/orders.ts'
import { DEFAULT_SETTINGS } from '../../core/settings.ts'
import { transaction, type Tx } from '../../core/shop.ts'
import type { CallbackRow, OrderRow } from '../../sql/schema.ts'
import { describeOnEngines } from './engines.ts'
import { checkInvariants } from './invariants.ts'
import { openMerchant } from './merchants.ts'
import { openTestShop, type TestShop } from './shop.ts'
import { openTrade, SELLER } from './trade.ts'

/** One order of every kind. */
type Named =
  | 'pending'
  | 'expired'
  | 'cancelled'
  | 'keys'
  | 'matched'
  | 'late'
  | 'assigned'
  | 'marked'
  | 'asked'
  | 'reopened'

describeOnEngines('the check of the rules', (engine) => {
  let shop: TestShop
  let orders: Record<Named, OrderRow>
  beforeAll(async () => {
    shop = await openTestShop(engine, { orderLimits: '0' })
    orders = await tradeOfEveryKind(shop)
  })
  afterAll(() => shop.close())

  it('finds nothing in a shop in which everything happened as it should', async () => {
    expect(await checkInvariants(shop.db, DEFAULT_SETTINGS)).toEqual([])
  })

  const order = (tx: Tx, id: string, set: Partial<OrderRow>) =>
    tx.db.updateTable('orders').set(set).where('id', '=', id).execute()
  const payment = (tx: Tx, id: string, set: Record<string, string | number | null>) =>
    tx.db.updateTable('payments').set(set).where('settles_order_id', '=', id).execute()
  const slot = (tx: Tx, id: string, set: Record<string, string | number | null>) =>
    tx.db.updateTable('amount_slots').set(set).where('order_id', '=', id).execute()
  const callback = (tx: Tx, id: string, set: Partial<CallbackRow>) =>
    tx.db.updateTable('callbacks').set(set).where('order_id', '=', id).execute()
  async function bothEnds(tx: Tx, id: string): Promise<void> {
    await callback(tx, id, { dead_at: 1 })
    await tx.db.updateTable('jobs').set({ dead_at: 1 }).where('order_id', '=', id).execute()
  }

  const breaches: [said: string, breach: (tx: Tx) => Promise<unknown>][] = [
    ['does not hold its amount', (tx) => slot(tx, orders.pending.id, { order_id: null })],
    ['which was never given it', (tx) => slot(tx, orders.expired.id, { order_id: orders.pending.id })],
    ['which is no order', (tx) => slot(tx, orders.expired.id, { order_id: 'nobody' })],
    ['was given to', (tx) => order(tx, orders.expired.id, { due_cents: orders.late.due_cents })],
    ['not in its pool', (tx) => order(tx, orders.pending.id, { price_cents: 1 })],
    ['has the payments []', (tx) => payment(tx, orders.matched.id, { settles_order_id: null })],
    ['paid by null, has the payments [matched]', (tx) => order(tx, orders.matched.id, { paid_by: null })],
    ['which did not hold that amount', (tx) => payment(tx, orders.late.id, { received_at: 1 })],
    ['after its end', (tx) => payment(tx, orders.matched.id, { received_at: orders.matched.expires_at + 1 })],
    ['was read as', (tx) => payment(tx, orders.matched.id, { raw_price: '1e3' })],
    [
      'cents came in for orders of',
      (tx) => payment(tx, orders.late.id, { amount_cents: 1, raw_price: '0.01' }),
    ],
    ['its case says otherwise', (tx) => tx.db.deleteFrom('payment_cases').execute()],
    ['nobody is named for marking', (tx) => tx.db.deleteFrom('audit_entries').execute()],
    [
      'was delivered 1 keys, not 2',
      (tx) => tx.db.updateTable('stock_items').set({ order_id: null }).where('content', '=', 'K1').execute(),
    ],
    [
      'not delivered',
      (tx) => tx.db.updateTable('stock_items').set({ order_id: orders.pending.id }).execute(),
    ],
    ['tells its site []', (tx) => callback(tx, orders.asked.id, { event: 'order.created' })],
    ['tells its site [order.paid_late]', (tx) => callback(tx, orders.asked.id, { event: 'order.paid_late' })],
    ['tells its site [order.paid]', (tx) => callback(tx, orders.asked.id, { order_id: orders.reopened.id })],
    ['in the other mode', (tx) => callback(tx, orders.asked.id, { mode: 'test' })],
    ['has no job', (tx) => tx.db.deleteFrom('jobs').where('kind', '=', 'callback').execute()],
    ['its job done, dead: true,false', (tx) => callback(tx, orders.asked.id, { delivered_at: null })],
    ['both delivered and dead', (tx) => bothEnds(tx, orders.asked.id)],
    [
      'its timeline tells of 0',
      (tx) => tx.db.deleteFrom('order_events').where('kind', '=', 'callback_done').execute(),
    ],
    ['without a letter', (tx) => tx.db.deleteFrom('jobs').execute()],
    ['before its end', (tx) => order(tx, orders.expired.id, { expires_at: shop.now() })],
    ['is pending after', (tx) => order(tx, orders.matched.id, { state: 'pending' })],
    [
      'expired and was cancelled',
      (tx) =>
        tx.db
          .updateTable('order_events')
          .set({ kind: 'cancelled' })
          .where('order_id', '=', orders.late.id)
          .where('kind', '=', 'placed')
          .execute(),
    ],
  ]

  it.each(breaches)('tells of a broken rule: … %s', async (said, breach) => {
    let found: string[] = []
    await expect(
      transaction(shop, async (tx) => {
        await breach(tx)
        found = await checkInvariants(tx.db, DEFAULT_SETTINGS)
        throw new TakenBack()
      }),
    ).rejects.toThrow(TakenBack)
    expect(found.join('\n')).toContain(said)
  })
})

/** Rolls a breach back. */
class TakenBack extends Error {}

async function tradeOfEveryKind(shop: TestShop): Promise<Record<Named, OrderRow>> {
  const trade = await openTrade(shop)
  const productId = await trade.addProduct()
  const site = await openMerchant(shop)
  const again = { outTradeNo: 'again', amountCents: 70_000 }
  const early = {
    keys: await trade.order(await trade.addProduct({ deliveryKind: 'keys' }, ['K1', 'K2']), { quantity: 2 }),
    matched: await trade.order(productId),
    assigned: await trade.order(productId),
    marked: await trade.order(productId),
    cancelled: await trade.order(productId),
    expired: await trade.order(productId),
    late: await trade.order(productId),
    asked: (await site.place()).order,
    reopened: (await site.place(again)).order,
  }
  await trade.pay(early.keys)
  await trade.pay(early.matched)
  await trade.pay(early.asked)
  await markPaid(shop, early.marked.id, 'seen', SELLER)
  await cancelOrder(shop, early.cancelled.id, 'buyer')
  shop.advance(310_000)
  await expireOrders(shop)
  await trade.pay(early.late)
  await site.place(again)
  const odd = trade.noticeFor(early.cancelled)
  await trade.pay(early.cancelled, odd)
  await assignPayment(shop, odd.paymentId, early.assigned.id, SELLER)
  shop.advance(10_000)
  const call = async () => ({ status: 200, body: 'success', tookMs: 1 })
  await runDueJobs(shop, createJobHandlers([0], { scheduleMs: [0], call }))
  return { ...early, pending: await trade.order(productId) }
}
