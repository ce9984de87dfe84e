import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS, openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import type { OrderRow } from '../sql/schema.ts'
import { expireOrders } from './expiry.ts'
import { assignPayment } from './inbox.ts'
import { runDueJobs } from './jobs.ts'
import { markPaid } from './mark-paid.ts'
import { cancelOrder, changeChannel } from './orders.ts'
import { sumPayments } from './payment-list.ts'
import type { OrderState } from './vocabulary.ts'

/** The same sequence on every run: a linear congruential generator. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * sides)
  }
}

const PAID: readonly OrderState[] = ['paid', 'paid_waiting_stock', 'delivered']

describeOnEngines('I8: sums agree after anything that happened', (engine) => {
  let shop: TestShop
  let trade: Trade
  let sent = 0
  let counted = 0
  beforeAll(async () => {
    shop = await openTestShop(engine, { orderLimits: '0' })
    trade = await openTrade(shop)
    await runAtRandom(dice(20_261_122))
  })
  afterAll(() => shop.close())

  /** 120 random acts on 40 orders, two at a time, with money that is right, wrong, late, early and twice. */
  async function runAtRandom(roll: (sides: number) => number): Promise<void> {
    const orders: OrderRow[] = []
    const products = [
      await trade.addProduct({ deliveryKind: 'keys' }, ['K1', 'K2']),
      await trade.addProduct(),
      await trade.addProduct({ deliveryKind: 'manual' }),
    ]
    const pay = async (order: OrderRow, cents = order.due_cents) => {
      sent += 1
      counted += cents
      const money = { accountId: order.account_id, channel: order.channel, amountCents: cents }
      await trade.pay(order, { money })
    }
    const refusedIsFine = (work: Promise<unknown>) => work.catch(() => undefined)
    const acts: ((order: OrderRow) => Promise<unknown>)[] = [
      (order) => pay(order),
      (order) => pay(order),
      (order) => Promise.all([pay(order), pay(order)]),
      (order) => pay(order, order.due_cents + roll(3)),
      (order) => refusedIsFine(cancelOrder(shop, order.id, 'buyer')),
      (order) => refusedIsFine(markPaid(shop, order.id, 'by hand', SELLER)),
      (order) =>
        refusedIsFine(changeChannel(shop, order.id, order.channel === 'alipay' ? 'wechat' : 'alipay', '::1')),
      async () => (shop.advance(roll(400_000)), await expireOrders(shop)),
    ]
    for (let step = 0; step < 120; step += 1) {
      if (step % 3 === 0) {
        const wish = { channel: roll(2) ? 'alipay' : 'wechat' } as const
        await trade.order(products[roll(3)]!, wish).then(
          (order) => orders.push(order),
          () => undefined,
        )
      }
      const order = await trade.read(orders[roll(orders.length)]!.id)
      const other = await trade.read(orders[roll(orders.length)]!.id)
      await Promise.all([acts[roll(acts.length)]!(order), acts[roll(acts.length)]!(other)])
    }
    await assignTwo()
  }

  async function assignTwo(): Promise<void> {
    const payments = await shop.db
      .selectFrom('payments')
      .select('id')
      .where('match_kind', 'in', ['suggested', 'surplus', 'unmatched'])
      .limit(2)
      .execute()
    const orders = await shop.db
      .selectFrom('orders')
      .select('id')
      .where('paid_at', 'is', null)
      .limit(2)
      .execute()
    for (const [at, { id }] of payments.entries()) await assignPayment(shop, id, orders[at]!.id, SELLER)
    shop.advance(15_000)
    await runDueJobs(shop, HANDLERS)
  }

  it('cents of matched and late payments are the cents due of the orders that they paid', async () => {
    const sums = await sumPayments(shop, {})
    const cents = (kinds: string[]) =>
      sums.filter(({ match }) => kinds.includes(match)).reduce((sum, { amountCents }) => sum + amountCents, 0)
    const orders = await shop.db.selectFrom('orders').selectAll().execute()
    const paidBy = (by: string[]) =>
      orders
        .filter(({ paid_by }) => by.includes(paid_by ?? ''))
        .reduce((sum, { due_cents }) => sum + due_cents, 0)
    expect(cents(['matched', 'late'])).toBeGreaterThan(0)
    expect(cents(['matched', 'late'])).toBe(paidBy(['matched', 'late']))
    expect(sums.find(({ match }) => match === 'assigned')?.count).toBe(2)
  })

  it('every notice is a row and every cent is in one of the sums', async () => {
    const sums = await sumPayments(shop, {})
    expect(sums.reduce((total, { count }) => total + count, 0)).toBe(sent)
    expect(sums.reduce((total, { amountCents }) => total + amountCents, 0)).toBe(counted)
  })

  it('each paid order has the one payment that its way of being paid says, and no unpaid order has one', async () => {
    const orders = await shop.db.selectFrom('orders').selectAll().execute()
    const payments = await shop.db.selectFrom('payments').selectAll().execute()
    for (const order of orders) {
      const settling = payments.filter((payment) => payment.settles_order_id === order.id)
      const expected = order.paid_by === null || order.paid_by === 'marked' ? [] : [order.paid_by]
      expect([order.id, settling.map(({ match_kind }) => match_kind)]).toEqual([order.id, expected])
      expect(PAID.includes(order.state)).toBe(order.paid_at !== null)
      if (order.paid_by === 'matched' || order.paid_by === 'late') {
        const [{ account_id, channel, amount_cents } = payments[0]!] = settling
        expect([order.account_id, order.channel, order.due_cents]).toEqual([
          account_id,
          channel,
          amount_cents,
        ])
      }
    }
    expect(new Set(orders.map(({ state }) => state)).size).toBeGreaterThanOrEqual(4) // it went many ways
  })

  it('no key belongs to two orders, and each delivered order has all of its keys', async () => {
    const orders = await shop.db.selectFrom('orders').selectAll().where('state', '=', 'delivered').execute()
    const items = await shop.db.selectFrom('stock_items').selectAll().execute()
    for (const order of orders.filter(({ delivered_text }) => delivered_text === null))
      expect(items.filter(({ order_id }) => order_id === order.id)).toHaveLength(order.quantity)
    const sold = items.filter(({ order_id }) => order_id !== null)
    expect(sold.every(({ order_id }) => orders.some(({ id }) => id === order_id))).toBe(true)
  })
})
