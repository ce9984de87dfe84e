import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS, openTrade, type Trade } from '../test/support/trade.ts'
import type { OrderRow } from '../sql/schema.ts'
import { expireOrders } from './expiry.ts'
import { runDueJobs } from './jobs.ts'
import { cancelOrder } from './orders.ts'
import { recordPayment } from './payments.ts'

const MINUTE = 60_000

describeOnEngines('what a notice does', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  const newOrder = async () => trade.order(await trade.addProduct())
  const paymentsOf = (order: OrderRow) =>
    shop.db
      .selectFrom('payments')
      .selectAll()
      .where('account_id', '=', order.account_id)
      .where('amount_cents', '=', order.due_cents)
      .orderBy('recorded_at')
      .execute()

  async function expire(order: OrderRow, lateMs: number): Promise<void> {
    shop.advance(order.expires_at - shop.now() + lateMs)
    await expireOrders(shop)
  }

  it('pays and delivers the pending order that holds exactly this amount', async () => {
    const order = await newOrder()
    expect(await trade.pay(order)).toEqual({ match: 'matched', orderId: order.id })
    expect(await trade.read(order.id)).toMatchObject({ state: 'delivered', paid_by: 'matched' })
    expect(await paymentsOf(order)).toMatchObject([{ match_kind: 'matched', settles_order_id: order.id }])
  })

  it('is kept for the seller when the tables say that the open order was settled before', async () => {
    const order = await newOrder()
    const paid = await newOrder()
    await trade.pay(paid)
    await shop.db
      .updateTable('payments')
      .set({ settles_order_id: order.id })
      .where('settles_order_id', '=', paid.id)
      .execute()
    expect(await trade.pay(order)).toEqual({ match: 'quarantined', orderId: null, warning: 'reused' })
    expect((await trade.read(order.id)).state).toBe('pending')
    const { count } = await shop.db
      .selectFrom('payments')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('warning', '=', 'reused')
      .executeTakeFirstOrThrow()
    expect(Number(count)).toBe(1)
  })

  it('pays an order that ended a moment ago as late, while the clock has not even noticed', async () => {
    const order = await newOrder()
    shop.advance(order.expires_at - shop.now() + 1_000)
    expect(await trade.pay(order)).toEqual({ match: 'late', orderId: order.id })
    expect(await trade.read(order.id)).toMatchObject({ state: 'delivered', paid_by: 'late' })
  })

  it('pays an expired order as late up to 120 s after its end', async () => {
    const order = await newOrder()
    await expire(order, 115_000)
    expect((await trade.read(order.id)).state).toBe('expired')
    expect((await trade.pay(order)).match).toBe('late')
    expect((await trade.read(order.id)).state).toBe('delivered')
  })

  it('goes by the very millisecond: in time, late, and too late', async () => {
    const orders = [await newOrder(), await newOrder(), await newOrder(), await newOrder()]
    shop.advance(130_000 + 300_000)
    const [first, second, third, fourth] = orders as [OrderRow, OrderRow, OrderRow, OrderRow]
    expect((await trade.pay(first, { receivedAt: first.expires_at })).match).toBe('matched')
    expect((await trade.pay(second, { receivedAt: second.expires_at + 1 })).match).toBe('late')
    expect((await trade.pay(third, { receivedAt: third.late_until })).match).toBe('late')
    expect((await trade.pay(fourth, { receivedAt: fourth.late_until + 1 })).match).toBe('suggested')
  })

  it('only suggests an order that expired longer ago, while its amount is still held', async () => {
    const order = await newOrder()
    await expire(order, 125_000)
    expect(await trade.pay(order)).toEqual({ match: 'suggested', orderId: order.id })
    expect(await trade.read(order.id)).toMatchObject({ state: 'expired', paid_at: null })
    expect(await paymentsOf(order)).toMatchObject([{ order_id: order.id, settles_order_id: null }])
  })

  it('only suggests the last order of an amount that has come free, for 24 h', async () => {
    const [order, other] = [await newOrder(), await newOrder()]
    await expire(order, 300_000 + 23 * 60 * MINUTE)
    expect(await trade.pay(order)).toEqual({ match: 'suggested', orderId: order.id })
    shop.advance(2 * 60 * MINUTE)
    expect(await trade.pay(other)).toEqual({ match: 'unmatched', orderId: null })
    expect((await trade.read(order.id)).state).toBe('expired')
  })

  it('only suggests a cancelled order, never delivers it', async () => {
    const order = await newOrder()
    await cancelOrder(shop, order.id, 'buyer')
    expect(await trade.pay(order)).toEqual({ match: 'suggested', orderId: order.id })
    expect(await trade.read(order.id)).toMatchObject({ state: 'cancelled', paid_at: null })
  })

  it('is a surplus of an order that was paid at most COOL ago, and only suggested after', async () => {
    const order = await newOrder()
    await trade.pay(order)
    shop.advance(595_000)
    expect(await trade.pay(order)).toEqual({ match: 'surplus', orderId: order.id })
    shop.advance(10_000)
    expect(await trade.pay(order)).toEqual({ match: 'suggested', orderId: order.id })
    expect((await paymentsOf(order)).map((one) => one.settles_order_id)).toEqual([order.id, null, null])
    expect((await trade.read(order.id)).state).toBe('delivered')
  })

  it('is unmatched when no order ever had the amount, or another account or channel has it', async () => {
    const order = await newOrder()
    const amountCents = order.due_cents - 1
    const { alipay, wechat } = trade.accounts
    const other = (accountId: string, cents: number, channel: 'alipay' | 'wechat') =>
      trade.pay(order, { money: { accountId, channel, amountCents: cents }, rawType: channel })
    expect((await other(alipay, amountCents, 'alipay')).match).toBe('unmatched')
    expect((await other(wechat, order.due_cents, 'wechat')).match).toBe('unmatched')
    expect((await other(alipay, order.due_cents + 1, 'alipay')).match).toBe('unmatched')
    expect((await trade.read(order.id)).state).toBe('pending')
  })

  it('is quarantined when it cannot be read as money: kept as it came, and pays nothing', async () => {
    const order = await newOrder()
    const { money: _, ...notice } = trade.noticeFor(order, { rawPrice: '1.0E7', rawType: 'paypal' })
    expect(await recordPayment(shop, notice)).toEqual({ match: 'quarantined', orderId: null })
    const row = await shop.db
      .selectFrom('payments')
      .selectAll()
      .where('id', '=', notice.paymentId)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      match_kind: 'quarantined',
      raw_price: '1.0E7',
      raw_type: 'paypal',
      amount_cents: null,
      listener_id: trade.listenerId,
      address: '198.51.100.7',
      received_at: row.recorded_at,
    })
  })

  it('never pays an order that took the amount after the money had arrived', async () => {
    const old = await newOrder()
    await expire(old, 301_000)
    const receivedAt = shop.now()
    shop.advance(1_000)
    const next = await orderOnTheAmountOf(old)
    expect(await trade.pay(next, { receivedAt })).toEqual({ match: 'unmatched', orderId: null })
    expect((await trade.read(next.id)).state).toBe('pending')
    expect((await trade.read(old.id)).state).toBe('expired')
  })

  it('that is replayed after its amount was given out again pays the present holder, never the order of old', async () => {
    const old = await newOrder()
    expect((await trade.pay(old)).match).toBe('matched')
    shop.advance(601_000)
    const next = await orderOnTheAmountOf(old)
    expect(await trade.pay(old)).toEqual({ match: 'matched', orderId: next.id })
    expect((await paymentsOf(old)).map((one) => one.settles_order_id)).toEqual([old.id, next.id])
  })

  it('that comes late pays whoever has the amount by then, and leaves the late order as it is', async () => {
    const old = await newOrder()
    await expire(old, 301_000)
    const next = await orderOnTheAmountOf(old)
    expect(await trade.pay(old)).toEqual({ match: 'matched', orderId: next.id })
    expect((await trade.read(old.id)).state).toBe('expired')
  })

  /** Buyers order until one of them gets this very amount. */
  async function orderOnTheAmountOf(old: OrderRow): Promise<OrderRow> {
    for (let count = 0; count < 11; count += 1) {
      const next = await trade.order(old.product_id)
      if (next.due_cents === old.due_cents) return next
    }
    throw new Error('The amount was not given out again')
  }
})

