import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER } from '../test/support/trade.ts'
import { createJobHandlers } from './job-handlers.ts'
import { runDueJobs } from './jobs.ts'
import type { CallbackRequest } from './callback-forms/form.ts'
import * as endpoints from './webhook-endpoints.ts'

const ALL = { url: 'https://shop.example.com/hooks?token=in-the-address', events: [], enabled: true }
const DAY = 24 * 3_600_000

describeOnEngines('a webhook endpoint', (engine) => {
  let shop: TestShop
  let site: TestMerchant
  beforeAll(async () => {
    shop = await openTestShop(engine)
    await openTrade(shop)
    site = await openMerchant(shop)
  })
  afterAll(() => shop.close())

  const live = () => ({ merchantId: site.merchant.id, mode: 'live' as const })
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code: string }) => error.code,
    )

  /** Sends what is due to a site that answers this. */
  async function send(status: number): Promise<CallbackRequest[]> {
    const sent: CallbackRequest[] = []
    const call = async (request: CallbackRequest) => {
      sent.push(request)
      return { status, headers: {}, body: '', tookMs: 1 }
    }
    await runDueJobs(shop, createJobHandlers([0], { scheduleMs: [0, 60_000, 60_000], call }))
    return sent
  }

  it('has a secret of its own that is told once and stands nowhere else', async () => {
    const { endpoint, secret } = await endpoints.addWebhookEndpoint(shop, live(), ALL, SELLER)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32)
    const rotated = await endpoints.rotateWebhookSecret(shop, live(), endpoint.id, SELLER)
    expect(rotated.secret).not.toBe(secret)
    await endpoints.changeWebhookEndpoint(shop, live(), endpoint.id, { enabled: false }, SELLER)
    await endpoints.removeWebhookEndpoint(shop, live(), endpoint.id, SELLER)
    const audit = await shop.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('subject', '=', endpoint.id)
      .execute()
    expect(audit.map(({ action }) => action).sort()).toEqual([
      'endpoints.add',
      'endpoints.change',
      'endpoints.remove',
      'endpoints.rotate',
    ])
    const written = JSON.stringify([audit, shop.logged])
    for (const one of [secret, rotated.secret]) expect(written).not.toContain(one.slice(6, 20))
  })

  it('signs with both secrets for a day after a rotation, and with the new one alone afterwards', async () => {
    const { endpoint, secret: old } = await endpoints.addWebhookEndpoint(shop, live(), ALL, SELLER)
    const { secret: fresh } = await endpoints.rotateWebhookSecret(shop, live(), endpoint.id, SELLER)
    const signaturesOf = async () => {
      await site.place()
      const [sent] = (await send(200)).filter(({ url }) => url === ALL.url)
      const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = sent!.headers
      const signed = (secret: string) =>
        `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
          .update(`${id}.${at}.${sent!.body}`)
          .digest('base64')}`
      return [signature, signed(fresh), signed(old)]
    }
    const [both, byFresh, byOld] = await signaturesOf()
    expect(both).toBe(`${byFresh} ${byOld}`)
    shop.advance(DAY + 1_000)
    const [alone, byFreshAlone] = await signaturesOf()
    expect(alone).toBe(byFreshAlone)
    await endpoints.removeWebhookEndpoint(shop, live(), endpoint.id, SELLER)
  })

  it('keeps what a change leaves out', async () => {
    const { endpoint } = await endpoints.addWebhookEndpoint(shop, live(), ALL, SELLER)
    const change = (input: Partial<endpoints.EndpointInput>) =>
      endpoints.changeWebhookEndpoint(shop, live(), endpoint.id, input, SELLER)
    await change({ events: ['order.paid'] })
    await change({ enabled: false })
    const [changed] = await endpoints.listWebhookEndpoints(shop, live())
    expect(changed).toMatchObject({ ...endpoint, events: '["order.paid"]', enabled_at: null })
    await endpoints.removeWebhookEndpoint(shop, live(), endpoint.id, SELLER)
  })

  it('keeps both of two changes that come in the same moment', async () => {
    const { endpoint } = await endpoints.addWebhookEndpoint(shop, live(), ALL, SELLER)
    for (let turn = 0; turn < 10; turn += 1) {
      const changes = [
        { url: `https://shop.example.com/${turn}` },
        { events: turn % 2 === 0 ? ['order.paid' as const] : [] },
        { enabled: turn % 2 === 0 },
      ]
      const made = changes.map((one) =>
        endpoints.changeWebhookEndpoint(shop, live(), endpoint.id, one, SELLER),
      )
      await Promise.all(made)
      const { url, events, enabled_at } = await endpoints.getWebhookEndpoint(shop, live(), endpoint.id)
      expect({ url }).toEqual(changes[0])
      expect({ events: JSON.parse(events) as unknown }).toEqual(changes[1])
      expect({ enabled: enabled_at !== null }).toEqual(changes[2])
    }
    await endpoints.removeWebhookEndpoint(shop, live(), endpoint.id, SELLER)
  })

  it('is found by its own merchant in its own mode alone', async () => {
    const { endpoint } = await endpoints.addWebhookEndpoint(shop, live(), ALL, SELLER)
    const other = await openMerchant(shop)
    const strangers = [
      { merchantId: other.merchant.id },
      { merchantId: site.merchant.id, mode: 'test' as const },
    ]
    for (const owner of strangers) {
      expect(await endpoints.listWebhookEndpoints(shop, owner)).toEqual([])
      const acts = [
        endpoints.getWebhookEndpoint(shop, owner, endpoint.id),
        endpoints.changeWebhookEndpoint(shop, owner, endpoint.id, { enabled: false }, SELLER),
        endpoints.rotateWebhookSecret(shop, owner, endpoint.id, SELLER),
        endpoints.removeWebhookEndpoint(shop, owner, endpoint.id, SELLER),
      ]
      expect(await Promise.all(acts.map(codeOf))).toEqual(Array(4).fill('not_found'))
    }
    expect(await endpoints.listWebhookEndpoints(shop, { merchantId: site.merchant.id })).toEqual([endpoint])
    await endpoints.removeWebhookEndpoint(shop, live(), endpoint.id, SELLER)
  })

  it('that is removed is called no more, not even for what failed before', async () => {
    const kept = await endpoints.addWebhookEndpoint(
      shop,
      live(),
      { ...ALL, url: 'https://kept.example/' },
      SELLER,
    )
    const gone = await endpoints.addWebhookEndpoint(shop, live(), ALL, SELLER)
    const { order } = await site.place()
    expect((await send(500)).map(({ url }) => url).sort()).toEqual(['https://kept.example/', ALL.url])
    await endpoints.removeWebhookEndpoint(shop, live(), gone.endpoint.id, SELLER)
    shop.advance(5 * 60_000)
    expect((await send(200)).map(({ url }) => url)).toEqual(['https://kept.example/'])
    const log = await shop.db.selectFrom('callbacks').selectAll().where('order_id', '=', order.id).execute()
    const states = log.map(({ url, delivered_at, dead_at }) => [url, delivered_at !== null, dead_at !== null])
    expect(states.sort()).toEqual(
      [
        [ALL.url, false, true],
        ['https://kept.example/', true, false],
      ].sort(),
    )
    await endpoints.removeWebhookEndpoint(shop, live(), kept.endpoint.id, SELLER)
  })

  it('that was removed gets nothing that was written for it in the same moment', async () => {
    const { endpoint } = await endpoints.addWebhookEndpoint(shop, live(), ALL, SELLER)
    const { order } = await site.place()
    await shop.db.deleteFrom('webhook_endpoints').where('id', '=', endpoint.id).execute()
    expect(await send(200)).toEqual([])
    const jobs = await shop.db.selectFrom('jobs').selectAll().where('order_id', '=', order.id).execute()
    const told = jobs.filter(({ kind }) => kind === 'callback')
    expect(told.map(({ dead_at, last_error }) => [dead_at !== null, last_error])).toEqual([
      [true, 'the endpoint was removed'],
    ])
  })

  it('is one of at most sixteen in each mode', async () => {
    const { merchant } = await openMerchant(shop)
    const owner = { merchantId: merchant.id, mode: 'test' as const }
    const add = (mode: 'test' | 'live') => endpoints.addWebhookEndpoint(shop, { ...owner, mode }, ALL, SELLER)
    for (let count = 0; count < 16; count += 1) await add('test')
    expect(await codeOf(add('test'))).toBe('too_many_endpoints')
    expect(await codeOf(add('live'))).toBe('done')
    expect(await endpoints.listWebhookEndpoints(shop, owner)).toHaveLength(16)
  })
})
