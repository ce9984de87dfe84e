import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openMerchant, type TestMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { listCallbacksOf } from './callback-log.ts'
import { redeliverCallback } from './callback-redelivery.ts'
import { createJobHandlers } from './job-handlers.ts'
import { runDueJobs } from './jobs.ts'
import { addMerchantKey, findSigningKey, rotateMerchantKey } from './merchant-keys.ts'
import type { MerchantWish } from './merchant-wish.ts'
import { readMerchantReturn } from './merchant-return.ts'
import { findMerchantSide } from './merchant-sides.ts'
import { getOrder } from './orders.ts'
import type { Protocol } from './vocabulary.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const SCHEDULE = [0, 5_000, 30_000, 120_000]

/** How a site of each protocol verifies what it is sent. */
const VERIFY: Readonly<Record<Exclude<Protocol, 'v1'>, (sent: URLSearchParams, key: string) => boolean>> = {
  epay: (sent, key) => {
    const signed = [...sent].filter(([name]) => name !== 'sign' && name !== 'sign_type').sort()
    return sent.get('sign') === md5(signed.map(([name, value]) => `${name}=${value}`).join('&') + key)
  },
  vmq: (sent, key) =>
    sent.get('sign') ===
    md5(['payId', 'param', 'type', 'price', 'reallyPrice'].map((name) => sent.get(name)).join('') + key),
  api_edition: (sent, key) => sent.get('sign') === md5(md5(sent.get('order_id')!) + key),
}

describeOnEngines('an order whose key was rotated before it was paid', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  async function openRotated(wish: Partial<MerchantWish> = {}) {
    const site = await openMerchant(shop)
    const { order } = await site.place(wish)
    const { secret } = await rotateMerchantKey(shop, site.merchant.id, site.keyId, SELLER)
    return { site, order, newer: secret }
  }

  async function returnOf(orderId: string): Promise<URLSearchParams> {
    const order = await getOrder(shop, orderId)
    const { returnUrl } = await readMerchantReturn(shop, order, (await findMerchantSide(shop, order))!)
    return new URL(returnUrl!).searchParams
  }

  async function urlsSent(orderId: string): Promise<string[]> {
    const rows = await shop.db
      .selectFrom('callback_attempts')
      .innerJoin('callbacks', 'callbacks.id', 'callback_id')
      .select('callback_attempts.url')
      .where('order_id', '=', orderId)
      .execute()
    return rows.map(({ url }) => url)
  }

  /** Everything that is due, attempt after attempt, to a site that verifies with this key. @returns what each brought. */
  async function send(protocol: Exclude<Protocol, 'v1'>, key: string): Promise<boolean[]> {
    const taken: boolean[] = []
    const call = async ({ url }: { url: string }) => {
      const right = VERIFY[protocol](new URL(url).searchParams, key)
      taken.push(right)
      const [status, body] = right ? [200, 'success'] : [403, 'fail']
      return { status, headers: {}, body, tookMs: 1 }
    }
    for (let turn = 0; turn < SCHEDULE.length; turn += 1) {
      await runDueJobs(shop, createJobHandlers([0], { scheduleMs: SCHEDULE, call }))
      shop.advance(200_000)
    }
    return taken
  }

  it.each(['epay', 'vmq', 'api_edition'] as const)(
    'is told by %s at once where the site has its key of then, and with the second attempt where it has the new one',
    async (protocol) => {
      const still = await openRotated({ protocol })
      await trade.pay(still.order)
      expect(await send(protocol, still.site.key)).toEqual([true])
      const moved = await openRotated({ protocol })
      await trade.pay(moved.order)
      expect(await send(protocol, moved.newer)).toEqual([false, true])
      const [callback] = await listCallbacksOf(shop, moved.order.id)
      await redeliverCallback(shop, callback!.id, SELLER)
      expect(await send(protocol, moved.newer)).toEqual([false, true])
    },
  )

  it('is not told with a key from before its own', async () => {
    const site = await openMerchant(shop)
    const { key, secret } = await rotateMerchantKey(shop, site.merchant.id, site.keyId, SELLER)
    const { order } = await site.place({ keyId: key.id })
    await trade.pay(order)
    expect(await send('epay', 'nobody has this key')).toEqual([false, false, false, false])
    for (const url of await urlsSent(order.id))
      expect(VERIFY.epay(new URL(url).searchParams, secret)).toBe(true)
  })

  it('leads back signed with the key of then, until the site has asked for something with the new one', async () => {
    const { site, order, newer } = await openRotated()
    await trade.pay(order)
    const back = async () => {
      const sent = await returnOf(order.id)
      return [site.key, newer].map((key) => VERIFY.epay(sent, key))
    }
    expect(await back()).toEqual([true, false])
    shop.advance(1_000)
    await findSigningKey(shop, site.merchant.id, md5(`x${newer}`), (secret) => md5(`x${secret}`))
    expect(await back()).toEqual([false, true])
  })

  it('leads back signed with its own key where another site of the merchant has one besides', async () => {
    const site: TestMerchant = await openMerchant(shop)
    const { order } = await site.place()
    const { secret } = await addMerchantKey(shop, site.merchant.id, { kind: 'md5', name: '' }, SELLER)
    await trade.pay(order)
    shop.advance(1_000)
    await findSigningKey(shop, site.merchant.id, md5(`x${secret}`), (key) => md5(`x${key}`))
    expect(VERIFY.epay(await returnOf(order.id), site.key)).toBe(true)
  })

  it('is told with its own key each time where another site of the merchant has one besides', async () => {
    const site: TestMerchant = await openMerchant(shop)
    const { order } = await site.place()
    await addMerchantKey(shop, site.merchant.id, { kind: 'md5', name: '' }, SELLER)
    await trade.pay(order)
    await send('epay', 'nobody has this key')
    expect(await urlsSent(order.id)).toHaveLength(4)
    for (const url of await urlsSent(order.id))
      expect(VERIFY.epay(new URL(url).searchParams, site.key)).toBe(true)
  })
})
