import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCaller } from '../../com/http.ts'
import type { CallbackRequest } from '../../core/callback-forms/form.ts'
import { createJobHandlers } from '../../core/job-handlers.ts'
import { runDueJobs } from '../../core/jobs.ts'
import type { WebhookEvent } from '../../core/vocabulary.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import {
  openApiStand,
  openSite,
  orderInput,
  type ApiStand,
  type Json,
} from '../../test/support/merchant-api.ts'
import { V1_EVENTS } from '../contract/v1-events.ts'
import * as sites from '../../test/support/site.ts'

const ENDPOINTS = '/api/v1/webhook_endpoints'
const DELIVERIES = '/api/v1/webhook_deliveries'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** As Standard Webhooks tells receivers to do it, from its text alone. */
function isGenuine({ headers, body }: Received, secret: string, nowS: number): boolean {
  const [id, at] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])]
  if (!/^\d+$/.test(at) || Math.abs(nowS - Number(at)) > 300) return false
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const wanted = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest()
  return String(headers['webhook-signature'])
    .split(' ')
    .some((one) => {
      const [version, signature = ''] = one.split(',')
      const given = Buffer.from(signature, 'base64')
      return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted)
    })
}

describeOnEngines('webhooks of the merchants’ API', (engine) => {
  let stand: ApiStand
  const allow: string[] = []
  const caller = createCaller({ allow })
  const call = (request: CallbackRequest) => caller.call(request)
  beforeAll(async () => void (stand = await openApiStand(engine, { callbackAllow: allow, call })))
  afterAll(async () => {
    caller.close()
    await stand.close()
  })

  const nowS = () => stand.shop.now() / 1000
  const sendDue = () => runDueJobs(stand.shop, createJobHandlers([0], { scheduleMs: [0, 60_000], call }))
  const dataOf = async (path: string, client = stand.site.live) =>
    (await client.get(path)).json.data as Json[]

  /** A shop's site that answers what the test says, and keeps what it was sent. */
  async function openHook(
    answer: () => { status: number; text: string } = () => ({ status: 204, text: '' }),
  ) {
    const received: Received[] = []
    const site = await sites.openSite((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
        const { status, text } = answer()
        response.writeHead(status).end(text)
      })
    })
    allow.push(site.hostPort)
    return { url: `http://${site.hostPort}/hook?shop=1`, received }
  }

  it('reach a real site that checks them by the standard’s text: created, paid, and in test mode too', async () => {
    const { url, received } = await openHook()
    const [live, test] = [
      (await stand.site.live.post(ENDPOINTS, { url })).json,
      (await stand.site.test.post(ENDPOINTS, { url })).json,
    ]
    const order = (await stand.site.live.post('/api/v1/orders', orderInput({ metadata: { a: '中 文' } })))
      .json
    await stand.trade.pay(await stand.trade.read(String(order.id)))
    const tested = (await stand.site.test.post('/api/v1/orders', orderInput())).json
    await stand.site.test.post(`/api/v1/test/orders/${String(tested.id)}/pay`)
    await sendDue()
    const events = received.map(
      ({ body }) => JSON.parse(body) as { type: WebhookEvent; timestamp: string; data: Json },
    )
    expect(events.map(({ type, data }) => `${type} ${String(data.livemode)}`).sort()).toEqual([
      'order.created false',
      'order.created true',
      'order.paid false',
      'order.paid true',
    ])
    for (const [at, event] of events.entries()) {
      const [own, other] = event.data.livemode ? [live, test] : [test, live]
      expect(isGenuine(received[at]!, String(own.secret), nowS())).toBe(true)
      expect(isGenuine(received[at]!, String(other.secret), nowS())).toBe(false)
      expect(
        isGenuine({ ...received[at]!, body: `${received[at]!.body} ` }, String(own.secret), nowS()),
      ).toBe(false)
      expect(event.timestamp).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      expect(received[at]!.headers['content-type']).toBe('application/json')
    }
    for (const event of events) expect(V1_EVENTS[event.type].parse(event)).toEqual(event)
    const paid = events.find(({ type, data }) => type === 'order.paid' && data.livemode)!
    const asked = (await stand.site.live.get(`/api/v1/orders/${String(order.id)}`)).json
    expect(paid.data).toEqual({ ...asked, payment_url: `/#/pay/${String(order.id)}` })
    for (const one of [live, test])
      await (one === live ? stand.site.live : stand.site.test).call(
        'DELETE',
        `${ENDPOINTS}/${String(one.id)}`,
      )
  })

  it('to an order’s own address are signed with a secret that its site can ask for', async () => {
    const { url, received } = await openHook()
    const rotate = async () => (await stand.site.live.post('/api/v1/notify_secret/rotate')).json
    const first = await rotate()
    expect(first).toMatchObject({ livemode: true, previous_secret_until: null })
    await stand.site.live.post('/api/v1/orders', orderInput({ notify_url: url }))
    const second = await rotate()
    expect(second.previous_secret_until).toMatch(/Z$/)
    await sendDue()
    expect(received).toHaveLength(1)
    expect(isGenuine(received[0]!, String(first.secret), nowS())).toBe(true)
    expect(isGenuine(received[0]!, String(second.secret), nowS())).toBe(true)
    const audit = await stand.shop.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('action', '=', 'merchants.notify-secret')
      .execute()
    const actor = `${stand.site.merchant.merchant.pid}:…${stand.site.live.key.slice(-4)}`
    expect(audit.map((row) => [row.actor, row.subject])).toEqual(
      Array(2).fill([actor, stand.site.merchant.merchant.id]),
    )
    expect(JSON.stringify(audit)).not.toContain(String(second.secret).slice(6, 30))
  })

  it('go to endpoints that can be added, read, changed, rotated and removed', async () => {
    const input = { url: 'https://shop.example.com/hook', events: ['order.paid', 'device.offline'] }
    const added = await stand.site.live.post(ENDPOINTS, input)
    expect([added.status, added.json]).toEqual([
      201,
      {
        id: expect.stringMatching(/^[\w-]{21}$/),
        ...input,
        enabled: true,
        previous_secret_until: null,
        created_at: expect.stringMatching(/Z$/),
        livemode: true,
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      },
    ])
    const { secret, ...endpoint } = added.json
    const path = `${ENDPOINTS}/${String(endpoint.id)}`
    expect((await stand.site.live.get(path)).json).toEqual(endpoint)
    expect(await dataOf(ENDPOINTS)).toContainEqual(endpoint)
    const changed = await stand.site.live.call('PATCH', path, { enabled: false, events: [] })
    expect([changed.status, changed.json]).toEqual([200, { ...endpoint, enabled: false, events: [] }])
    const rotated = await stand.site.live.post(`${path}/rotate_secret`)
    expect(rotated.json).toMatchObject({
      id: endpoint.id,
      previous_secret_until: expect.stringMatching(/Z$/),
    })
    expect([rotated.status, rotated.json.secret === secret]).toEqual([200, false])
    const removed = await stand.site.live.call('DELETE', path)
    expect([removed.status, removed.json]).toEqual([200, { id: endpoint.id, deleted: true }])
    expect((await stand.site.live.get(path)).status).toBe(404)
    const audit = await stand.shop.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('subject', '=', String(endpoint.id))
      .execute()
    expect(audit).toHaveLength(4)
    expect(audit[0]?.actor).toBe(`${stand.site.merchant.merchant.pid}:…${stand.site.live.key.slice(-4)}`)
    expect(JSON.stringify([audit, stand.shop.logged])).not.toContain(String(secret).slice(6, 30))
  })

  it('have endpoints and deliveries that others, and the other mode, do not find', async () => {
    const other = await openSite(stand.shop, stand.served.url)
    const endpoint = (await stand.site.live.post(ENDPOINTS, { url: 'https://shop.example.com/mine' })).json
    await stand.site.live.post('/api/v1/orders', orderInput())
    const [delivery] = await dataOf(`${DELIVERIES}?endpoint_id=${String(endpoint.id)}`)
    const path = `${ENDPOINTS}/${String(endpoint.id)}`
    for (const client of [stand.site.test, other.live, other.test]) {
      const answers = [
        await client.get(path),
        await client.call('PATCH', path, { enabled: false }),
        await client.post(`${path}/rotate_secret`),
        await client.post(`${path}/ping`),
        await client.call('DELETE', path),
        await client.get(`${DELIVERIES}/${String(delivery!.id)}`),
        await client.post(`${DELIVERIES}/${String(delivery!.id)}/redeliver`),
      ]
      expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(404))
      expect(await dataOf(ENDPOINTS, client)).toEqual([])
      expect(await dataOf(`${DELIVERIES}?endpoint_id=${String(endpoint.id)}`, client)).toEqual([])
    }
    expect((await stand.site.live.get(path)).json).toMatchObject({ enabled: true })
  })

  it.each<[param: string, body: Json]>([
    ['url', {}],
    ['url', { url: '' }],
    ['url', { url: 'ftp://shop.example.com/' }],
    ['url', { url: 'http://localhost/hook' }],
    ['url', { url: 'http://[::ffff:10.0.0.1]/' }],
    ['url', { url: 'http://2130706433/' }],
    ['events', { events: 'order.paid' }],
    ['events.0', { events: ['test.ping'] }],
    ['events.1', { events: ['order.paid', 'order.refunded'] }],
    ['enabled', { enabled: 'yes' }],
    ['secret', { secret: 'whsec_mine' }],
  ])('take no endpoint with a wrong %s', async (param, body) => {
    const { length } = await dataOf(ENDPOINTS)
    const url = param === 'url' ? {} : { url: 'https://shop.example.com/' }
    const { status, error } = await stand.site.live.post(ENDPOINTS, { ...url, ...body })
    expect([status, error.type, error.param]).toEqual([400, 'invalid_request', param])
    expect(await dataOf(ENDPOINTS)).toHaveLength(length)
  })

  it('can be tried at once with a ping that tells what the site made of it', async () => {
    let status = 200
    const { url, received } = await openHook(() => ({ status, text: 'thanks' }))
    const endpoint = (await stand.site.live.post(ENDPOINTS, { url, enabled: false })).json
    const ping = () => stand.site.live.post(`${ENDPOINTS}/${String(endpoint.id)}/ping`)
    const pong = await ping()
    expect(pong).toMatchObject({
      status: 201,
      json: {
        event: 'test.ping',
        status: 'delivered',
        endpoint_id: endpoint.id,
        order_id: null,
        attempt_count: 1,
      },
    })
    expect(isGenuine(received[0]!, String(endpoint.secret), nowS())).toBe(true)
    expect(JSON.parse(received[0]!.body)).toMatchObject({ type: 'test.ping', data: { livemode: true } })
    status = 500
    expect((await ping()).json).toMatchObject({
      status: 'dead',
      attempts: [{ number: 1, response: { status: 500, body: 'thanks' }, error: null }],
    })
    const more = await Promise.all(Array.from({ length: 30 }, ping))
    expect(more.some((one) => one.status === 429 && Number(one.headers['retry-after']) > 0)).toBe(true)
  })

  it('are on record with each attempt, and can be sent again under a new id that names the first', async () => {
    let status = 500
    const { url, received } = await openHook(() => ({ status, text: 'x'.repeat(9_000) }))
    const endpoint = (await stand.site.live.post(ENDPOINTS, { url, events: ['order.created'] })).json
    const order = (await stand.site.live.post('/api/v1/orders', orderInput())).json
    await sendDue()
    const ofBoth = `order_id=${String(order.id)}&endpoint_id=${String(endpoint.id)}`
    const list = (more = '') => dataOf(`${DELIVERIES}?${ofBoth}${more}`)
    const [waiting] = await list()
    expect(waiting).toMatchObject({
      status: 'waiting',
      attempt_count: 1,
      last_response_status: 500,
      next_attempt_at: expect.stringMatching(/Z$/),
      redelivery_of: null,
      livemode: true,
    })
    const again = (id: unknown, key = '') =>
      stand.site.live.post(`${DELIVERIES}/${String(id)}/redeliver`, undefined, { 'Idempotency-Key': key })
    expect((await again(waiting!.id, 'one-act')).error).toMatchObject({
      type: 'conflict',
      code: 'wrong_state',
    })
    stand.shop.advance(90_000)
    await sendDue()
    expect((await list())[0]).toMatchObject({ status: 'dead', attempt_count: 2, next_attempt_at: null })
    const detail = (await stand.site.live.get(`${DELIVERIES}/${String(waiting!.id)}`)).json
    expect(detail.body).toBe(received[0]!.body)
    const [attempt] = detail.attempts as {
      request: { headers: Json; url: string; body: string }
      response: { body: string }
    }[]
    expect(attempt).toMatchObject({
      number: 1,
      at: expect.stringMatching(/Z$/),
      request: { method: 'POST', url, body: received[0]!.body, headers: { 'webhook-id': waiting!.id } },
      response: { status: 500 },
      error: null,
      duration_ms: expect.any(Number),
    })
    expect(attempt!.response.body).toHaveLength(4_096)
    status = 200
    const second = await again(waiting!.id, 'one-act')
    expect(second).toMatchObject({
      status: 201,
      json: { status: 'waiting', redelivery_of: waiting!.id, event: 'order.created' },
    })
    expect(second.json.id).not.toBe(waiting!.id)
    await sendDue()
    const third = await again(second.json.id)
    expect(third.json.redelivery_of).toBe(waiting!.id)
    await sendDue()
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(3)
    expect(new Set(received.map(({ body }) => body)).size).toBe(1)
    expect((await list()).map((one) => one.status).sort()).toEqual(['dead', 'delivered', 'delivered'])
    expect(await list('&status=dead')).toHaveLength(1)
    expect(await list('&event=order.paid')).toEqual([])
  })

  it('are listed newest first, once on one page, whatever is sent meanwhile', async () => {
    const site = await openSite(stand.shop, stand.served.url)
    await site.live.post(ENDPOINTS, { url: 'https://shop.example.com/all' })
    const place = () => site.live.post('/api/v1/orders', orderInput())
    for (let count = 0; count < 5; count += 1) await place()
    const { id: merchantId } = site.merchant.merchant
    const rush = stand.shop.db.updateTable('callbacks').set({ created_at: stand.shop.now() })
    await rush.where('merchant_id', '=', merchantId).execute() // in one millisecond
    const before = (await dataOf(`${DELIVERIES}?limit=100`, site.live)).map(({ id }) => id)
    const seen: unknown[] = []
    let cursor: unknown = ''
    do {
      const path: string = `${DELIVERIES}?limit=2${cursor ? `&cursor=${String(cursor)}` : ''}`
      const { json } = await site.live.get(path)
      seen.push(...(json.data as Json[]).map(({ id }) => id))
      cursor = json.next_cursor
      await place()
    } while (cursor)
    expect(seen).toEqual(before)
    expect(before).toHaveLength(5)
  })

  it('are not what the older protocols call', async () => {
    const { order } = await stand.site.merchant.place()
    await stand.trade.pay(order)
    expect(await dataOf(`${DELIVERIES}?order_id=${order.id}`)).not.toContainEqual(
      expect.objectContaining({ url: expect.stringContaining('/notify') }),
    )
  })
})
