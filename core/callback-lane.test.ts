import type { RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CallError, createCaller, type Caller } from '../com/http.ts'
import { createStore } from '../com/store.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openSite, type Site } from '../test/support/site.ts'
import { SELLER } from '../test/support/trade.ts'
import { until } from '../test/support/until.ts'
import { callbackJob } from './callback-jobs.ts'
import { AT_ONCE, FOR_OTHERS, openCallbackLane, PER_MERCHANT, type CallbackLane } from './callback-lane.ts'
import { MOST_WAITING, PER_HOST } from './callback-queue.ts'
import { insertCallback } from './callbacks.ts'
import { transaction, type Shop } from './shop.ts'
import { addWebhookEndpoint } from './webhook-endpoints.ts'

/** Nobody comes a second time within these tests. */
const SCHEDULE = [0, 3_600_000]

describeOnEngines('the lane of callbacks', (engine) => {
  let shop: TestShop
  let merchantId: string
  let caller: Caller
  let lanes: CallbackLane[]
  let faults: unknown[]
  beforeEach(async () => {
    shop = await openTestShop(engine)
    merchantId = (await openMerchant(shop)).merchant.id
    lanes = []
    faults = []
  })
  afterEach(async () => {
    const stopped = lanes.map((lane) => lane.stop())
    caller.close()
    await Promise.all(stopped)
    expect(faults).toEqual([])
    await shop.close()
  })

  function openLane(sites: readonly Site[], at: Shop = shop, timeoutMs = 10_000): CallbackLane {
    return laneOf(createCaller({ allow: sites.map(({ hostPort }) => hostPort), timeoutMs }), at)
  }

  function laneOf(by: Caller, at: Shop = shop): CallbackLane {
    caller = by
    const handler = callbackJob(SCHEDULE, (request) => by.call(request))
    const lane = openCallbackLane(at, handler, (error) => void faults.push(error))
    lanes.push(lane)
    return lane
  }

  /** To sites of these names, which answer at once, and to any other, which never does. */
  function openLaneTo(...answering: string[]) {
    const asked: string[] = []
    const held: ((error: Error) => void)[] = []
    const lane = laneOf({
      async call({ url }) {
        const { host } = new URL(url)
        asked.push(host)
        if (answering.includes(host)) return { status: 200, headers: {}, body: '', tookMs: 1 }
        return new Promise<never>((_answer, end) => held.push(end))
      },
      close: () => held.forEach((end) => end(new CallError('closed', 1, new Error('ended')))),
    })
    return { lane, asked }
  }

  let made = 0
  const tell = ({ hostPort }: Pick<Site, 'hostPort'>, count = 1, merchant = merchantId) =>
    tellAll(
      Array.from({ length: count }, () => hostPort),
      merchant,
    )

  const tellAll = (hosts: readonly string[], merchant = merchantId, endpointId: string | null = null) =>
    transaction(shop, async (tx) => {
      for (const host of hosts) {
        made += 1
        await insertCallback(tx, {
          ...{ callback_key: `test:${made}`, merchant_id: merchant, mode: 'live', order_id: null },
          ...{ endpoint_id: endpointId, protocol: 'v1', event: 'test.ping', url: `http://${host}/hook` },
          ...{ body: '{}', redelivery_of: null },
        })
      }
    })
  const silentNames = (count: number, of = '') =>
    Array.from({ length: count }, (_, at) => `silent-${of}${at}.example`)

  /** Answers at once, or when it is told to. */
  async function openPatient(holds = true) {
    const held: ServerResponse[] = []
    let most = 0
    let all = 0
    const listener: RequestListener = (request, response) => {
      all += 1
      if (!holds) return void request.resume().on('end', () => response.end('success'))
      held.push(response)
      most = Math.max(most, held.length)
    }
    const site = await openSite(listener)
    return {
      site,
      held: () => held.length,
      most: () => most,
      all: () => all,
      answer: () => held.splice(0).forEach((response) => response.end('success')),
    }
  }
  const openMerchants = async (count: number) => {
    const opened: string[] = []
    for (let at = 0; at < count; at += 1) opened.push((await openMerchant(shop)).merchant.id)
    return opened
  }
  const delivered = async () => {
    const rows = await shop.db
      .selectFrom('callbacks')
      .select('id')
      .where('delivered_at', 'is not', null)
      .execute()
    return rows.length
  }

  it(`sends to one host ${PER_HOST} at a time, the next as soon as one is answered, and to others meanwhile`, async () => {
    const [slow, quick] = [await openPatient(), await openPatient(false)]
    await tell(slow.site, 9)
    await tell(quick.site, 30)
    openLane([slow.site, quick.site]).wake() // once: there is no beat here
    await until(() => quick.all() === 30, 'the quick site to have all')
    expect(slow.held()).toBe(PER_HOST)
    await until(async () => {
      slow.answer()
      return (await delivered()) === 39
    }, 'the slow site to have all')
    expect([slow.most(), slow.all(), quick.all()]).toEqual([PER_HOST, 9, 30])
  })

  it('sends to a site that answers while many others are silent, however much waits for these', async () => {
    const silent = await Promise.all(Array.from({ length: AT_ONCE + 8 }, () => openPatient()))
    const quick = await openPatient(false)
    const lane = openLane([...silent.map(({ site }) => site), quick.site])
    await tell(quick.site)
    lane.wake()
    await until(() => quick.all() === 1, 'the site to be known')
    const merchants = await openMerchants(FOR_OTHERS / PER_MERCHANT)
    for (const [at, { site }] of silent.entries()) await tell(site, 4, merchants[at % merchants.length])
    lane.wake()
    const underWay = () => silent.reduce((sum, { held }) => sum + held(), 0)
    await until(() => underWay() >= FOR_OTHERS, 'the silent sites to be called')
    await sleep(200)
    expect(underWay()).toBe(FOR_OTHERS)
    expect(Math.max(...silent.map(({ most }) => most()))).toBe(1) // one for each before a second for any
    const begun = performance.now()
    await tell(quick.site, 20)
    lane.wake()
    await until(async () => (await delivered()) === 21, 'the other site to have all')
    expect(performance.now() - begun).toBeLessThan(5_000)
    expect(underWay()).toBe(FOR_OTHERS)
  })

  it('sends to a site that nobody knows while another merchant has two hundred silent hosts', async () => {
    const [other] = await openMerchants(1)
    await tellAll(silentNames(200))
    const { lane, asked } = openLaneTo('new.example')
    lane.wake()
    await until(() => asked.length === PER_MERCHANT, 'the silent hosts to be called')
    await tell({ hostPort: 'new.example' }, 3, other)
    lane.wake()
    await until(async () => (await delivered()) === 3, 'the new site to have all', 5_000)
    expect(asked.length).toBe(PER_MERCHANT + 3)
  })

  it('finds a site behind more hosts than one look lists, known or not', async () => {
    const [one, other] = await openMerchants(2)
    const { lane, asked } = openLaneTo('known.example', 'new.example')
    await tellAll(['known.example'], one)
    lane.wake()
    await until(async () => (await delivered()) === 1, 'the site to be known')
    await tellAll(silentNames(MOST_WAITING + 50))
    shop.advance(1_000)
    await tellAll(['known.example'], merchantId)
    await tellAll(['new.example'], other)
    lane.wake()
    await until(async () => (await delivered()) === 3, 'both to be told', 10_000)
    expect(asked.length).toBe(PER_MERCHANT + 3)
  })

  it('knows a host by what it answered, and not by a callback that was not sent', async () => {
    const url = 'http://paused.example/hook'
    const input = { url, events: [], enabled: false } as const
    const { endpoint } = await addWebhookEndpoint(shop, { merchantId, mode: 'live' }, input, SELLER)
    const { lane, asked } = openLaneTo()
    await tellAll(['paused.example'], merchantId, endpoint.id)
    lane.wake()
    const failed = () => shop.db.selectFrom('jobs').select('id').where('failures', '=', 1).execute()
    await until(async () => (await failed()).length === 1, 'it not to be sent')
    const silent = await openMerchants(FOR_OTHERS / PER_MERCHANT)
    for (const one of silent) await tellAll(silentNames(PER_MERCHANT, `${silent.indexOf(one)}-`), one)
    lane.wake()
    await until(() => asked.length === FOR_OTHERS, 'the places to be taken')
    await tellAll(['paused.example'])
    lane.wake()
    await sleep(300)
    expect(asked.length).toBe(FOR_OTHERS)
  })

  it('goes on with other silent sites when a call to one has ended', async () => {
    const silent = await Promise.all(Array.from({ length: AT_ONCE }, () => openPatient()))
    for (const { site } of silent) await tell(site)
    openLane(
      silent.map(({ site }) => site),
      shop,
      500,
    ).wake()
    const tried = () => shop.db.selectFrom('callback_attempts').select('callback_id').execute()
    await until(async () => (await tried()).length === silent.length, 'each to be tried')
    expect(new Set((await tried()).map((row) => row.callback_id)).size).toBe(silent.length)
  })

  it('shares the places of a host with other processes', async () => {
    const slow = await openPatient()
    const store = await createStore({ log: shop.log })
    const elsewhere: Shop = { ...shop, store }
    const [here, there] = [openLane([slow.site]), openLane([slow.site], elsewhere)]
    await tell(slow.site, 6)
    here.wake()
    await until(() => slow.held() === PER_HOST, 'the places to be taken')
    there.wake()
    await sleep(200)
    expect(slow.most()).toBe(PER_HOST)
    await until(async () => {
      there.wake()
      slow.answer()
      return (await delivered()) === 6
    }, 'all to arrive')
    expect([slow.most(), slow.all()]).toEqual([PER_HOST, 6])
    await store.close()
  })

  it('gives back what it had under way when it stops, and waits for nobody', async () => {
    const slow = await openPatient()
    await tell(slow.site, 5)
    const lane = openLane([slow.site])
    lane.wake()
    await until(() => slow.held() === PER_HOST, 'the first to be called')
    const begun = performance.now()
    const stopped = lane.stop()
    caller.close()
    await stopped
    expect(performance.now() - begun).toBeLessThan(2_000)
    lane.wake()
    const jobs = await shop.db.selectFrom('jobs').selectAll().where('kind', '=', 'callback').execute()
    expect(jobs.map(({ leased_by, failures, done_at }) => [leased_by, failures, done_at])).toEqual(
      jobs.map(() => [null, 0, null]),
    )
    expect(slow.all()).toBe(PER_HOST)
    openLane([slow.site]).wake()
    await until(() => slow.all() === 2 * PER_HOST, 'the next process to call at once')
  })
})
