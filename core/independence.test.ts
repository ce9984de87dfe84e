import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createStore } from '../com/store.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS, openTrade, type Trade } from '../test/support/trade.ts'
import { runDueJobs } from './jobs.ts'
import { placeOrder } from './place-order.ts'
import { recordPayment } from './payments.ts'
import type { Shop } from './shop.ts'

describeOnEngines('I9: money depends on the database alone', (engine) => {
  /** Two processes on one database: each with a memory, a store and a list of tills of its own. */
  let here: TestShop
  let there: TestShop
  let trade: Trade
  beforeAll(async () => {
    const url = await engine.openUrl()
    const same = { ...engine, openUrl: async () => url }
    here = await openTestShop(same, { orderLimits: '0', slotDepth: 20 })
    there = await openTestShop(same, { orderLimits: '0', slotDepth: 20 })
    trade = await openTrade(here)
  })
  afterAll(() => Promise.all([here.close(), there.close()]))

  const orderFrom = (shop: Shop, productId: string, buyer: string) =>
    placeOrder(shop, {
      productId,
      quantity: 1,
      email: `${buyer}@example.com`,
      channel: 'alipay',
      locale: 'en',
      address: '192.0.2.200',
    }).then(
      ({ order }) => order,
      () => undefined,
    )

  it('two processes that know nothing of each other never give one amount twice', async () => {
    const productId = await trade.addProduct()
    const orders = await Promise.all(
      Array.from({ length: 40 }, (_, at) => orderFrom(at % 2 ? here : there, productId, `two${at}`)),
    )
    const amounts = orders.flatMap((order) => order?.due_cents ?? [])
    expect(amounts.length).toBe(21)
    expect(new Set(amounts).size).toBe(21)
  })

  it('two processes settle and deliver once what both are told', async () => {
    const order = await trade.order(await trade.addProduct({ deliveryKind: 'keys' }, ['K1', 'K2']))
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, at) => recordPayment(at % 2 ? here : there, trade.noticeFor(order))),
    )
    expect(results.filter(({ match }) => match === 'matched')).toHaveLength(1)
    await Promise.all([runDueJobs(here, HANDLERS), runDueJobs(there, HANDLERS)])
    const letters = [...here.letters, ...there.letters].filter(({ to }) => to === order.email)
    expect(letters).toHaveLength(1)
  })

  const redisUrl = process.env.TEST_REDIS_URL
  if (redisUrl)
    it('a Redis that is emptied again and again changes no amount', async () => {
      const redis = new Redis(`${redisUrl}/9`)
      await redis.flushdb() // the other engine's shop was full at the same price a moment ago
      const store = await createStore({ redisUrl: `${redisUrl}/9`, log: here.log })
      const shop: Shop = { ...here, store }
      const productId = await trade.addProduct()
      const emptying = setInterval(() => void redis.flushdb(), 5)
      const orders = await Promise.all(
        Array.from({ length: 40 }, (_, at) => orderFrom(shop, productId, `flush${at}`)),
      )
      clearInterval(emptying)
      const amounts = orders.flatMap((order) => order?.due_cents ?? [])
      expect([amounts.length, new Set(amounts).size]).toEqual([21, 21])
      await store.close()
      await redis.quit()
    })

  if (engine.name === 'MySQL')
    it('a process whose clock is an hour wrong decides by the database’s time all the same', async () => {
      const before = Date.now()
      const productId = await trade.addProduct()
      vi.useFakeTimers({ toFake: ['Date'], now: before + 3_600_000 })
      try {
        const order = await orderFrom(there, productId, 'wrong-clock')
        expect(Math.abs(order!.created_at - before)).toBeLessThan(10_000)
        const notice = trade.noticeFor(order!)
        expect((await recordPayment(there, notice)).match).toBe('matched')
        const paid = await trade.read(order!.id)
        expect(Math.abs(paid.paid_at! - before)).toBeLessThan(10_000)
      } finally {
        vi.useRealTimers()
      }
    })
})
