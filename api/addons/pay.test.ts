import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDb } from '../../com/db/index.ts'
import { listOpenAlerts } from '../../core/alerts.ts'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { createPhone, signListener, type Phone } from '../../test/support/listener.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, type Trade } from '../../test/support/trade.ts'

const SECRET = 'the secret of the phone 01'
const NOTIFY = '/addons/pay/api/notify'
const SETTING = '/addons/pay/api/setting'

describeOnEngines('the listener’s protocol', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  let phone: Phone
  beforeAll(async () => {
    shop = await openTestShop(engine, {}, { listenerSecret: SECRET })
    trade = await openTrade(shop)
    served = await serveShop(shop, { badSignLimit: { limit: 0, windowMs: 60_000 } })
    phone = createPhone(`${served.url}/addons/pay/`, SECRET)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const signed = (price: string, type: string) =>
    `price=${encodeURIComponent(price)}&type=${type}&sign=${signListener(price + type, SECRET)}`
  const countPayments = async () => (await shop.db.selectFrom('payments').select('id').execute()).length
  const answerOf = async (path: string, options?: Parameters<typeof sendRaw>[2]) => {
    const { status, text } = await sendRaw(served.url, path, options)
    return { status, ...(JSON.parse(text) as { code: number; msg: string }) }
  }

  it('tells whoever opens its address that it is the right one, and no secret', async () => {
    const { status, headers, text } = await sendRaw(served.url, '/addons/pay/')
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(text).toBe('地址正确，请把它填进监听 App\nThe address is right: put it into the listener app\n')
    const head = await sendRaw(served.url, '/addons/pay/', { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
    for (const [method, path] of [
      ['POST', '/addons/pay/'],
      ['GET', '/addons/pay'],
      ['GET', '/addons/pay/x'],
    ] as const)
      expect([method, path, (await sendRaw(served.url, path, { method })).status >= 400]).toEqual([
        method,
        path,
        true,
      ])
  })

  it('says “configured alike” for the right key, and the key is wrong for every other', async () => {
    expect(await phone.check()).toEqual({ code: 1, msg: '配置成功!', data: '', url: '', wait: 3 })
    const wrong = await createPhone(`${served.url}/addons/pay/`, `${SECRET}x`).check()
    expect(wrong).toEqual({ code: 0, msg: '密匙不正确!', data: '', url: '', wait: 3 })
  })

  it('answers money that pays, money that nobody waits for, and what is not money, each in its own words', async () => {
    const order = await trade.order(await trade.addProduct())
    const price = (order.due_cents / 100).toFixed(2)
    expect(await phone.push(price, 'alipay')).toEqual({
      code: 1,
      msg: '收款处理成功!',
      data: '',
      url: '',
      wait: 3,
    })
    expect(await phone.push(price, 'alipay')).toMatchObject({ code: 1, msg: '收款已记录，该订单此前已付款' })
    expect(await phone.push('0.07', 'wechat')).toMatchObject({
      code: 1,
      msg: '收款已记录，没有等待此金额的订单',
    })
    expect(await phone.push('1e0', 'wechat')).toMatchObject({
      code: 0,
      msg: '金额或类型无法识别，已留存待核对',
    })
    expect((await trade.read(order.id)).state).toBe('delivered')
  })

  it.each(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('does nothing on %s', async (method) => {
    const before = await countPayments()
    const { status, text } = await sendRaw(served.url, `${NOTIFY}?${signed('0.05', 'alipay')}`, { method })
    expect(status).toBe(200)
    if (method !== 'HEAD') expect(JSON.parse(text)).toMatchObject({ code: 0, msg: '只支持 GET 请求' })
    expect(await countPayments()).toBe(before)
  })

  it.each([
    ['no price', `type=alipay&sign=${signListener('alipay', SECRET)}`],
    ['a price said twice', `price=0.04&${signed('0.04', 'alipay')}`],
    ['a price said twice in another spelling', `%70rice=0.04&${signed('0.04', 'alipay')}`],
    ['a price as a list', signed('0.04', 'alipay').replace('price', 'price[]')],
    ['no signature', 'price=0.04&type=alipay'],
    ['too much beside it', `${signed('0.04', 'alipay')}&x=${'y'.repeat(2_048)}`],
    [
      'too many parameters beside it',
      signed('0.04', 'alipay') + '&a1&a2&a3&a4&a5&a6&a7&a8&a9&a10&a11&a12&a13&a14',
    ],
    ['a broken escape', `${signed('0.04', 'alipay')}&x=%E4`],
  ])('refuses %s with code 0 and records nothing', async (_, query) => {
    const before = await countPayments()
    expect(await answerOf(`${NOTIFY}?${query}`)).toMatchObject({
      status: 200,
      code: 0,
      msg: '参数不完整或有重复',
    })
    expect(await countPayments()).toBe(before)
  })

  it('reads the signature over the text as it came: 1.0 and 1.00 are signed apart', async () => {
    const { code } = await answerOf(
      `${NOTIFY}?price=1.00&type=alipay&sign=${signListener('1.0alipay', SECRET)}`,
    )
    expect(code).toBe(0)
  })

  it('tells an app that was configured without the last slash what is missing', async () => {
    for (const path of ['setting', 'notify']) {
      const { code, msg } = await answerOf(`/addons/payapi/${path}?apiurl=x&sign=y`)
      expect([code, msg.includes('/ 结尾')]).toEqual([0, true])
    }
    expect((await answerOf(SETTING)).code).toBe(0)
  })

  it('refuses seven thousand repeated keys at once', async () => {
    const from = performance.now()
    expect((await answerOf(`${NOTIFY}?${'a&'.repeat(3_500)}`)).code).toBe(0)
    expect(performance.now() - from).toBeLessThan(300)
  })

  it('never writes a signature into the log', async () => {
    await phone.push('0.06', 'alipay')
    await answerOf(`${NOTIFY}?price=0.06&type=alipay&sign=${'e'.repeat(32)}`)
    const log = JSON.stringify(shop.logged)
    expect(log).not.toContain(signListener('0.06alipay', SECRET))
    expect(log).not.toContain('e'.repeat(32))
  })

  it('keeps the sender’s own address, not one that the message claims', async () => {
    await sendRaw(served.url, `${NOTIFY}?${signed('0.03', 'alipay')}`, {
      headers: { 'X-Forwarded-For': '203.0.113.66' },
    })
    const row = await shop.db
      .selectFrom('payments')
      .select('address')
      .where('raw_price', '=', '0.03')
      .executeTakeFirst()
    expect(row).toEqual({ address: '127.0.0.1' })
  })

  it('says that money was recorded while the database is away, and nothing at all when it could not be kept', async () => {
    const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch((error: unknown) => error)
    const { transaction } = shop.database
    shop.database.transaction = () => Promise.reject(away)
    expect(await phone.push('0.02', 'alipay')).toMatchObject({ code: 1, msg: '收款已记录' })
    expect(served.api.spool.size()).toBe(1)
    await served.api.spool.close()
    await expect(sendRaw(served.url, `${NOTIFY}?${signed('0.02', 'alipay')}`)).rejects.toThrow()
    shop.database.transaction = transaction
  })
})

describeOnEngines('signatures that are wrong again and again', (engine) => {
  let shop: TestShop
  let served: TestApp
  beforeAll(async () => {
    shop = await openTestShop(engine, {}, { listenerSecret: SECRET })
    served = await serveShop(shop, { badSignLimit: { limit: 3, windowMs: 60_000 } })
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  async function timed(secret: string): Promise<{ code: number; ms: number }> {
    const from = performance.now()
    const { code } = await createPhone(`${served.url}/addons/pay/`, secret).push('0.50', 'alipay')
    return { code, ms: performance.now() - from }
  }

  it('are answered slowly and told to the seller once, while a right one is answered at once', async () => {
    for (let count = 0; count < 3; count += 1) expect((await timed('wrong')).ms).toBeLessThan(1_000)
    const [slow, slower, right] = await Promise.all([timed('wrong'), timed('wrong'), timed(SECRET)])
    for (const { code, ms } of [slow, slower]) {
      expect(code).toBe(0)
      expect(ms).toBeGreaterThan(1_900)
    }
    expect(right.code).toBe(1)
    expect(right.ms).toBeLessThan(1_000)
    const alerts = (await listOpenAlerts(shop)).filter(({ kind }) => kind === 'bad_signatures')
    expect(alerts.map(({ subject }) => subject)).toEqual(['127.0.0.1'])
  })
})
