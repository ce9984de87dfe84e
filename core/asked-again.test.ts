import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { checkInvariants } from '../test/support/invariants.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import {
  amountsHeldBy,
  countReopened,
  notingUpdates,
  overtaken,
  overtakenInside,
  unlocked,
} from '../test/support/races.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'
import { expireOrders } from './expiry.ts'

describeOnEngines("a merchant's order that is asked for again", (engine) => {
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

  it('is opened once by many who ask again at once, with one fresh amount', async () => {
    const wish = { outTradeNo: 'A-11', amountCents: 9_300 }
    const first = await site.place(wish)
    shop.advance(3_600_000)
    await expireOrders(shop)
    expect(await amountsHeldBy(shop, first.order.id)).toEqual([])
    const asked = { ...wish, in: unlocked(shop) }
    const again = await Promise.all(Array.from({ length: 6 }, () => site.place(asked)))
    expect(again.filter(({ outcome }) => outcome === 'reopened')).toHaveLength(1)
    expect(await countReopened(shop, first.order.id)).toBe(1)
    expect(await amountsHeldBy(shop, first.order.id)).toEqual([again[0]?.order.due_cents])
  })

  it('is told as paid when it is paid while its site asks for it on another channel', async () => {
    const wish = { outTradeNo: 'A-12', amountCents: 9_400 }
    const first = await site.place(wish)
    const paying = overtaken(shop, () => trade.pay(first.order))
    await expect(site.place({ ...wish, channel: 'wechat', in: paying })).rejects.toMatchObject({
      code: 'order_paid',
      details: { orderId: first.order.id },
    })
  })

  it('opens again on the channel that was asked for when it ends meanwhile', async () => {
    const wish = { outTradeNo: 'A-13', amountCents: 9_500 }
    const first = await site.place(wish)
    const ending = overtaken(shop, async () => {
      shop.advance(301_000)
      await expireOrders(shop)
    })
    expect(await site.place({ ...wish, channel: 'wechat', in: ending })).toMatchObject({
      outcome: 'reopened',
      order: { id: first.order.id, channel: 'wechat', state: 'pending' },
    })
  })

  it('is moved to the channel that was asked for when somebody else opens it on another', async () => {
    const wish = { outTradeNo: 'A-14', amountCents: 9_600 }
    const first = await site.place(wish)
    shop.advance(301_000)
    await expireOrders(shop)
    const opened = overtaken(unlocked(shop), () => site.place({ ...wish, in: unlocked(shop) }))
    expect(await site.place({ ...wish, channel: 'wechat', in: opened })).toMatchObject({
      outcome: 'same',
      order: { id: first.order.id, channel: 'wechat' },
    })
    expect(await countReopened(shop, first.order.id)).toBe(1)
  })

  // The embedded engine has one writer: nothing happens inside its transactions.
  describe.runIf(engine.name === 'MySQL')('that was read as open past its end', () => {
    it('opens again once when the clock ends it before it is written', async () => {
      const wish = { outTradeNo: 'A-18', amountCents: 10_200 }
      const first = await site.place(wish)
      shop.advance(301_000)
      const ended = overtakenInside(shop, () => expireOrders(shop))
      expect(await site.place({ ...wish, in: ended })).toMatchObject({
        outcome: 'reopened',
        order: { id: first.order.id, state: 'pending', expired_at: null },
      })
      expect(await countReopened(shop, first.order.id)).toBe(1)
    })

    it('is told as paid when it is paid before it is written', async () => {
      const wish = { outTradeNo: 'A-19', amountCents: 10_300 }
      const first = await site.place(wish)
      shop.advance(301_000)
      const paid = overtakenInside(shop, () => trade.pay(first.order))
      await expect(site.place({ ...wish, in: paid })).rejects.toMatchObject({ code: 'order_paid' })
      expect(await countReopened(shop, first.order.id)).toBe(0)
    })
  })

  it('opens again on the amount that it still holds though all of its price are taken', async () => {
    const wish = { outTradeNo: 'A-15', amountCents: 9_700 }
    const first = await site.place(wish)
    const rest = { amountCents: 9_700, ttlMs: 3_600_000 }
    for (let at = 0; at < 10; at += 1) await site.place(rest)
    shop.advance(301_000)
    await expireOrders(shop)
    await expect(site.place(rest)).rejects.toMatchObject({ code: 'no_free_amount' })
    expect(await site.place(wish)).toMatchObject({
      outcome: 'reopened',
      order: { id: first.order.id, due_cents: first.order.due_cents },
    })
  })

  it('opens again on the channel where it ended unless another is likelier now', async () => {
    const wish = { outTradeNo: 'A-16', amountCents: 9_800, channel: undefined }
    await site.place({ ...wish, likelyChannel: 'alipay' })
    const channelAfterEnd = async (likelyChannel: 'wechat' | undefined) => {
      shop.advance(301_000)
      return (await site.place({ ...wish, likelyChannel })).order.channel
    }
    expect(await channelAfterEnd(undefined)).toBe('alipay')
    expect(await channelAfterEnd('wechat')).toBe('wechat')
  })

  it.each([
    ['goes on', 0],
    ['opens again', 301_000],
  ])('%s on another channel with the words of the request from the same moment', async (what, waitMs) => {
    const wish = { outTradeNo: `A-17-${what}`, amountCents: 9_900 }
    await site.place(wish)
    shop.advance(waitMs)
    const written: string[][] = []
    const named = { ...wish, channel: 'wechat', request: { type: 'wxpay' } } as const
    const { asked } = await site.place({ ...named, in: notingUpdates(shop, written) })
    expect(asked.request).toBe('{"type":"wxpay"}')
    const moment = written.find((tables) => tables.includes('orders')) ?? []
    expect(moment).toContain('orders')
    expect(moment.slice(moment.indexOf('orders'))).toContain('merchant_orders')
  })
})
