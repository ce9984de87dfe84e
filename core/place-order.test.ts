import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines, type TestEngine } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'
import { MAX_CENTS } from './money.ts'
import { cancelOrder } from './orders.ts'
import type { ShopSettings } from './settings.ts'

/** A shop for the tests of one block. */
function open(engine: TestEngine, fixed: Partial<ShopSettings> = {}) {
  const opened = {} as { shop: TestShop; trade: Trade }
  beforeAll(async () => {
    opened.shop = await openTestShop(engine, fixed)
    opened.trade = await openTrade(opened.shop)
  })
  afterAll(() => opened.shop.close())
  return opened
}

describeOnEngines('the same browser', (engine) => {
  const here = open(engine)

  it('gets its open order back for the same wish, and only with its own token', async () => {
    const { trade } = here
    const productId = await trade.addProduct({}, [])
    const first = await trade.place(productId, { email: 'same@example.com' })
    const again = await trade.place(productId, { email: 'SAME@example.com', buyerToken: first.buyerToken })
    expect(again).toMatchObject({
      resumed: true,
      order: { id: first.order.id },
      buyerToken: first.buyerToken,
    })
    const stranger = await trade.place(productId, { email: 'same@example.com' })
    expect(stranger.resumed).toBe(false)
    expect(stranger.order.id).not.toBe(first.order.id)
    expect(stranger.buyerToken).not.toBe(first.buyerToken)
  })

  it('gets an order of its own for another quantity, channel, product or e-mail', async () => {
    const { trade } = here
    const productId = await trade.addProduct()
    const other = await trade.addProduct()
    const changes = [
      { quantity: 2 },
      { channel: 'wechat' as const },
      { email: 'elsewhere@example.com' },
      { productId: other },
    ]
    for (const change of changes) {
      const first = await trade.place(productId, { email: 'wish@example.com' })
      const next = await trade.place(productId, {
        email: 'wish@example.com',
        buyerToken: first.buyerToken,
        ...change,
      })
      expect([change, next.resumed]).toEqual([change, false])
      for (const { order } of [first, next]) await cancelOrder(here.shop, order.id, 'buyer')
    }
  })

  it('gets one order when it asks ten times at once', async () => {
    const { trade } = here
    const productId = await trade.addProduct()
    const { buyerToken } = await trade.place(await trade.addProduct())
    const wish = { buyerToken, email: 'hasty@example.com' }
    const placed = await Promise.all(Array.from({ length: 10 }, () => trade.place(productId, wish)))
    expect(new Set(placed.map(({ order }) => order.id)).size).toBe(1)
    expect(placed.filter(({ resumed }) => !resumed)).toHaveLength(1)
  })

  it('gets a new order once its old one has ended', async () => {
    const { trade, shop } = here
    const productId = await trade.addProduct()
    const first = await trade.place(productId, { email: 'slow@example.com' })
    shop.advance(301_000)
    const next = await trade.place(productId, { email: 'slow@example.com', buyerToken: first.buyerToken })
    expect(next.resumed).toBe(false)
  })
})

