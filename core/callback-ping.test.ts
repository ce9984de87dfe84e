import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import type { CallbackRequest } from './callback-forms/form.ts'
import { listCallbacks, listCallbacksOf } from './callback-log.ts'
import { pingEndpoint } from './callback-ping.ts'
import { redeliverCallback } from './callback-redelivery.ts'
import { countDeadCallbacks } from './dead-callbacks.ts'
import { createJobHandlers } from './job-handlers.ts'
import { runDueJobs } from './jobs.ts'
import { addWebhookEndpoint, removeWebhookEndpoint } from './webhook-endpoints.ts'

describeOnEngines('calls that fail', (engine) => {
  let shop: TestShop
  let trade: Trade
  let site: TestMerchant
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    site = await openMerchant(shop)
  })
  afterAll(() => shop.close())

  const sent: CallbackRequest[] = []
  const answering = (status: number) => async (request: CallbackRequest) => {
    sent.push(request)
    return { status, headers: {}, body: status < 300 ? 'success' : 'fail', tookMs: 5 }
  }
  const run = (status: number) =>
    runDueJobs(shop, createJobHandlers([0], { scheduleMs: [0], call: answering(status) }))
  const addEndpoint = (mode: 'live' | 'test' = 'live') =>
    addWebhookEndpoint(
      shop,
      { merchantId: site.merchant.id, mode },
      { url: 'https://hooks.example/', events: ['order.paid'], enabled: false },
      SELLER,
    )
  const dead = async () => (await countDeadCallbacks(shop)).get(site.merchant.id) ?? 0
  const owner = () => ({ merchantId: site.merchant.id })

  it('are not counted when they were a ping: it is tried once, now, and nothing more comes of it', async () => {
    const { endpoint, secret } = await addEndpoint()
    const { attempt, delivered } = await pingEndpoint(shop, owner(), endpoint.id, answering(500))
    expect([attempt.status, attempt.answer, delivered]).toEqual([500, 'fail', false])
    const { headers, body, url } = sent.at(-1)!
    expect([url, JSON.parse(body)]).toMatchObject([
      'https://hooks.example/',
      { type: 'test.ping', data: { livemode: true } },
    ])
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(signed)
      .digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${mac}`)
    expect(await run(200)).toBe(0)
    const log = async () =>
      (await listCallbacks(shop, { event: 'test.ping' }, 1, 20)).callbacks.map((one) => [
        one.delivered_at !== null,
        one.attempts,
      ])
    expect(await log()).toEqual([[false, 1]])
    shop.advance(1_000)
    expect((await pingEndpoint(shop, owner(), endpoint.id, answering(204))).delivered).toBe(true)
    expect(await log()).toEqual([
      [true, 1],
      [false, 1],
    ])
    expect(await dead()).toBe(0)
    expect(
      await shop.db.selectFrom('alerts').selectAll().where('kind', '=', 'callback_dead').execute(),
    ).toEqual([])
  })

  it('are limited where a person may cause them by a button, however many endpoints there are', async () => {
    const { merchant } = await openMerchant(shop)
    const owner = { merchantId: merchant.id, mode: 'live' } as const
    const input = { url: 'https://hooks.example/', events: [], enabled: true }
    const add = async () => (await addWebhookEndpoint(shop, owner, input, SELLER)).endpoint
    const made = [await add(), await add()]
    const outcomes = []
    for (let count = 0; count < 31; count += 1)
      outcomes.push(
        await pingEndpoint(shop, owner, made[count % 2]!.id, answering(204)).then(
          () => 'sent',
          (error: { code: string }) => error.code,
        ),
      )
    expect(outcomes.slice(29)).toEqual(['sent', 'too_many_requests'])
  })

  it('wait for the seller once they were given up, until one sent again by hand arrives, or seven days', async () => {
    const give = async () => {
      const { order } = await site.place()
      await trade.pay(order)
      await run(500)
      return (await listCallbacksOf(shop, order.id))[0]!.id
    }
    const id = await give()
    expect(await dead()).toBe(1)
    await redeliverCallback(shop, id, SELLER)
    await run(500)
    expect(await dead()).toBe(1)
    await redeliverCallback(shop, id, SELLER)
    await run(200)
    expect(await dead()).toBe(0)
    await give()
    shop.advance(6.9 * 86_400_000)
    expect(await dead()).toBe(1)
    shop.advance(0.2 * 86_400_000)
    expect(await dead()).toBe(0)
  })

  it('wait for nobody when they were of a test order, or their endpoint is gone', async () => {
    await shop.db.deleteFrom('alerts').execute()
    const { order } = await site.place({ mode: 'test' })
    await trade.pay(order, { listenerId: 'test', test: order.id })
    await run(500)
    expect((await listCallbacksOf(shop, order.id)).map((one) => one.dead_at !== null)).toEqual([true])
    expect(await dead()).toBe(0)
    expect(await shop.db.selectFrom('alerts').selectAll().execute()).toEqual([])

    const { endpoint } = await addWebhookEndpoint(
      shop,
      { ...owner(), mode: 'live' },
      { url: 'https://gone.example/', events: ['order.created'], enabled: true },
      SELLER,
    )
    await site.place()
    await run(500)
    expect(await dead()).toBe(1)
    await removeWebhookEndpoint(shop, owner(), endpoint.id, SELLER)
    expect(await dead()).toBe(0)
  })
})
