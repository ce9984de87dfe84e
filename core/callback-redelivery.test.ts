import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import type { CallbackRequest } from './callback-forms/form.ts'
import {
  getCallbackWithAttempts,
  listCallbacks,
  listCallbacksOf,
  type CallbackFilter,
} from './callback-log.ts'
import { hastenCallback, redeliverCallback } from './callback-redelivery.ts'
import { createJobHandlers } from './job-handlers.ts'
import { runDueJobs } from './jobs.ts'
import { addWebhookEndpoint, changeWebhookEndpoint, removeWebhookEndpoint } from './webhook-endpoints.ts'

describeOnEngines('a callback that was sent', (engine) => {
  let shop: TestShop
  let trade: Trade
  let site: TestMerchant
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    site = await openMerchant(shop)
  })
  afterAll(() => shop.close())

  /** Sends what is due, three times at most, to a site that answers this. */
  async function send(answer: { status: number; body: string } | Error): Promise<CallbackRequest[]> {
    const sent: CallbackRequest[] = []
    const call = async (request: CallbackRequest) => {
      sent.push(request)
      if (answer instanceof Error) throw answer
      return { ...answer, headers: {}, tookMs: 12 }
    }
    await runDueJobs(shop, createJobHandlers([0], { scheduleMs: [0, 60_000, 60_000], call }))
    return sent
  }
  const SUCCESS = { status: 200, body: 'success' }
  const FAIL = { status: 500, body: 'fail' }

  /** Its one callback, still to be sent. */
  async function paid(): Promise<{ orderId: string; outTradeNo: string; tradeNo: string; id: string }> {
    const { order, asked } = await site.place()
    await trade.pay(order)
    const [callback] = await listCallbacksOf(shop, order.id)
    return { orderId: order.id, outTradeNo: asked.out_trade_no, tradeNo: asked.trade_no, id: callback!.id }
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code: string }) => error.code,
    )

  it('stands in the log with every attempt: what was asked, what was answered, and how long it took', async () => {
    const { id, outTradeNo } = await paid()
    await send(FAIL)
    shop.advance(80_000)
    await send(new Error('refused'))
    shop.advance(80_000)
    await send(SUCCESS)
    const { callback, attempts } = await getCallbackWithAttempts(shop, id)
    expect(callback).toMatchObject({
      pid: site.merchant.pid,
      merchant_name: '示例网店',
      out_trade_no: outTradeNo,
      event: 'order.paid',
      attempts: 3,
      last_status: 200,
      last_error: '',
      next_at: null,
    })
    expect(
      attempts.map(({ number, status, answer, error, took_ms }) => [number, status, answer, error, took_ms]),
    ).toEqual([
      [1, 500, 'fail', '', 12],
      [2, null, '', 'refused', 0],
      [3, 200, 'success', '', 12],
    ])
    expect(
      attempts.every(({ method, url }) => method === 'GET' && url.includes(`out_trade_no=${outTradeNo}`)),
    ).toBe(true)
  })

  it('is found by each number of its order, its state, its event, its merchant and its day', async () => {
    const { id, orderId, outTradeNo, tradeNo } = await paid()
    const idsOf = async (filter: CallbackFilter) => {
      const { callbacks, total } = await listCallbacks(shop, filter, 1, 20)
      expect(total).toBe(callbacks.length)
      return callbacks.map((one) => one.id)
    }
    for (const order of [orderId, outTradeNo, tradeNo]) {
      expect(await idsOf({ order })).toEqual([id])
      expect(
        await idsOf({ order, state: 'waiting', event: 'order.paid', merchantId: site.merchant.id }),
      ).toEqual([id])
      for (const other of [
        { state: 'dead' },
        { event: 'test.ping' },
        { merchantId: orderId },
        { to: '2020-01-01' },
      ] as const)
        expect(await idsOf({ order, ...other })).toEqual([])
    }
    expect(await idsOf({ order: 'nobody knows' })).toEqual([])
    await send(SUCCESS)
    expect(await idsOf({ order: orderId, state: 'waiting' })).toEqual([])
    expect(await idsOf({ order: orderId, state: 'delivered' })).toEqual([id])
    expect(await codeOf(listCallbacks(shop, { from: '2026-13-01' }, 1, 20))).toBe('bad_input')
  })

  it('that was given up is sent again by hand under a new id, with the first one named through a chain', async () => {
    const { id, orderId } = await paid()
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await send(FAIL)
      shop.advance(80_000)
    }
    expect((await getCallbackWithAttempts(shop, id)).callback.dead_at).not.toBeNull()
    const second = await redeliverCallback(shop, id, SELLER)
    const [again] = await send(SUCCESS)
    const query = new URL(again!.url).searchParams
    const signed = [...query]
      .filter(([name]) => !name.startsWith('sign'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
    const text = signed.map(([name, value]) => `${name}=${value}`).join('&') + site.key
    expect(query.get('sign')).toBe(createHash('md5').update(text).digest('hex'))
    const third = await redeliverCallback(shop, second, SELLER)
    await send(FAIL)
    const log = await listCallbacksOf(shop, orderId)
    const told = log.map((one) => [
      one.id,
      one.redelivery_of,
      one.delivered_at !== null,
      one.dead_at !== null,
    ])
    expect(told.sort()).toEqual(
      [
        [id, null, false, true],
        [second, id, true, false],
        [third, id, false, false],
      ].sort(),
    )
    const audit = await shop.db
      .selectFrom('audit_entries')
      .select(['actor', 'subject', 'after_value'])
      .where('action', '=', 'callbacks.redeliver')
      .execute()
    expect(audit).toEqual(
      expect.arrayContaining([
        { actor: SELLER.name, subject: id, after_value: JSON.stringify({ id: second }) },
      ]),
    )
    shop.advance(600_000)
    await send(SUCCESS)
  })

  it('that is on its way is not sent twice; its next attempt can be made now', async () => {
    const { id } = await paid()
    await send(FAIL)
    expect(await codeOf(redeliverCallback(shop, id, SELLER))).toBe('wrong_state')
    expect(await send(SUCCESS)).toEqual([]) // its minute is not over
    await hastenCallback(shop, id, SELLER)
    expect(await send(SUCCESS)).toHaveLength(1)
    expect((await getCallbackWithAttempts(shop, id)).attempts.map(({ number }) => number)).toEqual([1, 2])
    expect(await codeOf(hastenCallback(shop, id, SELLER))).toBe('wrong_state')
    expect(await codeOf(hastenCallback(shop, 'msg_nobody', SELLER))).toBe('not_found')
  })

  it('of a webhook goes to where its endpoint is now, and nowhere once that is removed', async () => {
    const owner = { merchantId: site.merchant.id, mode: 'live' as const }
    const input = { url: 'https://old.example/', events: ['order.created' as const], enabled: true }
    const { endpoint } = await addWebhookEndpoint(shop, owner, input, SELLER)
    const { order } = await site.place()
    const [first] = await send({ status: 204, body: '' })
    await changeWebhookEndpoint(shop, owner, endpoint.id, { url: 'https://new.example/' }, SELLER)
    const [callback] = await listCallbacksOf(shop, order.id)
    const id = await redeliverCallback(shop, callback!.id)
    const [again] = await send({ status: 204, body: '' })
    expect([first!.url, again!.url, again!.body]).toEqual([
      'https://old.example/',
      'https://new.example/',
      first!.body,
    ])
    expect(again!.headers['webhook-id']).toBe(id)
    await removeWebhookEndpoint(shop, owner, endpoint.id, SELLER)
    expect(await codeOf(redeliverCallback(shop, id))).toBe('not_found')
  })
})
