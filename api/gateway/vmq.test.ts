import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDb } from '../../com/db/index.ts'
import { listCallbacksOf } from '../../core/callback-log.ts'
import { redeliverCallback } from '../../core/callback-redelivery.ts'
import { changeMerchant, findDefaultMerchant } from '../../core/merchants.ts'
import { forgetTills } from '../../core/tills.ts'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { md5, runCallbacks } from '../../test/support/epay-site.ts'
import { countRows, FORM, hostileRequests, isLogged, openToldSite } from '../../test/support/gateway.ts'
import { checkInvariants } from '../../test/support/invariants.ts'
import { openMerchant, type TestMerchant } from '../../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../../test/support/trade.ts'

type Fields = Record<string, string>

interface Answer {
  readonly code: number
  readonly msg: string
  readonly data: Record<string, unknown>
}

const encode = (fields: Fields) => new URLSearchParams(fields).toString()

describeOnEngines('V免签 for sites', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  let site: TestMerchant
  const allow: string[] = []
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    served = await serveShop(shop, { callbackAllow: allow })
    site = await openMerchant(shop)
  })
  afterAll(async () => {
    await served.close()
    expect(await checkInvariants(shop.db)).toEqual([])
    await shop.close()
  })

  let price = 100
  let number = 0
  /** At a price of its own, rightly signed unless `sign` is among the changes. */
  function wish(change: Fields = {}, key = site.key): Fields {
    price += 1
    const fields = { payId: `P${(number += 1)}`, type: '2', price: `${price}.00`, param: '', ...change }
    const { payId, type, price: asked, param } = fields
    return { sign: md5(payId + param + type + asked + key), ...fields }
  }
  async function ask(path: string, fields: Fields = {}): Promise<Answer> {
    const { status, text, headers } = await sendRaw(served.url, `${path}?${encode(fields)}`)
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    return JSON.parse(text) as Answer
  }
  const create = (fields: Fields) => ask('/createOrder', fields)
  async function createdId(fields: Fields): Promise<string> {
    const { code, msg, data } = await create(fields)
    expect([code, msg]).toEqual([1, '成功'])
    return String(data.orderId)
  }

  it('takes an order and answers everything a page of the site’s own needs', async () => {
    const fields = wish({ price: '33.3', param: '中 文' })
    const answer = await create(fields)
    const order = await trade.read(String(answer.data.orderId))
    expect(answer).toEqual({
      code: 1,
      msg: '成功',
      data: {
        payId: fields.payId,
        orderId: order.id,
        payType: 2,
        price: 33.3,
        reallyPrice: 33.3,
        payUrl: 'https://qr.alipay.com/fkx10000examplecode0001',
        isAuto: 1,
        state: 0,
        timeOut: 5,
        date: Math.floor(order.created_at / 1000),
      },
    })
    expect(order).toMatchObject({ price_cents: 3_330, channel: 'alipay', merchant_id: site.merchant.id })
    expect(await ask('/getOrder', { orderId: order.id })).toEqual(answer)
  })

  it('takes no second order by a signature whose characters somebody divides otherwise', async () => {
    const fields = wish({ payId: '2026112200017', price: '46.00' })
    await createdId(fields)
    const before = await countRows(shop)
    shop.advance(3 * 3_600_000) // whoever waits has the same answer
    for (const [payId, param] of [
      ['2026', '112200017'],
      ['202611220001', '7'],
    ] as const) {
      const divided: Fields = { ...fields, payId, param }
      expect(divided.sign).toBe(md5(`${payId}${param}246.00${site.key}`))
      expect(await create(divided)).toEqual({ code: -1, msg: '签名已用于另一笔订单', data: null })
    }
    expect(await countRows(shop)).toEqual(before)
  })

  it('gives the next amount of a price, and says when the code carries it', async () => {
    await create(wish({ price: '44.00', type: '1' }))
    const { data } = await create(wish({ price: '44', type: '1' }))
    expect(data).toMatchObject({ payType: 1, price: 44, isAuto: 1 })
    expect(Number(data.reallyPrice)).toBeLessThan(44)
    const { data: third } = await create(wish({ price: '45' }))
    await shop.db
      .updateTable('orders')
      .set({ code_fixed_at: 1 })
      .where('id', '=', String(third.orderId))
      .execute()
    expect((await ask('/getOrder', { orderId: String(third.orderId) })).data).toMatchObject({ isAuto: 0 })
  })

  it('reads a form as well as a query, each name from the form first', async () => {
    const fields = wish()
    const posted = await sendRaw(served.url, `/createOrder?payId=other&isHtml=0`, {
      method: 'POST',
      headers: FORM,
      body: encode(fields),
    })
    expect(JSON.parse(posted.text)).toMatchObject({ code: 1, data: { payId: fields.payId } })
    const boundary = 'Content-Disposition: form-data; name='
    const more = wish()
    const body = Object.entries(more).map(
      ([name, value]) => `--b\r\n${boundary}"${name}"\r\n\r\n${value}\r\n`,
    )
    const parts = await sendRaw(served.url, '/createOrder', {
      method: 'POST',
      headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
      body: `${body.join('')}--b--\r\n`,
    })
    expect(JSON.parse(parts.text)).toMatchObject({ code: 1, data: { payId: more.payId } })
  })

  it('checks the signature over the bytes that came: GBK, and a param that is not sent at all', async () => {
    const { payId, type, price: asked } = wish()
    const param = Buffer.from([0xbb, 0xe1, 0xd4, 0xb1])
    const sign = md5(Buffer.concat([Buffer.from(payId!), param, Buffer.from(type! + asked! + site.key)]))
    const path = `/createOrder?payId=${payId}&type=${type}&price=${asked}&param=%BB%E1%D4%B1&sign=${sign}`
    expect(JSON.parse((await sendRaw(served.url, path)).text)).toMatchObject({ code: 1 })
    const { param: _, ...without } = wish()
    expect(await create(without)).toMatchObject({ code: 1 })
    const upper = wish()
    expect(await create({ ...upper, sign: upper.sign!.toUpperCase() })).toMatchObject({ code: 1 })
  })

  it('is found below the path of each merchant, and at the root for the default one', async () => {
    const other = await openMerchant(shop)
    const base = `/vmq/${other.merchant.pid}`
    const { data } = await ask(`${base}/createOrder`, wish({}, other.key))
    const orderId = String(data.orderId)
    expect((await ask(`${base}/getOrder`, { orderId })).code).toBe(1)
    expect((await ask(`${base}//getOrder`, { orderId })).code).toBe(1)
    expect((await ask('//getOrder', { orderId })).msg).toBe('云端订单编号不存在')
    expect((await ask('/createOrder', wish({}, other.key))).msg).toBe('签名错误')
    expect((await ask('/vmq/999999/createOrder', wish())).msg).toBe('商户不存在或已停用')
    expect((await findDefaultMerchant(shop))?.id).toBe(site.merchant.id)
  })

  it.each([
    ['payId', '请传入商户订单号'],
    ['type', '请传入支付方式=>1|微信 2|支付宝'],
    ['price', '请传入订单金额'],
    ['sign', '请传入签名'],
  ])('names what is missing: %s', async (name, sentence) => {
    const { [name]: _, ...rest } = wish()
    expect(await create(rest)).toEqual({ code: -1, msg: sentence, data: null })
    expect(await create({ ...rest, [name]: '' })).toEqual({ code: -1, msg: sentence, data: null })
  })

  const refusals: [string, Fields, string][] = [
    ['a type of another wallet', { type: '3' }, '支付方式错误=>1|微信 2|支付宝'],
    ['a type that is no number', { type: 'constructor' }, '支付方式错误=>1|微信 2|支付宝'],
    ['nothing', { price: '0' }, '订单金额必须大于0'],
    ['nothing with decimals', { price: '0.00' }, '订单金额必须大于0'],
    ['less than nothing', { price: '-1' }, '订单金额必须大于0'],
    ...['1e3', '1.001', '01', '１', '99999999', '1,00', ' 1', '0x10', 'NaN'].map(
      (text): [string, Fields, string] => [
        `an amount of ${text}`,
        { price: text },
        '金额格式不正确，请填写如 9.90 的金额，最多两位小数',
      ],
    ),
    [
      'a number that is too long',
      { payId: 'x'.repeat(151) },
      'payId 格式不正确：1 至 150 个字符，不含控制字符，首尾没有空格',
    ],
    [
      'a number that ends in a blank',
      { payId: 'A ' },
      'payId 格式不正确：1 至 150 个字符，不含控制字符，首尾没有空格',
    ],
    [
      'a NUL in the number',
      { payId: 'A\u0000' },
      'payId 格式不正确：1 至 150 个字符，不含控制字符，首尾没有空格',
    ],
    ['a param too long for an address', { param: '中'.repeat(500) }, 'param 过长'],
    [
      'an address of another scheme',
      { notifyUrl: 'ftp://x.example.com/' },
      'notifyUrl 不可用：必须以 http:// 或 https:// 开头',
    ],
    [
      'an address inside',
      { notifyUrl: 'http://169.254.169.254/latest' },
      'notifyUrl 不可用：指向内网；须由收款方在 CALLBACK_ALLOW 中允许',
    ],
    [
      'a script to return to',
      { returnUrl: 'javascript:alert(1)' },
      'returnUrl 不可用：必须以 http:// 或 https:// 开头',
    ],
    ['a line end in an address', { returnUrl: 'https://a.example.com/\r\nX: y' }, 'returnUrl 含有控制字符'],
  ]
  it.each(refusals)('refuses %s and writes nothing', async (_, change, sentence) => {
    const before = await countRows(shop)
    expect(await create(wish(change))).toEqual({ code: -1, msg: sentence, data: null })
    expect(await countRows(shop)).toEqual(before)
  })

  it('refuses what was changed on the way, another key, and no key', async () => {
    const before = await countRows(shop)
    const fields = wish()
    for (const change of [
      { price: '1.00' },
      { type: '1' },
      { param: 'x' },
      { payId: 'y' },
      { sign: md5(`${fields.payId}2${fields.price}`) },
      { sign: wish({}, 'another key of 16 letters').sign! },
    ]) {
      expect((await create({ ...fields, ...change })).msg).toBe('签名错误')
    }
    expect(await countRows(shop)).toEqual(before)
    expect(shop.logged.some(({ msg }) => msg === 'a bad signature of a merchant')).toBe(true)
  })

  it('refuses a number that came before, and shows the order to a browser that comes again', async () => {
    const fields: Fields = { ...wish(), isHtml: '1' }
    const first = await sendRaw(served.url, `/createOrder?${encode(fields)}`)
    const again = await sendRaw(served.url, `/createOrder?${encode(fields)}`)
    expect([first.status, again.status]).toEqual([302, 302])
    expect(again.headers.location).toBe(first.headers.location)
    const { isHtml: _, ...asJson } = fields
    expect((await create(asJson)).msg).toBe('商户订单号已存在')
    const changed = wish({ payId: fields.payId!, isHtml: '1' })
    expect((await sendRaw(served.url, `/createOrder?${encode(changed)}`)).text).toBe('商户订单号已存在')
    shop.advance(301_000)
    expect((await sendRaw(served.url, `/createOrder?${encode(fields)}`)).text).toBe('商户订单号已存在')
  })

  it('of ten requests with one number at once takes one', async () => {
    const fields = wish()
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(fields)))
    expect(answers.filter(({ code }) => code === 1)).toHaveLength(1)
    expect(answers.filter(({ msg }) => msg === '商户订单号已存在')).toHaveLength(9)
  })

  it('sends a browser to our payment page, or says in bare words why not', async () => {
    const sent = await sendRaw(served.url, `/createOrder?${encode({ ...wish(), isHtml: '1' })}`)
    expect(sent.status).toBe(302)
    expect(sent.headers.location).toMatch(/^\/pay\/[\w-]{21}$/)
    const refused = await sendRaw(
      served.url,
      `/createOrder?${encode({ ...wish({ sign: 'x' }), isHtml: '1' })}`,
    )
    expect(refused).toMatchObject({ status: 200, text: '签名错误' })
    expect(refused.headers['content-type']).toBe('text/plain; charset=utf-8')
  })

  it('says that all amounts are taken, with a time, once they are', async () => {
    for (let at = 0; at < 11; at += 1) await createdId(wish({ price: '900.00' }))
    const full = wish({ price: '900.00' })
    const { text, headers } = await sendRaw(served.url, `/createOrder?${encode(full)}`)
    expect(JSON.parse(text)).toEqual({ code: -1, msg: '订单超出负荷，请稍后重试', data: null })
    expect(Number(headers['retry-after'])).toBeGreaterThan(60)
    const page = await sendRaw(served.url, `/createOrder?${encode({ ...full, isHtml: '1' })}`)
    expect(page.text).toMatch(/^订单超出负荷，请稍后重试（约 \d+ 秒后可下单）$/)
  })

  it('answers the state of the listener, and refuses orders while it is known to be gone', async () => {
    const state = (t: string, sign = md5(t + site.key)) => ask('/getState', { t, sign })
    expect((await state('1767225600')).data).toEqual({
      lastheart: '0',
      lastpay: '0',
      state: '-1',
      jkstate: '-1',
    })
    const set = (at: number | null) =>
      shop.db
        .updateTable('listeners')
        .set({ heartbeat_at: at, noticed_at: at })
        .where('id', '=', trade.listenerId)
        .execute()
    const at = shop.now()
    await set(at)
    forgetTills(shop)
    const seconds = String(Math.floor(at / 1000))
    const told = { lastheart: seconds, lastpay: seconds }
    expect((await state('1767225600000')).data).toEqual({ ...told, state: '1', jkstate: '1' })
    shop.advance(200_000)
    expect((await state('1767225600')).data).toEqual({ ...told, state: '0', jkstate: '0' })
    expect((await create(wish())).msg).toBe('监控端状态异常，请检查')
    expect((await state('1767225600', 'x')).msg).toBe('签名校验不通过')
    for (const t of ['', '1', '1.00wechat', '17672256001234', `1767225600\n`]) {
      expect((await state(t)).code).toBe(-1)
    }
    await set(null)
    forgetTills(shop)
  })

  it('closes an order that is open, by a signature, once', async () => {
    const orderId = await createdId(wish())
    expect((await ask('/closeOrder', { orderId, sign: md5(orderId) })).msg).toBe('签名校验不通过')
    const signed = { orderId, sign: md5(orderId + site.key) }
    expect(await ask('/closeOrder', signed)).toEqual({ code: 1, msg: '成功', data: null })
    expect((await trade.read(orderId)).state).toBe('cancelled')
    expect((await ask('/closeOrder', signed)).msg).toBe('订单状态不允许关闭')
    expect((await ask('/getOrder', { orderId })).data).toMatchObject({ state: -1, payUrl: '' })
    const unknown = 'A'.repeat(21)
    expect((await ask('/closeOrder', { orderId: unknown, sign: md5(unknown + site.key) })).msg).toBe(
      '云端订单编号不存在',
    )
  })

  it('says of an order that it waits, that it is over, or where the buyer goes once it is paid', async () => {
    const returnUrl = 'https://shop.example.com/back?order=9'
    const fields = wish({ returnUrl, param: 'a b&c' })
    const { data } = await create(fields)
    const orderId = String(data.orderId)
    expect(await ask('/checkOrder', { orderId })).toEqual({ code: -1, msg: '订单未支付', data: null })
    await trade.pay(await trade.read(orderId))
    const { code, data: url } = await ask('/checkOrder', { orderId })
    const [before, query] = String(url).split('&payId=')
    expect([code, before]).toEqual([1, returnUrl])
    const got = new URLSearchParams(`payId=${query}`)
    const signed = ['payId', 'param', 'type', 'price', 'reallyPrice'].map((name) => got.get(name)).join('')
    expect(signed).toBe(`${fields.payId}a b&c2${fields.price}${fields.price}`)
    expect(got.get('sign')).toBe(md5(signed + site.key))
    const late = await createdId(wish())
    shop.advance(301_000)
    expect((await ask('/checkOrder', { orderId: late })).msg).toBe('订单已过期')
    expect((await ask('/checkOrder', { orderId: 'x' })).msg).toBe('云端订单编号不存在')
  })

  it('takes the addresses of the merchant’s settings where a request names none', async () => {
    const told = await openToldSite(() => ({ body: 'success' }))
    allow.push(told.hostPort)
    const own = await openMerchant(shop, {
      notifyUrl: `${told.url}/mine`,
      returnUrl: 'https://mine.example.com/',
    })
    const { data } = await ask(`/vmq/${own.merchant.pid}/createOrder`, wish({}, own.key))
    const orderId = String(data.orderId)
    await trade.pay(await trade.read(orderId))
    await runCallbacks(shop, told.hostPort)
    expect(told.calls).toMatchObject([{ method: 'GET', path: '/mine' }])
    const { data: back } = await ask(`/vmq/${own.merchant.pid}/checkOrder`, { orderId })
    expect(String(back)).toMatch(/^https:\/\/mine\.example\.com\/\?payId=/)
  })

  it('tells the site until it says success, and shows an order whose site has not', async () => {
    let body = 'busy'
    const told = await openToldSite(() => ({ body }))
    allow.push(told.hostPort)
    const orderId = await createdId(wish({ notifyUrl: `${told.url}/notify` }))
    const stateOf = async () => (await ask('/getOrder', { orderId })).data.state
    await trade.pay(await trade.read(orderId))
    expect(await stateOf()).toBe(1)
    await runCallbacks(shop, told.hostPort)
    expect(await stateOf()).toBe(2)
    body = 'success'
    shop.advance(80_000)
    await runCallbacks(shop, told.hostPort)
    expect(await stateOf()).toBe(1)
    expect(told.calls.map(({ query }) => query.get('sign'))).toEqual(
      Array.from({ length: 2 }, () => told.calls[0]?.query.get('sign')),
    )
    body = 'known already' // what a site may say to news that nobody needed to send again
    const [first] = await listCallbacksOf(shop, orderId)
    await redeliverCallback(shop, first!.id, SELLER)
    await runCallbacks(shop, told.hostPort)
    expect(told.calls).toHaveLength(3)
    expect(await stateOf()).toBe(1)
  })

  it('leads to the payment page and draws codes at the addresses that sites put together themselves', async () => {
    const { data } = await create(wish())
    const page = await sendRaw(served.url, `/payPage/pay.html?orderId=${String(data.orderId)}`)
    expect(page).toMatchObject({ status: 302, headers: { location: `/pay/${String(data.orderId)}` } })
    const odd = await sendRaw(served.url, '/payPage/pay.html?orderId=//evil.example.com')
    expect(odd.headers.location).toBe('/pay/%2F%2Fevil.example.com')
    const picture = await sendRaw(served.url, `/enQrcode?url=${encodeURIComponent(String(data.payUrl))}`)
    expect([picture.status, picture.headers['content-type']]).toEqual([200, 'image/png'])
    for (const url of ['https://evil.example.com/', '', `wxp://${'x'.repeat(600)}`, 'wxp://中']) {
      expect((await ask('/enQrcode', { url })).msg).toBe('不是收款码')
    }
  })

  it('does nothing for other methods', async () => {
    const before = await countRows(shop)
    for (const method of ['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const { status, text } = await sendRaw(served.url, `/createOrder?${encode(wish())}`, { method })
      expect([status, text]).toEqual([
        200,
        method === 'HEAD' ? '' : '{"code":-1,"msg":"不支持这种请求方式。","data":null}',
      ])
    }
    expect(await countRows(shop)).toEqual(before)
  })

  it('signs with the key that signed the order, as long as that works', async () => {
    const { merchant } = site
    const fields = wish()
    const orderId = await createdId(fields)
    await trade.pay(await trade.read(orderId))
    await site.addKey('md5')
    const sign = new URLSearchParams(String((await ask('/checkOrder', { orderId })).data)).get('sign')
    expect(sign).toBe(md5(`${fields.payId}2${fields.price}${fields.price}${site.key}`))
    expect(merchant.default_at).not.toBeNull()
  })

  it('knows orders of its own only', async () => {
    const { order } = await site.place({ outTradeNo: 'epay-1' })
    const sign = md5(order.id + site.key)
    for (const path of ['getOrder', 'checkOrder', 'closeOrder']) {
      expect((await ask(`/${path}`, { orderId: order.id, sign })).msg).toBe('云端订单编号不存在')
    }
    expect((await trade.read(order.id)).state).toBe('pending')
  })

  it('leads to the address that is set, where one is', async () => {
    const named: TestShop = {
      ...shop,
      settings: {
        ...shop.settings,
        current: { ...shop.settings.current, publicUrl: 'https://till.example.com' },
      },
    }
    const app = await serveShop(named)
    const { headers } = await sendRaw(app.url, `/createOrder?${encode({ ...wish(), isHtml: '1' })}`)
    expect(headers.location).toMatch(/^https:\/\/till\.example\.com\/pay\/[\w-]{21}$/)
    await app.close()
  })

  it('says in its words that the database is away, and gives a fault a number that the log has', async () => {
    const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch((error: unknown) => error)
    const saying = async (error: unknown) => {
      const throwing = () => {
        throw error
      }
      const app = await serveShop({ ...shop, db: new Proxy(shop.db, { get: () => throwing }) })
      const { status, text, headers } = await sendRaw(app.url, `/createOrder?${encode(wish())}`)
      await app.close()
      return { status, wait: headers['retry-after'], ...(JSON.parse(text) as Answer) }
    }
    expect(await saying(away)).toEqual({
      status: 200,
      wait: '5',
      code: -1,
      msg: '系统暂时繁忙，请稍后重试。',
      data: null,
    })
    const { code, msg } = await saying(new Error('a fault of the test'))
    const requestId = /编号 ([\w-]{10})/.exec(msg)?.[1]
    expect(code).toBe(-1)
    expect(shop.logged.some((line) => line.requestId === requestId)).toBe(true)
  })

  it('knows no merchant that is switched off', async () => {
    const off = await openMerchant(shop)
    const { merchant } = off
    const input = {
      name: merchant.name,
      enabled: false,
      channels: [],
      accountIds: [],
      returnHosts: [],
      callbackMethod: 'GET',
      showQrcode: false,
      ordersPerMinute: 0,
    } as const
    await changeMerchant(shop, merchant.id, input, SELLER)
    const { msg } = await ask(`/vmq/${merchant.pid}/createOrder`, wish({}, off.key))
    expect(msg).toBe('商户不存在或已停用')
  })

  describe('whatever is sent', () => {
    const names = ['payId', 'type', 'price', 'sign', 'param', 'orderId', 't', 'isHtml', 'notifyUrl']
    const paths = ['createOrder', 'getOrder', 'checkOrder', 'closeOrder', 'getState']

    it.each(hostileRequests(names).map(({ what, send }) => [what, send] as const))(
      '%s is answered in words and writes nothing',
      async (_, send) => {
        const before = await countRows(shop)
        for (const path of paths) {
          const { status, text } = await send(served.url, `/${path}`)
          expect(status).toBe(200)
          if (text.startsWith('{')) expect(JSON.parse(text)).toMatchObject({ code: -1, data: null })
        }
        expect(await countRows(shop)).toEqual(before)
      },
    )

    it('a rightly signed request of any text is taken or refused', async () => {
      const odd = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.constantFrom(
          ...['', ' ', 'constructor', '9.90', '0.01', 'https://x.example.com/?a=b#c', 'x'.repeat(2_000)],
        ),
      )
      const text = odd.map((one) => one.replaceAll(/\p{Cs}/gu, '?'))
      const fields = fc.record({ payId: text, param: text, notifyUrl: text, returnUrl: text, isHtml: text })
      const rest = fc.record({
        price: fc.oneof(text, fc.constantFrom('700', '701.5')),
        type: fc.constantFrom('1', '2', '3'),
      })
      await fc.assert(
        fc.asyncProperty(fields, rest, async (some, more) => {
          const { status } = await sendRaw(served.url, '/createOrder', {
            method: 'POST',
            headers: FORM,
            body: encode(wish({ ...some, ...more })),
          })
          expect([200, 302]).toContain(status)
        }),
        { numRuns: 80 },
      )
    })

    it('leaves neither keys nor signatures in the log', () => {
      expect(isLogged(shop, [site.key, 'sign=', 'payId='])).toBe(false)
    })
  })
})
