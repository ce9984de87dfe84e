import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { checkInvariants } from '../test/support/invariants.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { amountsHeldBy, countReopened, notingUpdates, unlocked } from '../test/support/races.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { readFigures } from './overview.ts'
import { expireOrders } from './expiry.ts'
import { findAsked } from './asked-orders.ts'
import { changeMerchant } from './merchants.ts'
import { cancelOrder, changeChannel } from './orders.ts'
import { recordPayment } from './payments.ts'
import type { Shop } from './shop.ts'
import type { WebhookEvent } from './vocabulary.ts'
import { addWebhookEndpoint } from './webhook-endpoints.ts'

describeOnEngines("a merchant's order", (engine) => {
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

  const callbacksOf = (orderId: string) =>
    shop.db.selectFrom('callbacks').selectAll().where('order_id', '=', orderId).execute()

  it('is placed once for each number of theirs, however often it is asked for at once', async () => {
    const wish = { outTradeNo: 'A-1', amountCents: 4_200 }
    const placed = await Promise.all(Array.from({ length: 8 }, () => site.place(wish)))
    expect(new Set(placed.map(({ order }) => order.id)).size).toBe(1)
    expect(placed.filter(({ outcome }) => outcome === 'placed')).toHaveLength(1)
    expect(placed[0]?.asked.trade_no).toMatch(/^\d{19}$/)
  })

  it('is refused when the same number comes with another amount or other terms', async () => {
    await site.place({ outTradeNo: 'A-2', amountCents: 4_300 })
    await expect(site.place({ outTradeNo: 'A-2', amountCents: 4_301 })).rejects.toMatchObject({
      code: 'order_changed',
    })
    await expect(
      site.place({ outTradeNo: 'A-2', amountCents: 4_300, lasting: ['another name'] }),
    ).rejects.toMatchObject({ code: 'order_changed' })
  })

  it('gets another channel when the same number comes with one', async () => {
    const first = await site.place({ outTradeNo: 'A-3', amountCents: 4_400 })
    const again = await site.place({ outTradeNo: 'A-3', amountCents: 4_400, channel: 'wechat' })
    expect(again).toMatchObject({ outcome: 'same', order: { id: first.order.id, channel: 'wechat' } })
  })

  it('keeps the words of the last request that was granted, and the key that signed it', async () => {
    const bound = await openMerchant(shop, { channels: ['wechat'] })
    const wish = { outTradeNo: 'A-8', amountCents: 4_450, channel: undefined }
    await bound.place(wish)
    const named = { ...wish, channel: 'wechat', request: { type: 'wxpay' }, keyId: 'newer-key' } as const
    const { asked } = await bound.place(named)
    expect(asked).toMatchObject({ key_id: 'newer-key', request: '{"type":"wxpay"}' })
    expect(asked.channel_fixed_at).not.toBeNull()
    await expect(
      bound.place({ ...wish, channel: 'alipay', request: { type: 'alipay' } }),
    ).rejects.toMatchObject({ code: 'channel_unavailable' })
    expect(await findAsked(shop, asked.order_id)).toEqual(asked)
  })

  it('that is paid writes one callback with the payment, and is not placed again', async () => {
    const { order } = await site.place({ outTradeNo: 'A-4', amountCents: 4_500 })
    expect(await trade.pay(order)).toMatchObject({ match: 'matched', orderId: order.id })
    expect(await callbacksOf(order.id)).toMatchObject([
      { event: 'order.paid', protocol: 'epay', host: 'shop.example.com', delivered_at: null },
    ])
    expect((await trade.read(order.id)).state).toBe('paid')
    await expect(site.place({ outTradeNo: 'A-4', amountCents: 4_500 })).rejects.toMatchObject({
      code: 'order_paid',
    })
  })

  it('opens again under the same number after its end, and money on the amount before still pays it', async () => {
    const wish = { outTradeNo: 'A-5', amountCents: 4_600 }
    const first = await site.place(wish)
    shop.advance(301_000)
    await expireOrders(shop)
    const again = await site.place(wish)
    expect(again).toMatchObject({ outcome: 'reopened', order: { id: first.order.id, state: 'pending' } })
    expect(again.asked.trade_no).toBe(first.asked.trade_no)
    expect(again.order.expires_at).toBeGreaterThan(shop.now())
    shop.advance(301_000)
    await expireOrders(shop)
    expect(await trade.pay(first.order)).toMatchObject({ match: 'late', orderId: first.order.id })
    expect(await callbacksOf(first.order.id)).toMatchObject([{ event: 'order.paid_late' }])
  })

  it('is opened once by many who ask again at once, or was paid meanwhile and says so', async () => {
    const wish = { outTradeNo: 'A-8', amountCents: 4_750 }
    const first = await site.place(wish)
    shop.advance(301_000)
    await expireOrders(shop)
    const asked = { ...wish, in: unlocked(shop) }
    const [money, ...again] = await Promise.allSettled([
      trade.pay(first.order),
      ...Array.from({ length: 6 }, () => site.place(asked)),
    ])
    expect(money.status).toBe('fulfilled')
    for (const one of again)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'order_paid' })
    expect((await trade.read(first.order.id)).state).toBe('paid')
    const opened = again.filter((one) => one.status === 'fulfilled' && one.value.outcome === 'reopened')
    expect(await countReopened(shop, first.order.id)).toBe(opened.length)
    expect(opened.length).toBeLessThanOrEqual(1)
    expect(await amountsHeldBy(shop, first.order.id)).toEqual([first.order.due_cents])
  })

  it('is opened once with the last amount of its price by two who ask at once without a lock between them', async () => {
    const wish = { outTradeNo: 'A-9', amountCents: 9_100 }
    const first = await site.place(wish)
    shop.advance(3_600_000)
    await expireOrders(shop)
    for (let at = 0; at < 10; at += 1) await site.place({ amountCents: 9_100, outTradeNo: `A-9-${at}` })
    const again = await Promise.all(
      Array.from({ length: 4 }, () => site.place({ ...wish, in: unlocked(shop) })),
    )
    for (const { order } of again) expect(order).toMatchObject({ id: first.order.id, state: 'pending' })
    expect(new Set(again.map(({ order }) => order.due_cents)).size).toBe(1)
  })

  it.each([
    ['noticed', expireOrders],
    ['not yet noticed', () => Promise.resolve()],
  ])('takes its slot before it touches the order when the clock has %s its end', async (state, notice) => {
    const wish = { outTradeNo: `A-10-${state}`, amountCents: 9_200 }
    await site.place(wish)
    shop.advance(301_000)
    await notice(shop)
    const transactions: string[][] = []
    expect(await site.place({ ...wish, in: notingUpdates(shop, transactions) })).toMatchObject({
      outcome: 'reopened',
    })
    const written = transactions.flat()
    expect(written).toContain('orders')
    expect(written.slice(written.indexOf('orders'))).not.toContain('amount_slots')
    expect(written.slice(0, written.indexOf('orders'))).toContain('amount_slots')
  })

  it('opens again though the clock has not yet noticed its end', async () => {
    const wish = { outTradeNo: 'A-6', amountCents: 4_700 }
    const first = await site.place(wish)
    shop.advance(301_000)
    expect(await site.place(wish)).toMatchObject({ outcome: 'reopened', order: { id: first.order.id } })
  })

  it('keeps the channel that the merchant named; where none was named the buyer may change it', async () => {
    const named = await site.place({ amountCents: 4_800 })
    await expect(changeChannel(shop, named.order.id, 'wechat', '192.0.2.7')).rejects.toMatchObject({
      code: 'wrong_state',
    })
    const open = await site.place({ amountCents: 4_900, channel: undefined, likelyChannel: 'wechat' })
    expect(open.order.channel).toBe('wechat')
    const locks: string[] = []
    const withLocks: Shop['store']['withLocks'] = (keys, work) => {
      locks.push(...keys)
      return shop.store.withLocks(keys, work)
    }
    await changeChannel(
      { ...shop, store: { ...shop.store, withLocks } },
      open.order.id,
      'alipay',
      '192.0.2.7',
    )
    expect(locks).toEqual([]) // one for all merchants' orders would be
    expect((await trade.read(open.order.id)).channel).toBe('alipay')
  })

  it('is not ended by the buyer, and is not placed again after the seller ended it', async () => {
    const { order } = await site.place({ outTradeNo: 'A-7', amountCents: 5_100 })
    await expect(cancelOrder(shop, order.id, 'buyer')).rejects.toMatchObject({ code: 'not_allowed' })
    await cancelOrder(shop, order.id, SELLER, 'asked to')
    await expect(site.place({ outTradeNo: 'A-7', amountCents: 5_100 })).rejects.toMatchObject({
      code: 'wrong_state',
    })
  })

  it('uses the accounts and channels of its merchant only', async () => {
    const bound = await openMerchant(shop, { channels: ['wechat'] })
    await expect(bound.place({ amountCents: 5_200 })).rejects.toMatchObject({ code: 'channel_unavailable' })
    const { order } = await bound.place({ amountCents: 5_200, channel: undefined })
    expect(order.channel).toBe('wechat')
    const apart = await openMerchant(shop, { accountIds: [trade.accounts.wechat] })
    await expect(apart.place({ amountCents: 5_300 })).rejects.toMatchObject({ code: 'no_code_for_price' })
  })

  it('is limited per merchant only where the seller says so', async () => {
    const slow = await openMerchant(shop, { ordersPerMinute: 2 })
    await slow.place()
    await slow.place()
    await expect(slow.place()).rejects.toMatchObject({ code: 'too_many_requests' })
    const merchant = await changeMerchant(
      shop,
      slow.merchant.id,
      {
        name: 'x',
        enabled: true,
        channels: [],
        accountIds: [],
        returnHosts: [],
        callbackMethod: 'GET',
        showQrcode: false,
        ordersPerMinute: 0,
      },
      SELLER,
    )
    for (let at = 0; at < 3; at += 1) await slow.place({ merchant })
  })

  it('fills the whole pool of a price from one address: the shares of buyers do not bound it', async () => {
    const placed = []
    for (let at = 0; at < 11; at += 1)
      placed.push(await site.place({ amountCents: 9_000, outTradeNo: `P-${at}` }))
    expect(new Set(placed.map(({ order }) => order.due_cents)).size).toBe(11)
    await expect(site.place({ amountCents: 9_000, outTradeNo: 'P-11' })).rejects.toMatchObject({
      code: 'no_free_amount',
    })
  })

  it('tells each expiry once: of the first time, and again of an order that was opened again', async () => {
    const told = await openMerchant(shop)
    await addWebhookEndpoint(
      shop,
      { merchantId: told.merchant.id, mode: 'live' },
      { url: 'https://hooks.example/', events: ['order.expired'], enabled: true },
      SELLER,
    )
    const wish = { outTradeNo: 'E-1', amountCents: 5_400, notifyUrl: '' }
    const { order } = await told.place(wish)
    const expired = async () => {
      const rows = await callbacksOf(order.id)
      return rows.map(({ body }) => (JSON.parse(body) as { data: { status: string } }).data.status)
    }
    shop.advance(301_000)
    await Promise.all([expireOrders(shop), expireOrders(shop), expireOrders(shop)])
    expect(await expired()).toEqual(['expired'])
    expect(await told.place(wish)).toMatchObject({ outcome: 'reopened' })
    shop.advance(301_000)
    const again = Array.from({ length: 3 }, () => told.place({ ...wish, in: unlocked(shop) }))
    await Promise.all([expireOrders(shop), ...again])
    expect(await expired()).toEqual(['expired', 'expired'])
    shop.advance(301_000)
    await expireOrders(shop)
    expect(await expired()).toEqual(['expired', 'expired', 'expired'])
  })

  describe('of test mode', () => {
    it('is paid by a payment of test mode and counts nowhere', async () => {
      const before = await readFigures(shop, 0, shop.now() + 1)
      const { order } = await site.place({ mode: 'test', amountCents: 5_500 })
      expect(order.test_at).not.toBeNull()
      const notice = { ...trade.noticeFor(order), listenerId: 'test', test: order.id }
      expect(await recordPayment(shop, notice)).toMatchObject({ match: 'matched' })
      expect(await readFigures(shop, 0, shop.now() + 1)).toEqual(before)
    })

    it('never takes an amount of a real wallet', async () => {
      const { order } = await site.place({ mode: 'test', amountCents: 5_600 })
      const account = await shop.db
        .selectFrom('accounts')
        .selectAll()
        .where('id', '=', order.account_id)
        .executeTakeFirstOrThrow()
      expect(account.test_at).not.toBeNull()
      const real = await site.place({ amountCents: 5_600 })
      expect(real.order.account_id).toBe(trade.accounts.alipay)
    })
  })

  it('tells each subscribed endpoint of what happens, and those of the other mode nothing', async () => {
    const told = await openMerchant(shop)
    const endpoint = async (id: string, mode: 'live' | 'test', events: readonly WebhookEvent[]) =>
      shop.db
        .insertInto('webhook_endpoints')
        .values({
          id,
          merchant_id: told.merchant.id,
          mode,
          url: `https://${id}.example.com/hook`,
          events: JSON.stringify(events),
          secret: 'whsec_x',
          previous_secret: null,
          previous_until: null,
          enabled_at: 1,
          created_at: 1,
        })
        .execute()
    await endpoint('all', 'live', [])
    await endpoint('paid', 'live', ['order.paid'])
    await endpoint('test', 'test', [])
    const { order } = await told.place({ notifyUrl: '' })
    await trade.pay(order)
    const rows = await callbacksOf(order.id)
    expect(rows.map(({ endpoint_id, event }) => `${endpoint_id} ${event}`).sort()).toEqual([
      'all order.created',
      'all order.paid',
      'paid order.paid',
    ])
    const body = JSON.parse(rows.find(({ event }) => event === 'order.paid')?.body ?? '') as Record<
      string,
      unknown
    >
    expect(body).toMatchObject({ type: 'order.paid', data: { id: order.id, status: 'paid', livemode: true } })
  })
})
