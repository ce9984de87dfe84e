import { afterAll, beforeAll, expect, it } from 'vitest'
import { CallError } from '../com/http.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { listOpenAlerts, markAlertsSeen } from './alerts.ts'
import type { CallbackRequest } from './callback-forms/form.ts'
import type { Call } from './callback-attempts.ts'
import { getCallbackWithAttempts, listCallbacksOf } from './callback-log.ts'
import { redeliverCallback } from './callback-redelivery.ts'
import { insertCallback } from './callbacks.ts'
import { createJobHandlers } from './job-handlers.ts'
import { runDueJobs } from './jobs.ts'
import { revokeMerchantKey } from './merchant-keys.ts'
import type { MerchantWish } from './merchant-wish.ts'
import { settleOrder } from './settle.ts'
import { transaction, type Shop } from './shop.ts'
import { addWebhookEndpoint, changeWebhookEndpoint } from './webhook-endpoints.ts'

const S = 1_000
const HOUR = 3_600 * S

/** As the program has it when nothing else is said. */
const SCHEDULE = [0, 5, 30, 120, 300, 900, 1_800, 3_600, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(
  (seconds) => seconds * S,
)

const answers = (status: number, body = '', headers: Record<string, string> = {}) => ({
  status,
  body,
  headers,
})
type Answer = ReturnType<typeof answers>

describeOnEngines('a callback', (engine) => {
  let shop: TestShop
  let trade: Trade
  let site: TestMerchant
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    site = await openMerchant(shop)
  })
  afterAll(() => shop.close())

  /** Sends what is due to a site that answers this. @returns what the site was asked. */
  async function send(answer: Answer | Error, during = async (): Promise<void> => undefined) {
    const asked: CallbackRequest[] = []
    const call: Call = async (request) => {
      asked.push(request)
      await during()
      if (answer instanceof Error) throw answer
      return { ...answer, tookMs: 7 }
    }
    await runDueJobs(shop, createJobHandlers([0], { scheduleMs: SCHEDULE, call }))
    return asked
  }

  async function paid(wish: Partial<MerchantWish> = {}) {
    const { order } = await site.place(wish)
    await trade.pay(order)
    return order.id
  }
  const callbackOf = async (orderId: string, event = 'order.paid') =>
    (await listCallbacksOf(shop, orderId)).find((one) => one.event === event)!
  const eventsOf = async (orderId: string) => {
    const rows = await shop.db
      .selectFrom('order_events')
      .select(['kind', 'detail'])
      .where('order_id', '=', orderId)
      .where('kind', 'in', ['callback_done', 'callback_failed', 'callback_dead'])
      .orderBy('at')
      .execute()
    return rows.map(({ kind, detail }) => [kind, JSON.parse(detail)] as const)
  }
  /** Milliseconds until its next attempt. */
  const gapOf = async (orderId: string) => (await callbackOf(orderId)).next_at! - shop.now()
  const alerts = async () => (await listOpenAlerts(shop)).map(({ kind, subject }) => [kind, subject])
  /** Nothing of one test is left for the next. */
  async function finish(): Promise<void> {
    shop.advance(30 * 24 * HOUR)
    await send(answers(200, 'success'))
    await markAlertsSeen(shop)
  }

  it('is asked for in the transaction that pays its order: together with that, or not at all', async () => {
    const { order } = await site.place()
    const countIn = async (at: Shop) => {
      const rows = await at.db.selectFrom('callbacks').select('id').where('order_id', '=', order.id).execute()
      return rows.length
    }
    const undone = transaction(shop, async (tx) => {
      await settleOrder(tx, order, undefined, { by: 'marked', actor: 'test' })
      expect(await countIn(tx)).toBe(1)
      throw new Error('rolled back')
    })
    await expect(undone).rejects.toThrow('rolled back')
    expect(await countIn(shop)).toBe(0)
    await trade.pay(order)
    expect(await send(answers(200, 'success'))).toHaveLength(1)
  })

  it('comes again by the schedule, give or take a fifth, with one number, until the site says that it arrived', async () => {
    const orderId = await paid()
    const numbers: (string | null)[] = []
    const failures = [
      answers(500, 'success'),
      answers(200, 'unsuccessful'),
      new Error('refused'),
      answers(302, 'success'),
      answers(410, 'success'),
      answers(200, '<html>success</html>'),
    ]
    for (const [at, failure] of failures.entries()) {
      const [asked] = await send(failure)
      numbers.push(new URL(asked!.url).searchParams.get('trade_no'))
      const gap = await gapOf(orderId)
      expect(gap).toBeGreaterThan(SCHEDULE[at + 1]! * 0.8 - 5 * S)
      expect(gap).toBeLessThanOrEqual(SCHEDULE[at + 1]! * 1.2)
      expect(await send(answers(200, 'success'))).toEqual([]) // it is not due yet
      shop.advance(gap)
    }
    const [last] = await send(answers(200, 'success'))
    numbers.push(new URL(last!.url).searchParams.get('trade_no'))
    expect(new Set(numbers).size).toBe(1)
    expect(numbers[0]).toMatch(/^\d{19}$/)
    const { callback, attempts } = await getCallbackWithAttempts(shop, (await callbackOf(orderId)).id)
    expect(callback.delivered_at).not.toBeNull()
    expect(attempts.map(({ number, status, error }) => [number, status, error])).toEqual([
      [1, 500, ''],
      [2, 200, ''],
      [3, null, 'refused'],
      [4, 302, ''],
      [5, 410, ''],
      [6, 200, ''],
      [7, 200, ''],
    ])
    expect((await eventsOf(orderId)).map(([kind]) => kind)).toEqual([
      ...failures.map(() => 'callback_failed'),
      'callback_done',
    ])
    shop.advance(30 * 24 * HOUR)
    expect(await send(answers(200, 'success'))).toEqual([])
    expect(await alerts()).toEqual([])
  })

  it('of a webhook has one id on every attempt, and the second of each', async () => {
    await site.place({ protocol: 'v1', request: {} })
    const [first] = await send(answers(500))
    shop.advance(6 * S)
    const [second] = await send(answers(204))
    const sent = [first, second].map((request) => request!.headers)
    expect(sent[0]!['webhook-id']).toMatch(/^msg_[\w-]{24}$/)
    expect(sent[1]!['webhook-id']).toBe(sent[0]!['webhook-id'])
    expect(Number(sent[1]!['webhook-timestamp'])).toBeGreaterThanOrEqual(
      Number(sent[0]!['webhook-timestamp']) + 6,
    )
    expect(sent[1]!['webhook-signature']).not.toBe(sent[0]!['webhook-signature'])
    expect(second!.body).toBe(first!.body)
  })

  it('dies after three days, once told for its merchant wherever it went, and never rises again', async () => {
    const orders = [await paid(), await paid(), await paid({ notifyUrl: 'https://other.example/n' })]
    let tries = 0
    for (let hours = 0; hours < 24 * 6; hours += 1) {
      tries += (await send(new Error('no route'))).length
      if (hours < 48) expect((await callbackOf(orders[0]!)).dead_at).toBeNull()
      shop.advance(HOUR)
    }
    for (let more = 0; more < SCHEDULE.length; more += 1) {
      tries += (await send(new Error('no route'))).length
      shop.advance(2 * 24 * HOUR)
    }
    expect(tries).toBe(3 * SCHEDULE.length)
    expect((await callbackOf(orders[0]!)).dead_at).not.toBeNull()
    expect((await eventsOf(orders[0]!)).at(-1)).toEqual([
      'callback_dead',
      { attempts: 14, error: 'no route' },
    ])
    expect(await alerts()).toEqual([['callback_dead', `示例网店 (${site.merchant.pid})`]])
    const open = await listOpenAlerts(shop)
    expect(orders).toEqual(expect.arrayContaining(open.map(({ orderId }) => orderId)))
    expect(await send(answers(200, 'success'))).toEqual([])
    await markAlertsSeen(shop)
  })

  it.each([
    ['later than the schedule has it', 429, '600', 600 * S],
    ['and no sooner than the schedule has it', 503, '1', 5 * S],
    ['but no later than a day', 502, '999999', 24 * HOUR],
    ['by the schedule when it says so in words', 504, 'soon', 5 * S],
    ['by the schedule when that moment is over', 503, 'Sun, 22 Nov 2020 12:00:00 GMT', 5 * S],
    ['by the schedule when the site has no such excuse', 500, '600', 5 * S],
  ])('waits as long as a busy site asks, %s', async (_what, status, retryAfter, expected) => {
    const orderId = await paid()
    await send(answers(status, 'success', { 'retry-after': retryAfter }))
    const gap = await gapOf(orderId)
    expect(gap).toBeGreaterThan(expected * 0.8 - 5 * S)
    expect(gap).toBeLessThanOrEqual(expected * 1.2)
    await finish()
  })

  it('waits until the moment that a busy site names', async () => {
    const orderId = await paid()
    const until = Math.ceil(shop.now() / S) * S + HOUR
    await send(answers(503, '', { 'retry-after': new Date(until).toUTCString() }))
    expect(Math.abs((await callbackOf(orderId)).next_at! - until)).toBeLessThan(5 * S)
    await finish()
  })

  it('switches an endpoint off that says it is gone, tells the seller, and calls it no more', async () => {
    const owner = { merchantId: site.merchant.id, mode: 'live' as const }
    const input = { url: 'https://hooks.example/in', events: ['order.paid' as const], enabled: true }
    const { endpoint } = await addWebhookEndpoint(shop, owner, input, SELLER)
    const first = await paid({ notifyUrl: '' })
    await send(answers(500))
    const second = await paid({ notifyUrl: '' })
    expect(await send(answers(410))).toHaveLength(1)
    const log = [await callbackOf(first), await callbackOf(second)]
    expect(log.map((one) => one.dead_at !== null)).toEqual([false, true])
    expect(await alerts()).toEqual([['endpoint_gone', `hooks.example (${site.merchant.pid})`]])
    const audit = await shop.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('subject', '=', endpoint.id)
      .execute()
    expect(audit.map(({ action, actor }) => [action, actor])).toContainEqual(['endpoints.gone', 'clock'])
    shop.advance(HOUR)
    expect(await paid({ notifyUrl: '' })).toBeTruthy()
    expect(await send(answers(200))).toEqual([])
    await changeWebhookEndpoint(shop, owner, endpoint.id, { enabled: false }, SELLER)
    await finish()
  })

  it('waits by its schedule while its endpoint is switched off, and arrives when it is on again', async () => {
    const owner = { merchantId: site.merchant.id, mode: 'live' as const }
    const input = { url: 'https://pause.example/in', events: ['order.paid' as const], enabled: true }
    const { endpoint } = await addWebhookEndpoint(shop, owner, input, SELLER)
    const orderId = await paid({ notifyUrl: '' })
    const turn = (enabled: boolean) => changeWebhookEndpoint(shop, owner, endpoint.id, { enabled }, SELLER)
    await turn(false)
    expect(await send(answers(200))).toEqual([])
    expect((await callbackOf(orderId)).attempts).toBe(0)
    await turn(true)
    shop.advance(10 * S)
    expect(await send(answers(200))).toHaveLength(1)
    expect((await callbackOf(orderId)).delivered_at).not.toBeNull()
    await turn(false)
  })

  it('to a name that leads inside is tried again, since names change; to an inner address it is given up', async () => {
    const [byName, byAddress] = [await paid(), await paid({ notifyUrl: 'http://10.0.0.1/notify' })]
    const call = (forGood: boolean) =>
      Object.assign(new CallError('forbidden', 1, new Error('private')), { forGood })
    await send(call(false))
    expect((await callbackOf(byName)).dead_at).toBeNull()
    expect((await callbackOf(byAddress)).dead_at).toBeNull()
    shop.advance(10 * S)
    await send(call(true))
    expect((await callbackOf(byAddress)).dead_at).not.toBeNull()
    expect((await callbackOf(byAddress)).last_error).toContain('forbidden')
    await finish()
  })

  it('that the end of the program cut off is on record, counts as no failure, and is due at once', async () => {
    const orderId = await paid()
    for (let cut = 0; cut < 20; cut += 1) {
      expect(await send(new CallError('closed', 3, new Error('ended')))).toHaveLength(1)
    }
    expect(await eventsOf(orderId)).toEqual([])
    expect((await callbackOf(orderId)).attempts).toBe(20)
    await send(answers(500))
    expect(await gapOf(orderId)).toBeLessThanOrEqual(5 * S * 1.2) // its first failure
    shop.advance(10 * S)
    await send(answers(200, 'success'))
    expect((await callbackOf(orderId)).delivered_at).not.toBeNull()
  })

  it('goes again when the program died after the answer, before it was noted; not when it died after', async () => {
    const orderId = await paid()
    const died = new Promise<never>(() => undefined)
    const asked: CallbackRequest[] = []
    const dying: Call = async (request) => {
      asked.push(request)
      return died
    }
    void runDueJobs(shop, createJobHandlers([0], { scheduleMs: SCHEDULE, call: dying }))
    await expect.poll(() => asked.length).toBe(1)
    expect(await send(answers(200, 'success'))).toEqual([]) // somebody has it
    shop.advance(31 * S)
    const again = await send(answers(200, 'success'))
    expect(again.map(({ url }) => url)).toEqual(asked.map(({ url }) => url))
    shop.advance(31 * S)
    expect(await send(answers(200, 'success'))).toEqual([])
    const { attempts } = await getCallbackWithAttempts(shop, (await callbackOf(orderId)).id)
    expect(attempts.map(({ number }) => number)).toEqual([2]) // of the first there is only its number
  })

  it('is not sent without a signature when every key of the merchant was revoked', async () => {
    const other = await openMerchant(shop)
    const { order } = await other.place()
    await trade.pay(order)
    await revokeMerchantKey(shop, other.merchant.id, other.keyId, SELLER)
    expect(await send(answers(200, 'success'))).toEqual([])
    expect((await callbackOf(order.id)).next_at).not.toBeNull()
    await other.addKey('md5')
    shop.advance(10 * S)
    expect(await send(answers(200, 'success'))).toHaveLength(1)
  })

  it('sent again by hand after it had arrived may fail without an alert', async () => {
    const orderId = await paid()
    await send(answers(200, 'success'))
    await redeliverCallback(shop, (await callbackOf(orderId)).id, SELLER)
    for (let turn = 0; turn < SCHEDULE.length; turn += 1) {
      await send(answers(500, 'completed before'))
      shop.advance(2 * 24 * HOUR)
    }
    const log = await listCallbacksOf(shop, orderId)
    expect(log.map((one) => one.dead_at !== null).sort()).toEqual([false, true])
    expect(await alerts()).toEqual([])
  })

  it('that belongs to no order may fail without an alert too when it had arrived before', async () => {
    const content = {
      merchant_id: site.merchant.id,
      mode: 'live',
      order_id: null,
      endpoint_id: null,
      protocol: 'v1',
      event: 'payment.unmatched',
      body: '{}',
      redelivery_of: null,
    } as const
    const id = await transaction(shop, (tx) =>
      insertCallback(tx, { ...content, callback_key: 'told once', url: 'https://shop.example.com/money' }),
    )
    await send(answers(200))
    await redeliverCallback(shop, id!, SELLER)
    for (let turn = 0; turn < SCHEDULE.length; turn += 1) {
      await send(answers(500))
      shop.advance(2 * 24 * HOUR)
    }
    expect(await alerts()).toEqual([])
  })

  it('of test mode dies without an alert', async () => {
    const { order } = await site.place({ mode: 'test', protocol: 'v1', request: {} })
    for (let turn = 0; turn < SCHEDULE.length; turn += 1) {
      await send(answers(500))
      shop.advance(2 * 24 * HOUR)
    }
    expect((await callbackOf(order.id, 'order.created')).dead_at).not.toBeNull()
    expect(await alerts()).toEqual([])
  })
})
