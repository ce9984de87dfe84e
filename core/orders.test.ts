import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import type { OrderRow } from '../sql/schema.ts'
import { cancelOrder, changeChannel, extendOrder, getOwnOrder, listOrdersOf } from './orders.ts'

describeOnEngines('an open order', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  const newOrder = async () => trade.order(await trade.addProduct())
  const slotsOf = ({ id }: OrderRow) =>
    shop.db.selectFrom('amount_slots').selectAll().where('order_id', '=', id).execute()
  const wrongState = { code: 'wrong_state' }

  it('that is extended moves its end, its late window and its hold together, once', async () => {
    const order = await newOrder()
    await extendOrder(shop, order.id)
    const after = await trade.read(order.id)
    expect(after.expires_at - order.expires_at).toBe(300_000)
    expect(after.late_until - order.late_until).toBe(300_000)
    expect((await slotsOf(order)).map((slot) => slot.held_until)).toEqual([after.expires_at + 300_000])
    await expect(extendOrder(shop, order.id)).rejects.toMatchObject(wrongState)
    shop.advance(500_000)
    expect((await trade.pay(order)).match).toBe('matched')
  })

  it('cannot be extended at once by two, nor after its end, nor when it is paid or cancelled', async () => {
    const [first, late, paid, cancelled] = [
      await newOrder(),
      await newOrder(),
      await newOrder(),
      await newOrder(),
    ]
    const both = await Promise.allSettled([extendOrder(shop, first.id), extendOrder(shop, first.id)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await trade.pay(paid)
    await cancelOrder(shop, cancelled.id, 'buyer')
    shop.advance(301_000)
    for (const { id } of [late, paid, cancelled])
      await expect(extendOrder(shop, id)).rejects.toMatchObject(wrongState)
  })

  it('that is cancelled is cancelled once; its amount stays held for money on its way', async () => {
    const order = await newOrder()
    await cancelOrder(shop, order.id, 'buyer')
    await expect(cancelOrder(shop, order.id, SELLER, 'again')).rejects.toMatchObject(wrongState)
    const { cancelled_at } = await trade.read(order.id)
    expect((await slotsOf(order)).map((slot) => slot.held_until)).toEqual([cancelled_at! + 300_000])
    expect((await trade.pay(order)).match).toBe('suggested')
  })

  it.each(Array.from({ length: 4 }, (_, round) => round))(
    'is cancelled or paid, never both, when both come at the same moment (round %i)',
    async () => {
      const order = await newOrder()
      const [cancel, pay] = await Promise.allSettled([cancelOrder(shop, order.id, 'buyer'), trade.pay(order)])
      const { state } = await trade.read(order.id)
      const outcome = [cancel.status, pay.status === 'fulfilled' && pay.value.match, state]
      expect([
        ['fulfilled', 'suggested', 'cancelled'],
        ['rejected', 'matched', 'delivered'],
      ]).toContainEqual(outcome)
    },
  )

  it('that changes its channel gets an amount there, and money on the first amount still pays it', async () => {
    const order = await newOrder()
    await changeChannel(shop, order.id, 'wechat', '10.9.9.1')
    const changed = await trade.read(order.id)
    expect(changed).toMatchObject({ channel: 'wechat', account_id: trade.accounts.wechat, state: 'pending' })
    expect(changed.code_payload).toMatch(/^wxp:/)
    expect(await slotsOf(order)).toHaveLength(2)
    expect(await trade.pay(order)).toEqual({ match: 'matched', orderId: order.id })
    const paid = { channel: 'alipay', account_id: trade.accounts.alipay, due_cents: order.due_cents }
    expect(await trade.read(order.id)).toMatchObject(paid)
    expect(await trade.pay(changed)).toEqual({ match: 'surplus', orderId: order.id })
  })

  it('that is paid with its first amount was due that amount, not the one it showed last', async () => {
    const productId = await trade.addProduct()
    await trade.order(productId, { channel: 'wechat' }) // takes the plain price there
    const order = await trade.order(productId)
    await changeChannel(shop, order.id, 'wechat', '10.9.9.4')
    expect((await trade.read(order.id)).due_cents).toBeLessThan(order.due_cents)
    await trade.pay(order)
    expect(await trade.read(order.id)).toMatchObject({ channel: 'alipay', due_cents: order.due_cents })
  })

  it('that goes back to its first channel gets its first amount again', async () => {
    const productId = await trade.addProduct()
    const order = await trade.order(productId)
    await changeChannel(shop, order.id, 'wechat', '10.9.9.2')
    for (let count = 0; count < 5; count += 1) await trade.order(productId)
    await changeChannel(shop, order.id, 'alipay', '10.9.9.2')
    expect(await trade.read(order.id)).toMatchObject({ channel: 'alipay', due_cents: order.due_cents })
    expect(await slotsOf(order)).toHaveLength(2)
  })

  it.each(['10.8.8.1', '10.8.8.2'])(
    'leaves half of a channel’s amounts to others when many of one address change to it at once, from %s too',
    async (from) => {
      const productId = await trade.addProduct()
      const place = (channel: 'alipay' | 'wechat') => trade.order(productId, { channel, address: '10.8.8.1' })
      const changing = []
      for (let count = 0; count < 5; count += 1) changing.push(await place('alipay'))
      for (let count = 0; count < 4; count += 1) await place('wechat')
      const changes = await Promise.allSettled(
        changing.map(({ id }) => changeChannel(shop, id, 'wechat', from)),
      )
      expect(changes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    },
  )

  it('changes its channel only while it can be paid', async () => {
    const [late, paid] = [await newOrder(), await newOrder()]
    await trade.pay(paid)
    shop.advance(301_000)
    for (const { id } of [late, paid])
      await expect(changeChannel(shop, id, 'wechat', '10.9.9.3')).rejects.toMatchObject(wrongState)
  })

  it('belongs to the browser that placed it and to whoever has the mailed link, and to nobody else', async () => {
    const { order, buyerToken } = await trade.place(await trade.addProduct())
    expect((await getOwnOrder(shop, order.id, buyerToken)).id).toBe(order.id)
    expect((await getOwnOrder(shop, order.id, order.access_token)).id).toBe(order.id)
    for (const token of [undefined, '', order.id, order.buyer_hash, 'A'.repeat(32)])
      await expect(getOwnOrder(shop, order.id, token)).rejects.toMatchObject({ code: 'proof_needed' })
    expect(await listOrdersOf(shop, buyerToken)).toHaveLength(1)
    expect(await listOrdersOf(shop, order.access_token)).toEqual([]) // one link, one order
    expect(await listOrdersOf(shop, undefined)).toEqual([])
  })
})
