import { createHmac } from 'node:crypto'
import { nanoid } from 'nanoid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import type { CallbackRequest } from './callback-forms/form.ts'
import { createJobHandlers } from './job-handlers.ts'
import { runDueJobs } from './jobs.ts'
import { renewNotifySecret } from './notify-secrets.ts'
import { recordPayment } from './payments.ts'
import { enqueueForAll } from './shop-events.ts'
import { transaction } from './shop.ts'
import type { Mode, WebhookEvent } from './vocabulary.ts'
import { addWebhookEndpoint } from './webhook-endpoints.ts'

describeOnEngines('what a webhook tells of the shop itself', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  const endpoint = async (site: TestMerchant, events: readonly WebhookEvent[], mode: Mode = 'live') => {
    const owner = { merchantId: site.merchant.id, mode }
    const input = { url: 'https://shop.example.com/hook', events, enabled: true }
    return (await addWebhookEndpoint(shop, owner, input, SELLER)).endpoint.id
  }
  const toldTo = async (ids: readonly string[], event: WebhookEvent) => {
    const rows = await shop.db.selectFrom('callbacks').selectAll().where('endpoint_id', 'in', ids).execute()
    return rows.filter((row) => row.event === event)
  }
  /** Money of an amount that no order waits for. */
  const stray = (amountCents: number, change: object = {}) => ({
    paymentId: nanoid(),
    listenerId: trade.listenerId,
    rawPrice: String(amountCents / 100),
    rawType: 'alipay',
    money: { accountId: trade.accounts.alipay, channel: 'alipay' as const, amountCents },
    address: '198.51.100.7',
    ...change,
  })

  it('is money that no order has, once, to endpoints that name it', async () => {
    const site = await openMerchant(shop)
    const naming = await endpoint(site, ['payment.unmatched'])
    const rest = [
      await endpoint(site, []),
      await endpoint(site, ['order.paid']),
      await endpoint(site, ['payment.unmatched'], 'test'),
    ]
    const notice = stray(7_777_01)
    await recordPayment(shop, notice)
    await recordPayment(shop, notice)
    const [told, ...more] = await toldTo([naming, ...rest], 'payment.unmatched')
    expect([told?.endpoint_id, more]).toEqual([naming, []])
    expect(JSON.parse(told!.body)).toEqual({
      type: 'payment.unmatched',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: {
        id: notice.paymentId,
        amount: '7777.01',
        currency: 'CNY',
        method: 'alipay',
        match: 'unmatched',
        order_id: null,
        received_at: expect.stringMatching(/Z$/),
        livemode: true,
      },
    })
  })

  it('is not told of accounts and channels that are not the merchant’s', async () => {
    const bound = await openMerchant(shop, { accountIds: [trade.accounts.wechat] })
    const wechat = await openMerchant(shop, { channels: ['wechat'] })
    const alipay = await openMerchant(shop, { channels: ['alipay'] })
    const ids = await Promise.all(
      [bound, wechat, alipay].map((site) => endpoint(site, ['payment.unmatched'])),
    )
    await recordPayment(shop, stray(7_777_02))
    expect((await toldTo(ids, 'payment.unmatched')).map((row) => row.endpoint_id)).toEqual([ids[2]])
  })

  it('is a second payment of an order, to the merchant of the order alone', async () => {
    const [site, other] = [await openMerchant(shop), await openMerchant(shop)]
    const ids = [await endpoint(site, ['payment.unmatched']), await endpoint(other, ['payment.unmatched'])]
    const { order } = await site.place({ notifyUrl: '', amountCents: 6_200_00 })
    await trade.pay(order)
    expect(await trade.pay(order)).toMatchObject({ match: 'surplus' })
    const told = await toldTo(ids, 'payment.unmatched')
    expect(told).toMatchObject([{ endpoint_id: ids[0], order_id: order.id }])
    expect(JSON.parse(told[0]!.body)).toMatchObject({ data: { match: 'surplus', order_id: order.id } })
  })

  it('is never a payment of the shop’s own orders, nor what could not be read as money', async () => {
    const site = await openMerchant(shop)
    const id = await endpoint(site, ['payment.unmatched'])
    const order = await trade.order(await trade.addProduct())
    await trade.pay(order)
    await trade.pay(order)
    await recordPayment(shop, { ...stray(1), money: undefined } as never)
    expect(await toldTo([id], 'payment.unmatched')).toEqual([])
  })

  it('is a device that falls silent, once for everyone who notices it, to all who name it in live mode', async () => {
    const [one, two] = [await openMerchant(shop), await openMerchant(shop)]
    const naming = [await endpoint(one, ['device.offline']), await endpoint(two, ['device.offline'])]
    const others = [await endpoint(one, []), await endpoint(two, ['device.offline'], 'test')]
    const data = { device: { id: 'd1', name: '旧手机' }, since: '2026-11-22T12:00:00.000Z' }
    await transaction(shop, (tx) => enqueueForAll(tx, 'device.offline', data))
    await transaction(shop, (tx) => enqueueForAll(tx, 'device.offline', data))
    const told = await toldTo([...naming, ...others], 'device.offline')
    expect(told.map((row) => row.endpoint_id).sort()).toEqual([...naming].sort())
    expect(JSON.parse(told[0]!.body)).toMatchObject({ data: { ...data, livemode: true } })
    await transaction(shop, (tx) =>
      enqueueForAll(tx, 'device.offline', { ...data, since: '2026-11-22T13:00:00.000Z' }),
    )
    expect(await toldTo(naming, 'device.offline')).toHaveLength(4)
  })

  it('reaches nobody whose merchant is switched off', async () => {
    const site = await openMerchant(shop)
    const id = await endpoint(site, ['device.online'])
    await shop.db
      .updateTable('merchants')
      .set({ enabled_at: null })
      .where('id', '=', site.merchant.id)
      .execute()
    await transaction(shop, (tx) => enqueueForAll(tx, 'device.online', { at: 1 }))
    expect(await toldTo([id], 'device.online')).toEqual([])
  })
})

