import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS, openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import type { OrderRow } from '../sql/schema.ts'
import { expireOrders } from './expiry.ts'
import { assignPayment, closeCase, reopenCase } from './inbox.ts'
import { listInbox, suggestOrders } from './inbox-list.ts'
import { runDueJobs } from './jobs.ts'
import { markPaid } from './mark-paid.ts'

describeOnEngines('money that no order took by itself', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  /** An order that expired, and its money, which came too late. */
  async function lateMoney(): Promise<{ order: OrderRow; paymentId: string }> {
    const order = await trade.order(await trade.addProduct())
    shop.advance(430_000)
    await expireOrders(shop)
    const notice = trade.noticeFor(order)
    expect((await trade.pay(order, notice)).match).toBe('suggested')
    return { order, paymentId: notice.paymentId }
  }
  async function afterUndoTime(): Promise<void> {
    shop.advance(11_000)
    await runDueJobs(shop, HANDLERS)
  }
  const paymentRow = (id: string) =>
    shop.db.selectFrom('payments').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const wrongState = { code: 'wrong_state' }

  it('is given to an order by the seller: paid and delivered once the time to take it back is over', async () => {
    const { order, paymentId } = await lateMoney()
    await assignPayment(shop, paymentId, order.id, SELLER)
    await runDueJobs(shop, HANDLERS)
    expect((await trade.read(order.id)).state).toBe('expired')
    await afterUndoTime()
    expect(await trade.read(order.id)).toMatchObject({ state: 'delivered', paid_by: 'assigned' })
    expect(await paymentRow(paymentId)).toMatchObject({ match_kind: 'assigned', settles_order_id: order.id })
  })

  it('goes nowhere when the seller takes it back in time, and can then be given to another order', async () => {
    const { order, paymentId } = await lateMoney()
    const other = await trade.order(await trade.addProduct())
    await assignPayment(shop, paymentId, order.id, SELLER)
    await reopenCase(shop, paymentId, SELLER)
    await assignPayment(shop, paymentId, other.id, SELLER)
    await afterUndoTime()
    expect((await trade.read(order.id)).state).toBe('expired')
    expect((await trade.read(other.id)).state).toBe('delivered')
    await expect(reopenCase(shop, paymentId, SELLER)).rejects.toMatchObject(wrongState)
  })

  it('goes to the order chosen last, even when it was given, taken back and given in one moment', async () => {
    const { order: wrong, paymentId } = await lateMoney()
    const right = await trade.order(await trade.addProduct())
    await assignPayment(shop, paymentId, wrong.id, SELLER)
    const jobs = shop.db.selectFrom('jobs').select('payload').where('order_id', '=', wrong.id)
    const { payload } = await jobs.executeTakeFirstOrThrow()
    await reopenCase(shop, paymentId, SELLER)
    await assignPayment(shop, paymentId, right.id, SELLER)
    const { decidedAt } = JSON.parse(payload) as { decidedAt: number }
    await shop.db.updateTable('payment_cases').set({ decided_at: decidedAt }).execute()
    const later = { payload, due_at: shop.now() + 20_000 }
    await shop.db.updateTable('jobs').set(later).where('order_id', '=', right.id).execute()
    await afterUndoTime()
    expect((await trade.read(wrong.id)).state).toBe('expired')
    await afterUndoTime()
    expect((await trade.read(right.id)).state).toBe('delivered')
  })

  it('pays at most one order, however many are asked for at once', async () => {
    const { order, paymentId } = await lateMoney()
    const other = await trade.order(await trade.addProduct())
    const tries = await Promise.allSettled(
      [order.id, other.id, order.id].map((id) => assignPayment(shop, paymentId, id, SELLER)),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await afterUndoTime()
    const states = [(await trade.read(order.id)).state, (await trade.read(other.id)).state]
    expect(states.filter((state) => state === 'delivered')).toHaveLength(1)
    await expect(assignPayment(shop, paymentId, other.id, SELLER)).rejects.toMatchObject(wrongState)
  })

  it('comes back to the inbox when its order was paid otherwise meanwhile', async () => {
    const { order, paymentId } = await lateMoney()
    await assignPayment(shop, paymentId, order.id, SELLER)
    await markPaid(shop, order.id, 'seen', SELLER)
    await afterUndoTime()
    expect(await trade.read(order.id)).toMatchObject({ state: 'delivered', paid_by: 'marked' })
    expect(await paymentRow(paymentId)).toMatchObject({ match_kind: 'suggested', settles_order_id: null })
    const { entries } = await listInbox(shop, 'open', 1, 50)
    expect(entries.find(({ payment }) => payment.id === paymentId)?.payment.case_state).toBe('open')
  })

  it('is never given to a paid order, and matched money to none', async () => {
    const { paymentId } = await lateMoney()
    const paid = await trade.order(await trade.addProduct())
    const open = await trade.order(await trade.addProduct())
    const notice = trade.noticeFor(paid)
    await trade.pay(paid, notice)
    await expect(assignPayment(shop, paymentId, paid.id, SELLER)).rejects.toMatchObject(wrongState)
    await expect(assignPayment(shop, notice.paymentId, open.id, SELLER)).rejects.toMatchObject(wrongState)
    await expect(assignPayment(shop, 'A'.repeat(21), open.id, SELLER)).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('leaves the inbox when a refund is noted, and stays the row that it is', async () => {
    const { paymentId } = await lateMoney()
    const before = await paymentRow(paymentId)
    await closeCase(shop, paymentId, { state: 'refunded', note: 'sent back' }, SELLER)
    expect(await paymentRow(paymentId)).toEqual(before)
    const ids = async (which: 'open' | 'closed') =>
      (await listInbox(shop, which, 1, 50)).entries.map(({ payment }) => payment.id)
    expect(await ids('open')).not.toContain(paymentId)
    expect(await ids('closed')).toContain(paymentId)
    const twice = closeCase(shop, paymentId, { state: 'ignored', note: '' }, SELLER)
    await expect(twice).rejects.toMatchObject(wrongState)
  })

  it('is suggested for unpaid orders within ten cents and 15 minutes, the reported one first', async () => {
    const [near, far] = [
      await trade.order(await trade.addProduct()),
      await trade.order(await trade.addProduct()),
    ]
    const reported = await trade.order(near.product_id)
    await shop.db
      .updateTable('orders')
      .set({ reported_at: shop.now() })
      .where('id', '=', reported.id)
      .execute()
    const money = {
      amount_cents: near.due_cents - 5, // between the price and the lowest amount of its pool
      received_at: shop.now(),
      happened_at: null,
      order_id: null,
      channel: 'alipay' as const,
    }
    expect((await suggestOrders(shop, money)).map(({ id }) => id)).toEqual([reported.id, near.id])
    const late = { ...money, received_at: shop.now() + 300_000 + 16 * 60_000 }
    expect(await suggestOrders(shop, late)).toEqual([])
    const heldUp = { ...late, happened_at: money.received_at } // the phone saw it in time
    expect((await suggestOrders(shop, heldUp)).map(({ id }) => id)).toEqual([reported.id, near.id])
    expect(
      (await suggestOrders(shop, { ...money, amount_cents: far.due_cents + 11 })).map(({ id }) => id),
    ).toEqual([])
  })
})
