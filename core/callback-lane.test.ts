import type { RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createCaller, type Caller } from '../com/http.ts'
import { createStore } from '../com/store.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openSite, type Site } from '../test/support/site.ts'
import { until } from '../test/support/until.ts'
import { callbackJob } from './callback-jobs.ts'
import { AT_ONCE, openCallbackLane, PER_HOST, type CallbackLane } from './callback-lane.ts'
import { insertCallback } from './callbacks.ts'
import { transaction, type Shop } from './shop.ts'

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
    caller = createCaller({ allow: sites.map(({ hostPort }) => hostPort), timeoutMs })
    const handler = callbackJob(SCHEDULE, (request) => caller.call(request))
    const lane = openCallbackLane(at, handler, (error) => void faults.push(error))
    lanes.push(lane)
    return lane
  }

  let made = 0
  const tell = ({ hostPort }: Site, count = 1) =>
    transaction(shop, async (tx) => {
      for (let at = 0; at < count; at += 1) {
        made += 1
        await insertCallback(tx, {
          ...{ callback_key: `test:${made}`, merchant_id: merchantId, mode: 'live', order_id: null },
          ...{ endpoint_id: null, protocol: 'v1', event: 'test.ping', url: `http://${hostPort}/hook` },
          ...{ body: '{}', redelivery_of: null },
        })
      }
    })

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
    for (const { site } of silent) await tell(site, 4)
    lane.wake()
    const underWay = () => silent.reduce((sum, { held }) => sum + held(), 0)
    await until(() => underWay() >= AT_ONCE / 2, 'the silent sites to be called')
    await sleep(200)
    expect(underWay()).toBe(AT_ONCE / 2)
    expect(Math.max(...silent.map(({ most }) => most()))).toBe(1) // one for each before a second for any
    const begun = performance.now()
    await tell(quick.site, 20)
    lane.wake()
    await until(async () => (await delivered()) === 21, 'the other site to have all')
    expect(performance.now() - begun).toBeLessThan(5_000)
    expect(underWay()).toBe(AT_ONCE / 2)
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
