import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { changeAccount } from './accounts.ts'
import { addCodes } from './codes.ts'
import type { ShopError } from './errors.ts'
import { expireOrders } from './expiry.ts'
import { cancelOrder } from './orders.ts'
import type { OrderRow } from '../sql/schema.ts'

describeOnEngines('I1: an amount has at most one holder', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  const slotOf = (order: OrderRow) =>
    shop.db
      .selectFrom('amount_slots')
      .selectAll()
      .where('account_id', '=', order.account_id)
      .where('amount_cents', '=', order.due_cents)
      .executeTakeFirstOrThrow()

  /** Fills the whole pool of a new product. */
  async function fillPool(): Promise<{ productId: string; orders: OrderRow[] }> {
    const productId = await trade.addProduct()
    const orders = []
    for (let count = 0; count < 11; count += 1) orders.push(await trade.order(productId))
    return { productId, orders }
  }

  it('gives 50 buyers at once different amounts, and tells the others when one comes free and where to go', async () => {
    const productId = await trade.addProduct()
    const tries = await Promise.allSettled(Array.from({ length: 50 }, () => trade.order(productId)))
    const orders = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const refusals = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason as ShopError] : []))
    const price = orders[0]!.price_cents
    expect(orders.map((order) => price - order.due_cents).sort((a, b) => a - b)).toEqual([
      ...Array(11).keys(),
    ])
    expect(refusals).toHaveLength(39)
    for (const { code, details } of refusals) {
      expect(code).toBe('no_free_amount')
      expect(details.otherChannels).toEqual(['wechat'])
      expect(details.freeInSeconds).toBeGreaterThan(590) // 300 s to pay and 300 s held
      expect(details.freeInSeconds).toBeLessThanOrEqual(601)
    }
  })

  it('names no other channel when that one is full or closed too', async () => {
    const { productId } = await fillPool()
    await changeAccount(shop, trade.accounts.wechat, { name: '微信', enabled: false }, SELLER)
    await expect(trade.order(productId)).rejects.toMatchObject({
      code: 'no_free_amount',
      details: { otherChannels: [] },
    })
    await changeAccount(shop, trade.accounts.wechat, { name: '微信', enabled: true }, SELLER)
  })

  it('never gives a held amount away, and gives it again the moment its hold has ended', async () => {
    const { productId, orders } = await fillPool()
    const end = Math.min(...(await Promise.all(orders.map(slotOf))).map((slot) => slot.held_until))
    shop.advance(end - shop.now() - 3_000)
    await expect(trade.order(productId)).rejects.toMatchObject({ code: 'no_free_amount' })
    shop.advance(6_000)
    const next = await trade.order(productId)
    expect(orders.map((order) => order.due_cents)).toContain(next.due_cents)
    expect((await slotOf(next)).order_id).toBe(next.id)
  })

  it.each([
    ['pending', 300_000 + 300_000, async () => undefined],
    ['expired', 300_000 + 300_000, async () => (shop.advance(301_000), await expireOrders(shop))],
    ['cancelled', 300_000, (order: OrderRow) => cancelOrder(shop, order.id, 'buyer')],
    ['paid', 600_000, (order: OrderRow) => trade.pay(order)],
  ] as const)(
    'holds the amount of an order that is %s until %i ms have passed',
    async (_state, holdMs, act) => {
      const order = await trade.order(await trade.addProduct())
      await act(order)
      const { order_id, held_until } = await slotOf(order)
      const since = _state === 'cancelled' || _state === 'paid' ? await movedAt(order) : order.created_at
      expect({ order_id, heldMs: held_until - since }).toEqual({ order_id: order.id, heldMs: holdMs })
    },
  )

  async function movedAt({ id }: OrderRow): Promise<number> {
    const { cancelled_at, paid_at } = await trade.read(id)
    return cancelled_at ?? paid_at!
  }

  it('counts overlapping prices of different products as one pool', async () => {
    const { price_cents } = await trade.order(await trade.addProduct())
    const cheaper = await trade.addProduct({ priceCents: price_cents - 5 })
    const dearer = await trade.addProduct({ priceCents: price_cents })
    const tries = await Promise.allSettled(
      Array.from({ length: 15 }, (_, at) => trade.order(at % 2 ? cheaper : dearer)),
    )
    const orders = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value.due_cents] : []))
    expect(new Set([...orders, price_cents]).size).toBe(orders.length + 1)
    expect(orders.length).toBeGreaterThanOrEqual(10) // a buyer is refused only when all of the price's amounts are held
  })
})

describeOnEngines('the amounts that can be shown', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine, { channels: ['wechat'] })
    trade = await openTrade(shop)
    await shop.db.updateTable('payee_codes').set({ enabled_at: null }).execute()
    const fixed = [
      { payload: `wxp://f2f0${'b'.repeat(32)}`, amountCents: 9_998 },
      { payload: `wxp://f2f0${'c'.repeat(32)}`, amountCents: 9_993 },
      { payload: `wxp://f2f0${'d'.repeat(32)}`, amountCents: 9_988 }, // below the pool of 99.99
    ]
    await addCodes(shop, fixed, SELLER)
  })
  afterAll(() => shop.close())

  it('are those of the codes there are: each order shows the code of exactly its amount', async () => {
    const productId = await trade.addProduct({ priceCents: 9_999 })
    const orders = [
      await trade.order(productId, { channel: 'wechat' }),
      await trade.order(productId, { channel: 'wechat' }),
    ]
    const shown = orders.map(({ due_cents, code_payload }) => `${due_cents} ${code_payload.at(-1)}`)
    expect(shown.sort()).toEqual(['9993 c', '9998 b'])
    await expect(trade.order(productId, { channel: 'wechat' })).rejects.toMatchObject({
      code: 'no_free_amount',
    })
  })

  it('are none for a price without a code, and a channel that the shop does not offer is refused', async () => {
    const productId = await trade.addProduct({ priceCents: 50_000 })
    await expect(trade.order(productId, { channel: 'wechat' })).rejects.toMatchObject({
      code: 'no_code_for_price',
    })
    await expect(trade.order(productId)).rejects.toMatchObject({ code: 'channel_unavailable' })
  })
})

describe('the depth of the pool', () => {
  describeOnEngines('at 0', (engine) => {
    it('leaves the price alone: one open order at a time', async () => {
      const shop = await openTestShop(engine, { slotDepth: 0 })
      const trade = await openTrade(shop)
      const productId = await trade.addProduct({ priceCents: 1 })
      expect((await trade.order(productId)).due_cents).toBe(1)
      await expect(trade.order(productId)).rejects.toMatchObject({ code: 'no_free_amount' })
      await shop.close()
    })
  })
})
