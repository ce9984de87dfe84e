import { nanoid } from 'nanoid'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, type Trade } from '../test/support/trade.ts'
import { listOpenAlerts } from './alerts.ts'
import { noteDayTotal } from './day-counts.ts'

/** Noon of a day in China, where the wallets count. */
const NOON = Date.parse('2026-11-22T12:00:00+08:00')
const DAY = 86_400_000

describeOnEngines('the wallet’s own count of the day', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeEach(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterEach(() => shop.close())

  const told = async (nth: number, receivedAt = NOON, channel: 'wechat' | 'alipay' = 'wechat') => {
    const money = { accountId: trade.accounts[channel], channel, amountCents: 1 }
    const base = { paymentId: nanoid(), listenerId: trade.listenerId, rawPrice: '0.01', rawType: channel }
    const dayTotal = { nth, totalCents: nth }
    await noteDayTotal(shop, { ...base, address: '::1', money, receivedAt, dayTotal }, '手机')
    return (await listOpenAlerts(shop)).filter(({ kind }) => kind === 'notice_gap').length
  }

  it('that goes up one by one is well, also when it begins in the middle of a day', async () => {
    expect([await told(7), await told(8), await told(9)]).toEqual([0, 0, 0])
  })

  it('that leaves one out raises an alert, once', async () => {
    expect([await told(1), await told(3), await told(5)]).toEqual([0, 1, 1])
    const [alert] = await listOpenAlerts(shop)
    expect([alert!.subject, JSON.parse(alert!.detail)]).toEqual([
      '手机',
      { listenerId: trade.listenerId, channel: 'wechat', day: '2026-11-22', missing: [2, 4] },
    ])
  })

  it('may come again, or out of order', async () => {
    expect([await told(1), await told(2), await told(2), await told(1), await told(3)]).toEqual([
      0, 0, 0, 0, 0,
    ])
  })

  it('that was left out and comes after all settles its alert, once nothing is missing', async () => {
    expect([await told(1), await told(3), await told(2)]).toEqual([0, 1, 0])
    expect([await told(6), await told(4), await told(4), await told(1), await told(5)]).toEqual([
      1, 1, 1, 1, 0,
    ])
    expect([await told(8), await told(7, NOON + DAY)]).toEqual([1, 2]) // of another day
  })

  it('that leaves out very many says so, and waits for none of them', async () => {
    expect([await told(1), await told(500), await told(2), await told(502)]).toEqual([0, 1, 1, 1])
    const [alert] = await listOpenAlerts(shop)
    expect(JSON.parse(alert!.detail)).not.toHaveProperty('missing')
  })

  it('is not confused by notices of the same moment', async () => {
    await told(1)
    await Promise.all([4, 2, 6, 3, 5].map((nth) => told(nth)))
    expect(await told(7)).toBe(0)
    const row = await shop.db.selectFrom('day_counts').select('nth').executeTakeFirstOrThrow()
    expect(row.nth).toBe(7)
  })

  it('begins anew every day: the first of a day is 1, or one was left out', async () => {
    expect([await told(5), await told(1, NOON + DAY), await told(2, NOON + DAY)]).toEqual([0, 0, 0])
    expect(await told(2, NOON + 2 * DAY)).toBe(1)
  })

  it('of just before midnight may arrive just after it', async () => {
    const midnight = Date.parse('2026-11-23T00:00:00+08:00')
    expect([
      await told(5, midnight - 60_000),
      await told(6, midnight + 3_000),
      await told(1, midnight + 9_000),
      await told(2, midnight + DAY / 2),
    ]).toEqual([0, 0, 0, 0])
    expect(await told(4, midnight + DAY / 2)).toBe(1)
  })

  it('is one for each channel', async () => {
    expect([
      await told(5),
      await told(1, NOON, 'alipay'),
      await told(6),
      await told(2, NOON, 'alipay'),
    ]).toEqual([0, 0, 0, 0])
  })
})