describeOnEngines('the secret of calls that an order asks for by itself', (engine) => {
  let shop: TestShop
  let site: TestMerchant
  beforeAll(async () => {
    shop = await openTestShop(engine)
    await openTrade(shop)
    site = await openMerchant(shop)
  })
  afterAll(() => shop.close())

  async function sent(mode: Mode): Promise<CallbackRequest> {
    const requests: CallbackRequest[] = []
    const call = async (request: CallbackRequest) => {
      requests.push(request)
      return { status: 200, headers: {}, body: '', tookMs: 1 }
    }
    await site.place({ protocol: 'v1', mode })
    await runDueJobs(shop, createJobHandlers([0], { scheduleMs: [0], call }))
    expect(requests).toHaveLength(1)
    return requests[0]!
  }
  const signatureBy = (secret: string, { headers, body }: CallbackRequest) =>
    `v1,${createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
      .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
      .digest('base64')}`

  it('is one of its own in each mode, and signs beside the one before for a day', async () => {
    const [live, test] = [
      await renewNotifySecret(shop, site.merchant.id, 'live', SELLER),
      await renewNotifySecret(shop, site.merchant.id, 'test', SELLER),
    ]
    expect([live.previousUntil, live.secret === test.secret]).toEqual([null, false])
    const ofTest = await sent('test')
    expect(ofTest.headers['webhook-signature']).toBe(signatureBy(test.secret, ofTest))
    const next = await renewNotifySecret(shop, site.merchant.id, 'live', SELLER)
    const both = await sent('live')
    expect(both.headers['webhook-signature']).toBe(
      `${signatureBy(next.secret, both)} ${signatureBy(live.secret, both)}`,
    )
    shop.advance(24 * 3_600_000 + 1)
    const alone = await sent('live')
    expect(alone.headers['webhook-signature']).toBe(signatureBy(next.secret, alone))
  })
})
