import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDb } from '../../com/db/index.ts'
import { rotateMerchantKey } from '../../core/merchant-keys.ts'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import {
  encoded,
  getQuery,
  orderFields,
  orderIdOf,
  postForm,
  signed,
  type Fields,
} from '../../test/support/epay-site.ts'
import { openMerchant, type TestMerchant } from '../../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../../test/support/trade.ts'

const DAY_MS = 86_400_000

describeOnEngines('api.php', (engine) => {
  let shop: TestShop
  let trade: Trade
  let site: TestMerchant
  let served: TestApp

  beforeAll(async () => {
    shop = await openTestShop(engine, { timeZone: 'America/New_York' })
    trade = await openTrade(shop)
    site = await openMerchant(shop)
    served = await serveShop(shop)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const own = (who = site) => ({ pid: String(who.merchant.pid), key: who.key })
  const ask = async (act: string, more: Fields = {}, who = site) =>
    JSON.parse((await getQuery(served.url, '/api.php', { act, ...own(who), ...more })).text) as Record<
      string,
      unknown
    >

  async function place(change: Fields = {}, who = site) {
    const asked = orderFields(who, change)
    const answer = await postForm(served.url, '/mapi.php', signed(asked, who.key))
    const { trade_no } = JSON.parse(answer.text) as { trade_no: string }
    return { asked, tradeNo: trade_no, order: await trade.read(orderIdOf(answer)) }
  }

  describe('act=order', () => {
    it('tells of an unpaid order in the protocol’s names and types, by either number', async () => {
      const { asked, tradeNo } = await place({ money: '1.5', param: 'uid=5' })
      const told = {
        code: 1,
        msg: 'succ',
        trade_no: tradeNo,
        out_trade_no: asked.out_trade_no,
        api_trade_no: null,
        type: 'alipay',
        pid: site.merchant.pid,
        addtime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string,
        endtime: null,
        name: 'VIP会员',
        money: '1.50',
        param: 'uid=5',
        buyer: null,
        status: 0,
      }
      expect(await ask('order', { out_trade_no: String(asked.out_trade_no) })).toEqual(told)
      expect(await ask('order', { trade_no: tradeNo })).toEqual(told)
      expect(await ask('order', { trade_no: tradeNo, out_trade_no: 'of no order' })).toEqual(told)
    })

    it('tells of a paid one with its times in the shop’s zone', async () => {
      const { order, tradeNo } = await place({ type: '' })
      await trade.pay(order)
      const { paid_at } = await trade.read(order.id)
      const inNewYork = (at: number) =>
        new Date(at).toLocaleString('sv-SE', { timeZone: 'America/New_York' }).replace(/\u202f/g, ' ')
      expect(await ask('order', { trade_no: tradeNo })).toMatchObject({
        status: 1,
        type: 'wxpay',
        addtime: inNewYork(order.created_at),
        endtime: inNewYork(paid_at ?? 0),
      })
    })

    it('knows no order of another merchant, and none that does not exist', async () => {
      const other = await openMerchant(shop)
      const { asked, tradeNo } = await place({}, other)
      const none = { code: -1, msg: '订单号不存在' }
      expect(await ask('order', { trade_no: tradeNo })).toEqual(none)
      expect(await ask('order', { out_trade_no: String(asked.out_trade_no) })).toEqual(none)
      expect(await ask('order', { trade_no: '1' })).toEqual(none)
    })

    it.each([
      ['vmq', 'wechat', { type: '1', param: 'ORDER9' }, 'wxpay', 'ORDER9'],
      ['vmq', 'alipay', { type: '2', param: '' }, 'alipay', ''],
      ['api_edition', 'wechat', { order_price: '1.00', extension: 'x' }, 'wxpay', ''],
      ['v1', 'alipay', {}, 'alipay', ''],
    ] as const)(
      'tells of an order of %s on %s in its own words',
      async (protocol, channel, request, type, param) => {
        const { asked } = await site.place({ protocol, channel, request })
        const told = { code: 1, pid: site.merchant.pid, type, param, out_trade_no: asked.out_trade_no }
        expect(await ask('order', { trade_no: asked.trade_no })).toMatchObject(told)
      },
    )

    it('without a number says so', async () => {
      expect(await ask('order')).toMatchObject({ code: -4 })
    })
  })

  describe('act=orders', () => {
    it('lists the newest first, some at a time, all or the paid or the unpaid ones', async () => {
      const busy = await openMerchant(shop)
      const placed = []
      for (let at = 0; at < 4; at += 1) {
        placed.push(await place({}, busy))
        shop.advance(1_000)
      }
      const numbers = placed.map(({ tradeNo }) => tradeNo).reverse()
      await trade.pay(placed[1]?.order ?? expect.fail())
      const list = async (more: Fields) => {
        const { data } = await ask('orders', more, busy)
        return (data as { trade_no: string }[]).map((row) => row.trade_no)
      }
      expect(await list({})).toEqual(numbers)
      expect(await list({ limit: '2' })).toEqual(numbers.slice(0, 2))
      expect(await list({ limit: '3', page: '2' })).toEqual(numbers.slice(3))
      expect(await list({ limit: '2', offset: '1' })).toEqual(numbers.slice(1, 3))
      expect(await list({ status: '1' })).toEqual([numbers[2]])
      expect(await list({ status: '0' })).toEqual(numbers.toSpliced(2, 1))
      for (const odd of ['-1', '1e9', 'x', '0', '99999999999'])
        expect(await list({ limit: odd, page: odd, offset: odd === '0' ? '' : odd })).toEqual(numbers)
    })

    it('gives at most fifty, ten unless asked', async () => {
      const many = await openMerchant(shop)
      for (let at = 0; at < 51; at += 1) await place({}, many)
      expect(await ask('orders', {}, many)).toMatchObject({ code: 1, count: 10 })
      const { count, data } = await ask('orders', { limit: '500' }, many)
      expect([count, (data as unknown[]).length]).toEqual([50, 50])
    })
  })

  it('act=query tells the merchant’s figures, and of its key the end alone', async () => {
    const counted = await openMerchant(shop)
    const before = await place({}, counted)
    await trade.pay(before.order)
    shop.advance(DAY_MS)
    for (const { order } of [await place({}, counted), await place({}, counted)]) await trade.pay(order)
    await place({}, counted)
    await counted.place({ mode: 'test' })
    expect(await ask('orders', {}, counted)).toMatchObject({ count: 4 })
    expect(await ask('query', {}, counted)).toEqual({
      code: 1,
      pid: counted.merchant.pid,
      key: `${'*'.repeat(28)}${counted.key.slice(-4)}`,
      active: 1,
      money: '0.00',
      type: 1,
      account: '',
      username: '',
      orders: 4,
      orders_today: 2,
      order_today: 2,
      orders_lastday: 1,
      order_lastday: 1,
    })
  })

  it('knows no settlements, sends no money back and never says that it did', async () => {
    expect(await ask('settle')).toMatchObject({ code: 1, data: [] })
    const { tradeNo } = await place()
    const asked = { ...own(), trade_no: tradeNo, money: '1.00' }
    const refund = await postForm(served.url, '/api.php?act=refund', asked)
    expect(JSON.parse(refund.text)).toMatchObject({ code: -1 })
    expect(await ask('nothing')).toEqual({ code: -5, msg: 'No Act!' })
    expect(await ask('')).toEqual({ code: -5, msg: 'No Act!' })
  })

  it('answers a POST, and behind any prefix', async () => {
    const { tradeNo } = await place()
    const asked = { act: 'order', ...own(), trade_no: tradeNo }
    for (const path of ['/api.php', '//api.php', '/xpay/epay/api.php'])
      expect(JSON.parse((await postForm(served.url, path, asked)).text)).toMatchObject({ code: 1 })
  })

  it('answers whoever has a key that is in force, and nobody else', async () => {
    const turned = await openMerchant(shop)
    const { secret } = await rotateMerchantKey(shop, turned.merchant.id, turned.keyId, SELLER)
    expect(await ask('query', {}, turned)).toMatchObject({ code: 1 })
    expect(await ask('query', { key: secret }, turned)).toMatchObject({ code: 1 })
    shop.advance(72 * 3_600_000 + 1)
    expect(await ask('query', {}, turned)).toMatchObject({ code: -3 })
    const other = await openMerchant(shop)
    for (const wrong of [
      { key: other.key },
      { key: turned.key.toUpperCase() },
      { pid: '999999' },
      { pid: '0' },
      { pid: 'x' },
      { pid: String(other.merchant.pid) },
    ])
      expect(await ask('query', wrong)).toMatchObject({ code: -3 })
    expect(await ask('query', { key: '' })).toMatchObject({ code: -4 })
    expect(await ask('query', { pid: '' })).toMatchObject({ code: -4 })
  })

  it('answers nothing of a merchant that was switched off', async () => {
    const off = await openMerchant(shop, { enabled: false })
    expect(await ask('query', {}, off)).toMatchObject({ code: -3 })
    const order = postForm(served.url, '/mapi.php', signed(orderFields(off), off.key))
    expect(JSON.parse((await order).text)).toMatchObject({ code: -3 })
  })

  describe('when nothing can be done', () => {
    /** @returns what each of the three says, with HTTP 200. */
    async function whatIsSaid(broken: TestShop): Promise<string[]> {
      const app = await serveShop(broken)
      const asked = encoded(signed(orderFields(site), site.key))
      const paths = [`/api.php?act=query&${encoded(own())}`, `/mapi.php?${asked}`, `/submit.php?${asked}`]
      const answers = await Promise.all(paths.map((path) => sendRaw(app.url, path)))
      await app.close()
      for (const { status, text } of answers) {
        expect(status).toBe(200)
        expect(text).not.toMatch(/"code":[^-]|success/)
      }
      return answers.map(({ text }) => text)
    }

    function withDatabase(error: unknown): TestShop {
      const throwing = () => {
        throw error
      }
      return { ...shop, db: new Proxy(shop.db, { get: () => throwing }) }
    }

    it('says that the shop is busy while the database is away', async () => {
      const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch(
        (error: unknown) => error,
      )
      for (const text of await whatIsSaid(withDatabase(away))) expect(text).toContain('系统暂时繁忙')
    })

    it('gives a fault a number, under which the log has it without keys and signatures', async () => {
      const before = shop.logged.length
      for (const text of await whatIsSaid(withDatabase(new Error('a fault of the test')))) {
        const requestId = /编号 ([\w-]{10})/.exec(text)?.[1]
        const line = shop.logged.slice(before).find((one) => one.requestId === requestId)
        expect(JSON.stringify(line)).toContain('a fault of the test')
      }
      expect(JSON.stringify(shop.logged)).not.toContain(site.key)
    })
  })
})