describeOnEngines('the limits on placing orders', (engine) => {
  const here = open(engine)
  const refused = { code: 'too_many_open_orders' }

  it('are two open orders per browser, whatever the e-mail', async () => {
    const { trade, shop } = here
    const { buyerToken, order } = await trade.place(await trade.addProduct())
    await trade.place(await trade.addProduct(), { buyerToken })
    const third = await trade.addProduct()
    await expect(trade.place(third, { buyerToken })).rejects.toMatchObject(refused)
    await cancelOrder(shop, order.id, 'buyer')
    expect((await trade.place(third, { buyerToken })).resumed).toBe(false)
  })

  it('are two open orders per e-mail, whatever the browser and the letter case, also at once', async () => {
    const { trade } = here
    const productId = await trade.addProduct()
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => trade.place(productId, { email: at % 2 ? 'a@B.com' : 'A@b.com' })),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toMatchObject(refused)
  })

  it('are half of a pool per address, a whole IPv6 /64 being one', async () => {
    const { trade } = here
    const productId = await trade.addProduct()
    const address = (at: number) => `2001:db8:1:2:${at.toString(16)}::1`
    for (let count = 0; count < 5; count += 1) await trade.order(productId, { address: address(count) })
    await expect(trade.order(productId, { address: address(9) })).rejects.toMatchObject(refused)
    expect((await trade.order(productId, { address: '2001:db8:1:3::1' })).state).toBe('pending')
  })

  it('count cancelled and expired orders of an address while their amounts are held, paid ones not', async () => {
    const { trade, shop } = here
    const productId = await trade.addProduct()
    const address = '203.0.113.77'
    for (let count = 0; count < 5; count += 1) {
      const order = await trade.order(productId, { address })
      if (count < 4) await cancelOrder(shop, order.id, 'buyer')
      else await trade.pay(order)
    }
    await trade.order(productId, { address })
    await expect(trade.order(productId, { address })).rejects.toMatchObject(refused)
  })

  it('are 60 orders per address in five minutes, with the seconds to wait', async () => {
    const { trade, shop } = here
    const address = '203.0.113.9'
    const limits = { ...shop.settings.current }
    shop.settings.current = { ...limits, orderLimits: '6/300,0' }
    const products = await Promise.all(Array.from({ length: 7 }, () => trade.addProduct()))
    for (const productId of products.slice(0, 6)) await trade.order(productId, { address })
    const error = await trade.order(products[6]!, { address }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'too_many_requests' })
    const { retryInSeconds } = (error as { details: { retryInSeconds: number } }).details
    expect(retryInSeconds).toBeGreaterThan(200)
    expect(retryInSeconds).toBeLessThanOrEqual(300)
    shop.settings.current = limits
  })

  it('are as generous as documented by default', () => {
    expect(here.shop.settings.current.orderLimits).toBe('60/300,2')
  })
})

describeOnEngines('limits that are switched off by 0', (engine) => {
  const here = open(engine, { orderLimits: '0' })

  it('let one browser at one address take a whole pool', async () => {
    const { trade } = here
    const productId = await trade.addProduct()
    const { buyerToken } = await trade.place(await trade.addProduct())
    const wish = { address: '203.0.113.5', buyerToken }
    for (let count = 0; count < 11; count += 1)
      await trade.order(productId, { ...wish, email: `e${count}@example.com` })
    await expect(trade.order(productId, wish)).rejects.toMatchObject({ code: 'no_free_amount' })
  })
})

describeOnEngines('a wish that cannot be met', (engine) => {
  const here = open(engine)

  it('is refused with its reason: off the shelf, out of stock, too many, no such product', async () => {
    const { trade } = here
    const keys = await trade.addProduct({ deliveryKind: 'keys' }, ['K1', 'K2'])
    await expect(trade.order(await trade.addProduct({ onSale: false }))).rejects.toMatchObject({
      code: 'off_sale',
    })
    await expect(trade.order(keys, { quantity: 3 })).rejects.toMatchObject({
      code: 'out_of_stock',
      details: { stock: 2 },
    })
    await expect(trade.order(keys, { quantity: 11 })).rejects.toMatchObject({ code: 'bad_input' })
    await expect(trade.order('A'.repeat(21))).rejects.toMatchObject({ code: 'product_not_found' })
  })

  it('is refused when its price is above the largest amount that can be paid', async () => {
    const { trade } = here
    const productId = await trade.addProduct({ priceCents: MAX_CENTS, maxQuantity: 2 })
    expect((await trade.order(productId)).price_cents).toBe(MAX_CENTS)
    await expect(trade.order(productId, { quantity: 2 })).rejects.toMatchObject({ code: 'bad_input' })
  })

  it('leaves an unlisted product to whoever has its link', async () => {
    const { trade } = here
    expect((await trade.order(await trade.addProduct({ unlisted: true }))).state).toBe('pending')
  })
})
