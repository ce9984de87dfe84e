import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { checkInvariants } from '../test/support/invariants.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'
import { readFigures } from './overview.ts'
import { listPayments } from './payment-list.ts'
import { expireTestOrder, payTestOrder } from './test-orders.ts'

describeOnEngines('a test order', (engine) => {
  let shop: TestShop
  let trade: Trade
  let site: TestMerchant
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    site = await openMerchant(shop)
  })
  afterAll(async () => {
    expect(await checkInvariants(shop.db)).toEqual([])
    await shop.close()
  })

  const place = async () => (await site.place({ mode: 'test' })).order
  const eventsOf = async (orderId: string) => {
    const rows = await shop.db
      .selectFrom('callbacks')
      .select('event')
      .where('order_id', '=', orderId)
      .orderBy('created_at')
      .execute()
    return rows.map(({ event }) => event)
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code: string }) => error.code,
    )

  it('is paid by a call as money pays the others, calls its merchant, and counts nowhere', async () => {
    const order = await place()
    expect(await payTestOrder(shop, order)).toEqual({ match: 'matched', orderId: order.id })
    expect(await trade.read(order.id)).toMatchObject({ state: 'paid', paid_by: 'matched' })
    expect(await eventsOf(order.id)).toEqual(['order.paid'])
    expect(await readFigures(shop, 0, shop.now() + 1)).toEqual({ incomeCents: 0, placed: 0, paid: 0 })
    expect(await listPayments(shop, {}, 1, 20)).toEqual([])
  })

  it('that is paid twice is paid once', async () => {
    const order = await place()
    await payTestOrder(shop, order)
    shop.advance(1_000)
    expect(await payTestOrder(shop, order)).toMatchObject({ match: 'surplus' })
    expect(await eventsOf(order.id)).toEqual(['order.paid'])
  })

  it('is not paid by another amount, and neither is the order that has that amount', async () => {
    const first = await place()
    const other = await openMerchant(shop)
    const { order: second } = await other.place({ mode: 'test', amountCents: 91_000 })
    expect(await payTestOrder(shop, first, second.due_cents)).toEqual({ match: 'unmatched', orderId: null })
    for (const { id } of [first, second]) expect((await trade.read(id)).state).toBe('pending')
  })

  it('ends by a call as by the clock, and is still paid in the late window', async () => {
    const order = await place()
    await expireTestOrder(shop, order)
    expect((await trade.read(order.id)).state).toBe('expired')
    expect(await codeOf(expireTestOrder(shop, order))).toBe('wrong_state')
    shop.advance(100_000)
    expect(await payTestOrder(shop, order)).toMatchObject({ match: 'late' })
    expect(await eventsOf(order.id)).toEqual(['order.paid_late'])
  })

  it('is the only kind of order that a call pays or ends', async () => {
    const { order } = await site.place()
    expect(await codeOf(payTestOrder(shop, order))).toBe('order_not_found')
    expect(await codeOf(expireTestOrder(shop, order))).toBe('order_not_found')
    expect((await trade.read(order.id)).state).toBe('pending')
  })
})