describeOnEngines('I2: one payment, one order', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  it('settles once and delivers once when 50 equal notices come at once', async () => {
    const order = await trade.order(await trade.addProduct({ deliveryKind: 'keys' }, ['K1', 'K2', 'K3']))
    const lettersBefore = shop.letters.length
    const results = await Promise.all(Array.from({ length: 50 }, () => trade.pay(order)))
    expect(results.filter(({ match }) => match === 'matched')).toHaveLength(1)
    expect(results.filter(({ match }) => match === 'surplus')).toHaveLength(49)
    const events = await shop.db
      .selectFrom('order_events')
      .select('kind')
      .where('order_id', '=', order.id)
      .where('kind', 'in', ['paid', 'delivered'])
      .execute()
    expect(events.map(({ kind }) => kind).sort()).toEqual(['delivered', 'paid'])
    const keys = await shop.db
      .selectFrom('stock_items')
      .select('id')
      .where('order_id', '=', order.id)
      .execute()
    expect(keys).toHaveLength(1)
    await runDueJobs(shop, HANDLERS)
    await runDueJobs(shop, HANDLERS)
    expect(shop.letters.length - lettersBefore).toBe(1)
  })

  it('is one row and one answer when the same notice is recorded again, also at once', async () => {
    const order = await trade.order(await trade.addProduct())
    const notice = { paymentId: 'the-very-same-payment' }
    const results = await Promise.all(Array.from({ length: 10 }, () => trade.pay(order, notice)))
    expect(new Set(results.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ match: 'matched', orderId: order.id })]),
    )
    const rows = await shop.db.selectFrom('payments').select('id').where('order_id', '=', order.id).execute()
    expect(rows).toHaveLength(1)
  })

  it('cannot settle an order a second time: the database itself refuses', async () => {
    const order = await trade.order(await trade.addProduct())
    await trade.pay(order)
    await trade.pay(order)
    const settleAgain = shop.db
      .updateTable('payments')
      .set({ settles_order_id: order.id })
      .where('order_id', '=', order.id)
      .where('match_kind', '=', 'surplus')
      .execute()
    await expect(settleAgain).rejects.toThrow()
  })
})
