import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'
import { expireOrders, graceAfterOutage, noteAlive } from './expiry.ts'
import { extendOrder } from './orders.ts'
import { transaction } from './shop.ts'

describeOnEngines('the end of an order’s time', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine, { slotDepth: 60, orderLimits: '0' })
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  const newOrder = async () => trade.order(await trade.addProduct())

  it('comes with the clock: pending before it, expired after it, said once', async () => {
    const order = await newOrder()
    shop.advance(295_000)
    await expireOrders(shop)
    expect((await trade.read(order.id)).state).toBe('pending')
    shop.advance(5_001)
    await Promise.all([expireOrders(shop), expireOrders(shop), expireOrders(shop)])
    const events = await shop.db
      .selectFrom('order_events')
      .select('kind')
      .where('order_id', '=', order.id)
      .execute()
    expect((await trade.read(order.id)).state).toBe('expired')
    expect(events.map(({ kind }) => kind).sort()).toEqual(['expired', 'placed'])
  })

  it('does not come for an order that gets more time while the clock looks', async () => {
    const order = await newOrder()
    shop.advance(300_001)
    const expiring = sleep(50).then(() => expireOrders(shop))
    await transaction(shop, async (tx) => {
      await tx.db
        .updateTable('orders')
        .set({ expires_at: tx.now() + 300_000 })
        .where('id', '=', order.id)
        .execute()
      await sleep(200)
    })
    await expiring
    expect((await trade.read(order.id)).state).toBe('pending')
    await trade.pay(order)
  })

  it('comes for more orders than one batch, and not for paid or extended ones', async () => {
    const productId = await trade.addProduct()
    const orders = []
    for (let count = 0; count < 55; count += 1) orders.push(await trade.order(productId))
    await trade.pay(orders[0]!)
    await extendOrder(shop, orders[1]!.id)
    shop.advance(301_000)
    expect(await expireOrders(shop)).toBe(53)
    const states = await Promise.all(orders.map(async ({ id }) => (await trade.read(id)).state))
    expect(states.slice(0, 3)).toEqual(['delivered', 'pending', 'expired'])
  })

  it.each(Array.from({ length: 5 }, (_, round) => round))(
    'at the very moment of the payment still leaves it paid (round %i)',
    async () => {
      const orders = [await newOrder(), await newOrder(), await newOrder()]
      shop.advance(301_000)
      const [, ...payments] = await Promise.all([
        expireOrders(shop),
        ...orders.map((order) => trade.pay(order)),
      ])
      expect(payments.map(({ match }) => match)).toEqual(['late', 'late', 'late'])
      for (const { id } of orders) expect((await trade.read(id)).state).toBe('delivered')
    },
  )
})

describeOnEngines('after the shop itself was away', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  it('money that waited for the shop still pays orders whose time ended meanwhile', async () => {
    const order = await trade.order(await trade.addProduct())
    shop.advance(290_000)
    await noteAlive(shop)
    shop.advance(200_000) // its late window is over too
    expect(await graceAfterOutage(shop)).toBe(1)
    await expireOrders(shop)
    shop.advance(115_000)
    expect((await trade.pay(order)).match).toBe('late')
  })

  it('the grace ends after 120 s', async () => {
    const order = await trade.order(await trade.addProduct())
    await noteAlive(shop)
    shop.advance(430_000)
    expect(await graceAfterOutage(shop)).toBe(1)
    shop.advance(125_000)
    expect((await trade.pay(order)).match).toBe('suggested')
  })

  it('an order that ended before the outage gets nothing, nor one whose amount is somebody else’s by now', async () => {
    const ended = await trade.order(await trade.addProduct())
    shop.advance(500_000) // over, and its late window too, while the shop was there
    await noteAlive(shop)
    const productId = await trade.addProduct()
    const lost = await trade.order(productId)
    await noteAlive(shop)
    shop.advance(700_000) // its hold is over
    expect(await graceAfterOutage(shop)).toBe(0)
    expect((await trade.pay(ended)).match).toBe('suggested')
    expect((await trade.pay(lost)).match).toBe('suggested')
  })

  it('there is no grace when the shop was there all the time', async () => {
    const order = await trade.order(await trade.addProduct())
    await noteAlive(shop)
    shop.advance(10_000)
    expect(await graceAfterOutage(shop)).toBe(0)
    expect((await trade.read(order.id)).late_until).toBe(order.late_until)
  })
})
