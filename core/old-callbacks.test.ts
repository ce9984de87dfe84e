import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { checkInvariants } from '../test/support/invariants.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { markAlertsSeen } from './alerts.ts'
import { redeliverCallback } from './callback-redelivery.ts'
import { isUntold } from './callbacks.ts'
import { createJobHandlers } from './job-handlers.ts'
import { runDueJobs } from './jobs.ts'
import { dropOldCallbacks } from './old-callbacks.ts'
import { enqueueForAll } from './shop-events.ts'
import { transaction } from './shop.ts'
import { addWebhookEndpoint } from './webhook-endpoints.ts'

const DAY = 86_400_000

describeOnEngines('the record of callbacks', (engine) => {
  let shop: TestShop
  let trade: Trade
  let site: TestMerchant
  let number = 0
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    site = await openMerchant(shop)
    await addWebhookEndpoint(
      shop,
      { merchantId: site.merchant.id, mode: 'live' },
      { url: 'https://hooks.example/', events: ['device.offline'], enabled: true },
      SELLER,
    )
  })
  afterAll(async () => {
    expect(await checkInvariants(shop.db)).toEqual([])
    await shop.close()
  })

  const runs = (scheduleMs: readonly number[]) => async (status: number) => {
    const call = () =>
      Promise.resolve({ status, headers: {}, body: status < 300 ? 'success' : 'fail', tookMs: 5 })
    await runDueJobs(shop, createJobHandlers([0], { scheduleMs, call }))
  }
  const run = runs([0])
  async function paid(): Promise<string> {
    const { order } = await site.place()
    await trade.pay(order)
    return order.id
  }
  /** @returns the callback of something that no order has. */
  async function offline(): Promise<string> {
    number += 1
    await transaction(shop, (tx) => enqueueForAll(tx, 'device.offline', { number }))
    const rows = await shop.db.selectFrom('callbacks').select('id').where('order_id', 'is', null).execute()
    const known = new Set(offlines)
    const id = rows.map((row) => row.id).find((one) => !known.has(one))!
    offlines.push(id)
    return id
  }
  const offlines: string[] = []
  const callbackOf = async (orderId: string) =>
    (
      await shop.db
        .selectFrom('callbacks')
        .select('id')
        .where('order_id', '=', orderId)
        .executeTakeFirstOrThrow()
    ).id
  /** How many there are of the callback, its attempts and its job. */
  async function kept(id: string): Promise<readonly number[]> {
    const { db } = shop
    const found = await Promise.all([
      db.selectFrom('callbacks').select('id').where('id', '=', id).execute(),
      db.selectFrom('callback_attempts').select('id').where('callback_id', '=', id).execute(),
      db.selectFrom('jobs').select('id').where('job_key', '=', `callback:${id}`).execute(),
    ])
    return found.map((rows) => rows.length)
  }
  async function dropAfter(days: number): Promise<void> {
    shop.advance(days * DAY)
    await dropOldCallbacks(shop)
  }

  it('forgets the attempts of what was delivered after 90 days, and of an order nothing else', async () => {
    const id = await callbackOf(await paid())
    await run(200)
    await dropAfter(89)
    expect(await kept(id)).toEqual([1, 1, 1])
    await dropAfter(2)
    expect(await kept(id)).toEqual([1, 0, 1])
  })

  it('forgets as a whole what no order has', async () => {
    const id = await offline()
    await run(200)
    await dropAfter(89)
    expect(await kept(id)).toEqual([1, 1, 1])
    await dropAfter(2)
    expect(await kept(id)).toEqual([0, 0, 0])
  })

  it('keeps what the seller says, in days', async () => {
    const id = await callbackOf(await paid())
    await run(200)
    shop.settings.current = { ...shop.settings.current, callbackKeptDays: 7 }
    await dropAfter(8)
    shop.settings.current = { ...shop.settings.current, callbackKeptDays: 90 }
    expect(await kept(id)).toEqual([1, 0, 1])
  })

  it('keeps what is still on its way, however old', async () => {
    const ids = [await callbackOf(await paid()), await offline()]
    await runs([0, 400 * DAY])(500)
    await dropAfter(100)
    for (const id of ids) expect(await kept(id)).toEqual([1, 1, 1])
    shop.advance(400 * DAY)
    await run(200)
  })

  it('keeps what was given up until its alert was seen, and then knows that it was tried', async () => {
    const orderId = await paid()
    const ids = [await callbackOf(orderId), await offline()] as const
    await run(500)
    await dropAfter(200)
    for (const id of ids) expect(await kept(id)).toEqual([1, 1, 1])
    await markAlertsSeen(shop)
    await dropOldCallbacks(shop)
    expect(await kept(ids[0])).toEqual([1, 0, 1])
    expect(await kept(ids[1])).toEqual([0, 0, 0])
    expect(await isUntold(shop, orderId)).toBe(true)
  })

  it('keeps what was sent again, with what became of it', async () => {
    const id = await offline()
    await run(500)
    await markAlertsSeen(shop)
    const again = await redeliverCallback(shop, id)
    await run(200)
    await dropAfter(200)
    expect([await kept(id), await kept(again)]).toEqual([
      [1, 0, 1],
      [1, 0, 1],
    ])
  })

  it('goes on with the next call where there is more than one can take', async () => {
    const id = await callbackOf(await paid())
    await run(200)
    const [one] = await shop.db
      .selectFrom('callback_attempts')
      .selectAll()
      .where('callback_id', '=', id)
      .execute()
    const more = Array.from({ length: 4_050 }, (_, at) => ({ ...one!, id: `more-${at}` }))
    for (let from = 0; from < more.length; from += 450)
      await shop.db
        .insertInto('callback_attempts')
        .values(more.slice(from, from + 450))
        .execute()
    await dropAfter(91)
    expect(await kept(id)).toEqual([1, 51, 1])
    await dropOldCallbacks(shop)
    expect(await kept(id)).toEqual([1, 0, 1])
  })
})
