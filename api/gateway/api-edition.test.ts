import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw, serveShop, type RawAnswer, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { md5, runCallbacks } from '../../test/support/epay-site.ts'
import {
  countRows,
  FORM,
  hostileRequests,
  isLogged,
  JSON_TYPE,
  openToldSite,
} from '../../test/support/gateway.ts'
import { checkInvariants } from '../../test/support/invariants.ts'
import { openMerchant, type TestMerchant } from '../../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, type Trade } from '../../test/support/trade.ts'

type Fields = Record<string, string>
type Body = Record<string, unknown>

const REDIRECT = 'https://shop.example.com/paid'

describe('the published values of the signature', () => {
  it('are those of this file', () => {
    expect(md5(`${md5('A1001' + '1.00')}123456`)).toBe('2aec41cdc5cdf48043bdc9f76714f14b')
    expect(md5(`${md5('A1001')}123456`)).toBe('b18d49b5315a69944ccfdeddebdb73b7')
  })
})

describeOnEngines('the Api edition', (engine) => {
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

  const signOf = (orderId: string, price: string, key = site.key) => md5(md5(orderId + price) + key)

  let price = 100
  let number = 0
  /** At a price of its own, rightly signed unless `sign` is among the changes. */
  function older(change: Fields = {}, key = site.key): Fields {
    price += 1
    const fields = {
      order_id: `A${(number += 1)}`,
      order_price: `${price}.00`,
      redirect_url: REDIRECT,
      ...change,
    }
    return { sign: signOf(fields.order_id, fields.order_price, key), ...fields }
  }
  const newer = (change: Fields = {}, key = site.key) =>
    older({ order_type: 'wechat', order_name: '月卡', ...change }, key)

  const postRaw = (path: string, headers: Record<string, string>, body: string | Buffer) =>
    sendRaw(served.url, path, { method: 'POST', headers, body })
  function bodyOf({ status, headers, text }: RawAnswer): Body {
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    return JSON.parse(text) as Body
  }
  const post = async (fields: Fields, path = '/api/order') =>
    bodyOf(await postRaw(path, JSON_TYPE, JSON.stringify(fields)))
  const get = async (path: string, orderId: string) =>
    bodyOf(await sendRaw(served.url, `${path}?order_id=${encodeURIComponent(orderId)}`))
  const rowOf = (orderId: string) =>
    shop.db
      .selectFrom('merchant_orders')
      .innerJoin('orders', 'orders.id', 'merchant_orders.order_id')
      .selectAll()
      .where('out_trade_no', '=', orderId)
      .executeTakeFirstOrThrow()
  const pay = async (orderId: string) => trade.pay(await trade.read((await rowOf(orderId)).order_id))

  describe('in its first version', () => {
    it('answers the order in an envelope, with the text of the code and the amount to pay', async () => {
      const fields = older({ extension: 'uid-5' })
      expect(await post(fields)).toEqual({
        code: 0,
        data: {
          ...fields,
          pay_type: 'wechat',
          pay_format: 'json',
          pay_price: fields.order_price,
          pay_qr: `wxp://f2f0${'a'.repeat(32)}`,
          pay_status: '未支付',
        },
        msg: '创建订单成功!',
      })
    })

    it('takes a form as well, url-encoded or in parts', async () => {
      const fields = older({ pay_type: 'alipay' })
      const form = await postRaw('/api/order', FORM, new URLSearchParams(fields).toString())
      expect(bodyOf(form)).toMatchObject({ code: 0, data: { pay_type: 'alipay', order_id: fields.order_id } })
      const more = Object.entries(older())
      const head = 'Content-Disposition: form-data; name='
      const parts = more.map(([name, value]) => `--b\r\n${head}"${name}"\r\n\r\n${value}\r\n`).join('')
      const type = { 'Content-Type': 'multipart/form-data; boundary=b' }
      expect(bodyOf(await postRaw('/api/order', type, `${parts}--b--\r\n`))).toMatchObject({ code: 0 })
    })

    it('answers for html where our page is: the buyer chooses there what the site did not', async () => {
      const fields = older({ pay_format: 'html' })
      const { data } = await post(fields)
      const row = await rowOf(fields.order_id!)
      expect(data).toBe(`/#/pay/${row.order_id}`)
      expect(row).toMatchObject({ channel: 'wechat', channel_fixed_at: null })
      const named = older({ pay_format: 'html', pay_type: 'alipay' })
      await post(named)
      expect((await rowOf(named.order_id!)).channel_fixed_at).not.toBeNull()
    })

    it('is led to the page by the address that the site knows, whatever it puts before it', async () => {
      for (const path of [`/m/${site.merchant.pid}`, `/m/${site.merchant.pid}/`]) {
        expect(await sendRaw(served.url, path)).toMatchObject({ status: 302, headers: { location: '/' } })
      }
    })

    it.each([
      ['order_id', '参数不完整!'],
      ['order_price', '参数不完整!'],
      ['sign', '参数不完整!'],
      ['redirect_url', 'redirect_url参数不能为空!'],
    ])('names what is missing: %s', async (name, msg) => {
      const { [name]: _, ...rest } = older()
      expect(await post(rest)).toEqual({ code: -1, data: '', msg })
    })

    it('tells the order and the time that is left to whoever knows its number, and never the signature', async () => {
      const fields = older({ extension: 'x' })
      const { data } = (await post(fields)) as { data: Fields }
      const { sign: _, ...shown } = data
      shop.advance(60_000)
      const told = await get('/api/getorderid', fields.order_id!)
      expect(told).toMatchObject({ code: 0, data: shown, msg: '' })
      expect(told.data).not.toHaveProperty('sign')
      expect(Number(told.time)).toBeGreaterThan(235_000)
      expect(Number(told.time)).toBeLessThanOrEqual(240_000)
      expect(await get('/api/orderstatus', fields.order_id!)).toEqual({ code: 0, data: shown, msg: '' })
      await pay(fields.order_id!)
      expect(await get('/api/orderstatus', fields.order_id!)).toMatchObject({
        code: 0,
        data: { pay_status: '已支付', pay_qr: '' },
      })
      const late = older()
      await post(late)
      shop.advance(301_000)
      expect(await get('/api/getorderid', late.order_id!)).toMatchObject({
        code: -1,
        msg: '订单已过期!',
        time: 0,
        data: { pay_status: '已过期', pay_qr: '' },
      })
    })
  })

  describe('in its second version', () => {
    it('answers the bare row, by its own names', async () => {
      const fields = newer({ order_type: 'alipay', extension: 'uid-5' })
      expect(await post(fields)).toEqual({
        ...fields,
        qr_price: fields.order_price,
        qr_url: 'https://qr.alipay.com/fkx10000examplecode0001',
        pay_status: '未支付',
      })
      expect(await get('/api/getorderid', fields.order_id!)).toMatchObject({
        code: 0,
        data: { order_name: '月卡', qr_price: fields.order_price },
      })
      expect((await rowOf(fields.order_id!)).product_name).toBe('月卡')
    })

    it.each([
      ['order_id', 'order_id不为空'],
      ['order_price', 'order_price不为空!'],
      ['sign', '签名错误'],
      ['redirect_url', 'redirect_url不为空!'],
    ])('names what is missing: %s', async (name, msg) => {
      const { [name]: _, ...rest } = newer()
      expect(await post(rest)).toEqual({ code: -1, data: '', msg })
    })

    it('takes a name of any length and characters, and shows a part of it', async () => {
      const name = `💥${'长'.repeat(2_000)}`
      const row = await post(newer({ order_name: name }))
      expect(row.order_name).toBe([...name].slice(0, 255).join(''))
    })
  })

  describe('checks the signature over the characters that came', () => {
    const json = (orderId: string, written: string, sign: string) =>
      `{"order_id":"${orderId}","order_price":${written},"redirect_url":"${REDIRECT}","sign":"${sign}"}`
    const cases: [string, string, string][] = [
      ['a number as it is written', '201.00', '201.00'],
      ['a number as JavaScript and PHP print it', '202.00', '202'],
      ['a number of JavaScript', '203.5', '203.5'],
      ['a text', '"204.00"', '204.00'],
    ]
    it.each(cases)('%s: %s signed as %s', async (_, written, signed) => {
      const id = `N${written}`.replace(/["]/g, 't')
      const answer = await postRaw('/api/order', JSON_TYPE, json(id, written, signOf(id, signed)))
      expect(bodyOf(answer)).toMatchObject({ code: 0, data: { order_price: written.replaceAll('"', '') } })
    })

    it('takes an order number that is a number, beyond what JavaScript counts', async () => {
      const id = '20261122120000000012345'
      const text = `{"order_id":${id},"order_price":205,"redirect_url":"${REDIRECT}","sign":"${signOf(id, '205')}"}`
      expect(bodyOf(await postRaw('/api/order', JSON_TYPE, text))).toMatchObject({ data: { order_id: id } })
    })

    it('refuses another amount, another number, another key, and none', async () => {
      const before = await countRows(shop)
      const fields = newer()
      for (const change of [
        { order_price: '1.00' },
        { order_id: 'Z1' },
        { sign: signOf(fields.order_id!, fields.order_price!, 'another key of 16 letters') },
        { sign: signOf(fields.order_id!, fields.order_price!, '') },
        { sign: md5(md5(fields.order_id!) + site.key) },
      ]) {
        expect(await post({ ...fields, ...change })).toEqual({ code: -1, data: '', msg: '签名错误' })
      }
      expect(await countRows(shop)).toEqual(before)
    })
  })

  const AMOUNT = '金额格式不正确，请填写如 9.90 的金额，最多两位小数'
  const refusals: [string, Fields, string][] = [
    ['nothing', { order_price: '0' }, '金额不能小于等于0!'],
    ['less than nothing', { order_price: '-1.00' }, '金额不能小于等于0!'],
    ...['1e3', '1.001', '01', '１', '99999999'].map((text): [string, Fields, string] => [
      `an amount of ${text}`,
      { order_price: text },
      AMOUNT,
    ]),
    ['a wallet that it does not know', { pay_type: 'qqpay' }, 'pay_type 只能是 wechat 或 alipay'],
    [
      'a number that reads like money arriving',
      { order_id: '1.00wechat' },
      'order_id 不能是金额加 wechat 或 alipay 的形式',
    ],
    [
      'the same of the other wallet',
      { order_id: '99alipay' },
      'order_id 不能是金额加 wechat 或 alipay 的形式',
    ],
    [
      'a NUL in the number',
      { order_id: 'A\u0000' },
      'order_id 格式不正确：1 至 150 个字符，不含控制字符，首尾没有空格',
    ],
    [
      'a number too long',
      { order_id: 'A'.repeat(151) },
      'order_id 格式不正确：1 至 150 个字符，不含控制字符，首尾没有空格',
    ],
    ['an extension too long', { extension: '长'.repeat(500) }, 'extension 过长'],
    [
      'an address inside',
      { redirect_url: 'http://127.0.0.1:22/' },
      'redirect_url 不可用：指向内网；须由收款方在 CALLBACK_ALLOW 中允许',
    ],
    [
      'an address of another scheme',
      { redirect_url: 'file:///etc/passwd' },
      'redirect_url 不可用：必须以 http:// 或 https:// 开头',
    ],
    [
      'a port of another service',
      { redirect_url: 'http://shop.example.com:6379/' },
      'redirect_url 不可用：只能用 80 或 443 端口；其他端口须由收款方在 CALLBACK_ALLOW 中允许',
    ],
  ]
  it.each(refusals)('refuses %s and writes nothing', async (_, change, msg) => {
    const before = await countRows(shop)
    expect(await post(older(change))).toEqual({ code: -1, data: '', msg })
    expect(await countRows(shop)).toEqual(before)
  })

  it('says of a type that there is none such, and asks for one', async () => {
    expect((await post(newer({ order_type: 'paypal' }))).msg).toBe('order_type 只能是 wechat 或 alipay')
    expect((await post(newer({ order_type: '' }))).msg).toBe('order_type 只能是 wechat 或 alipay')
  })

  it('gives the same order for the same request, opens it again after its end, and refuses other terms', async () => {
    const fields = newer({ extension: 'a' })
    const first = await post(fields)
    expect(await post(fields)).toEqual(first)
    const other = await post({ ...fields, order_type: 'alipay' })
    expect(other).toMatchObject({ order_type: 'alipay', order_id: fields.order_id })
    for (const change of [{ extension: 'b' }, { order_name: 'b' }, { redirect_url: `${REDIRECT}2` }]) {
      expect((await post({ ...fields, ...change })).msg).toContain('支付参数有变化')
    }
    const dearer = newer({ order_id: fields.order_id! })
    expect((await post(dearer)).msg).toContain('支付参数有变化')
    const { order_id: id } = await rowOf(fields.order_id!)
    shop.advance(301_000)
    expect(await post(fields)).toMatchObject({ pay_status: '未支付' })
    expect((await rowOf(fields.order_id!)).order_id).toBe(id)
    await pay(fields.order_id!)
    expect((await post(fields)).msg).toContain('已完成支付')
  })

  describe('a signature serves for one order', () => {
    const used = { code: -1, data: '', msg: '签名已用于另一笔订单' }

    it('however its characters are divided, and however long after', async () => {
      const fields = newer({ order_id: 'B1', order_price: '19.00' })
      await post(fields)
      const before = await countRows(shop)
      shop.advance(3 * 3_600_000)
      const divided: Fields = { ...fields, order_id: 'B11', order_price: '9.00' }
      expect(divided.sign).toBe(md5(md5('B119.00') + site.key))
      expect(await post(divided)).toEqual(used)
      expect(await countRows(shop)).toEqual(before)
      expect(await post(fields)).toMatchObject({ order_id: 'B1', pay_status: '未支付' })
    })

    it('whichever of the two ways of signing a number it takes', async () => {
      const fields = newer({ order_id: 'B2', order_price: '12.00' })
      const sign = md5(md5('B212') + site.key)
      const send = (order_id: string, price: string) =>
        postRaw(
          '/api/order',
          JSON_TYPE,
          JSON.stringify({ ...fields, order_id, sign }).replace('"12.00"', price),
        )
      expect(bodyOf(await send('B2', '12.00'))).toMatchObject({ order_id: 'B2' })
      expect(bodyOf(await send('B21', '2'))).toEqual(used)
      expect(bodyOf(await send('B21', '2.00'))).toEqual(used)
    })

    it('also when both ask at the same moment', async () => {
      const fields = newer({ order_id: 'B3', order_price: '18.00' })
      const divided = { ...fields, order_id: 'B31', order_price: '8.00' }
      const answers = await Promise.all([post(fields), post(divided)])
      expect(answers.filter((answer) => answer.order_id !== undefined)).toHaveLength(1)
      expect(answers).toContainEqual(used)
    })

    it('and the one of a callback for none', async () => {
      await post(newer({ order_id: 'B4001' }))
      const sign = md5(md5('B4001') + site.key)
      const before = await countRows(shop)
      expect(await post(newer({ order_id: 'B400', order_price: '1', sign }))).toEqual(used)
      expect(await countRows(shop)).toEqual(before)
    })

    it('but another merchant may have signed the same characters', async () => {
      const other = await openMerchant(shop)
      const fields = newer({ order_id: 'B51', order_price: '7.00' })
      await post(fields)
      const theirs = newer({ order_id: 'B5', order_price: '17.00' }, other.key)
      expect(await post(theirs, `/m/${other.merchant.pid}/api/order`)).toMatchObject({ order_id: 'B5' })
    })
  })

  it('tells only hosts that its merchant named, where it named any', async () => {
    const named = await openMerchant(shop, { returnHosts: ['shop.example.com'] })
    const path = `/m/${named.merchant.pid}/api/order`
    const fields = newer({ redirect_url: 'https://shop.example.com.evil.example/paid' }, named.key)
    expect((await post(fields, path)).msg).toBe('redirect_url 的域名不在商户设置的网站里')
    expect(await post({ ...fields, redirect_url: REDIRECT }, path)).toMatchObject({ redirect_url: REDIRECT })
  })

  it('keeps the orders of its merchants apart', async () => {
    const other = await openMerchant(shop)
    const base = `/m/${other.merchant.pid}`
    const fields = newer({}, other.key)
    expect(await post(fields, `${base}/api/order`)).toMatchObject({ order_id: fields.order_id })
    expect(await get(`${base}/api/getorderid`, fields.order_id!)).toMatchObject({ code: 0 })
    expect(await get(`${base}/api/orderstatus`, fields.order_id!)).toMatchObject({ code: 0 })
    for (const path of ['/api/getorderid', '/api/orderstatus']) {
      expect(await get(path, fields.order_id!)).toEqual({ code: -1, data: '', msg: '订单不存在!' })
    }
    expect((await post(fields)).msg).toBe('签名错误')
    expect((await post(newer(), '/m/999999/api/order')).msg).toBe('商户不存在或已停用')
    const same = newer({ order_id: fields.order_id! })
    expect(await post(same)).toMatchObject({ order_id: fields.order_id })
  })

  it('shows orders of its own only', async () => {
    const { asked } = await site.place({ outTradeNo: 'epay-1' })
    expect(await get('/api/getorderid', asked.out_trade_no)).toEqual({
      code: -1,
      data: '',
      msg: '订单不存在!',
    })
  })

  it('says when an amount comes free, once all are taken', async () => {
    for (let at = 0; at < 11; at += 1) await post(newer({ order_price: '900.00' }))
    const { headers, text } = await postRaw(
      '/api/order',
      JSON_TYPE,
      JSON.stringify(newer({ order_price: '900.00' })),
    )
    expect(JSON.parse(text)).toMatchObject({ code: -1, data: '' })
    expect((JSON.parse(text) as Body).msg).toMatch(/约 \d\d:\d\d 后可下单，也可以改用支付宝/)
    expect(Number(headers['retry-after'])).toBeGreaterThan(60)
  })

  it('tells the site with both names of the signature, and again until it answers well', async () => {
    let status = 500
    const told = await openToldSite(() => ({ status, body: 'whatever' }))
    allow.push(told.hostPort)
    const fields = newer({ redirect_url: `${told.url}/paid?from=till`, extension: '{"uid":5}' })
    await post(fields)
    await pay(fields.order_id!)
    await runCallbacks(shop, told.hostPort)
    status = 200
    shop.advance(80_000)
    await runCallbacks(shop, told.hostPort)
    const sign = md5(md5(fields.order_id!) + site.key)
    const said = {
      from: 'till',
      order_id: fields.order_id,
      order_price: fields.order_price,
      qr_price: fields.order_price,
      extension: '{"uid":5}',
      sign,
      sgin: sign,
    }
    expect(
      told.calls.map(({ method, path, query }) => ({ method, path, ...Object.fromEntries(query) })),
    ).toEqual([
      { method: 'GET', path: '/paid', ...said },
      { method: 'GET', path: '/paid', ...said },
    ])
    shop.advance(80_000)
    await runCallbacks(shop, told.hostPort)
    expect(told.calls).toHaveLength(2)
  })

  it('answers other methods in its words, and leaves the shop’s own orders alone', async () => {
    const before = await countRows(shop)
    const words = '{"code":-1,"data":"","msg":"不支持这种请求方式。"}'
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await sendRaw(served.url, `/api/order?${new URLSearchParams(newer())}`, { method })
      expect(answer).toMatchObject({ status: 200, text: method === 'HEAD' ? '' : words })
    }
    for (const path of ['/api/getorderid', '/api/orderstatus']) {
      expect((await postRaw(path, FORM, 'order_id=A1')).text).toBe(words)
    }
    expect(await countRows(shop)).toEqual(before)
    const own = await sendRaw(served.url, '/api/orders', { method: 'POST', headers: JSON_TYPE, body: '{}' })
    expect(JSON.parse(own.text)).toMatchObject({ error: { code: 'bad_input' } })
  })

  describe('whatever is sent', () => {
    const names = ['order_id', 'order_price', 'order_type', 'order_name', 'sign', 'redirect_url', 'extension']

    it.each(hostileRequests(names).map(({ what, send }) => [what, send] as const))(
      '%s is answered in words and writes nothing',
      async (_, send) => {
        const before = await countRows(shop)
        for (const path of [
          '/api/order',
          '/api/getorderid',
          '/api/orderstatus',
          `/m/${site.merchant.pid}/api/order`,
        ]) {
          const { status, text } = await send(served.url, path)
          expect([status, JSON.parse(text)]).toMatchObject([200, { code: -1, data: '' }])
        }
        expect(await countRows(shop)).toEqual(before)
      },
    )

    it('a rightly signed request of any text is taken or refused', async () => {
      const odd = ['', ' ', 'constructor', '9.90', 'https://x.example.com/?a=b#c', 'x'.repeat(2_000)]
      const text = fc
        .oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom(...odd))
        .map((one) => one.replaceAll(/\p{Cs}/gu, '?'))
      const some = fc.record({
        order_id: text,
        extension: text,
        order_name: text,
        redirect_url: fc.oneof(text, fc.constant(REDIRECT)),
        order_type: fc.constantFrom('wechat', 'alipay', 'x'),
        order_price: fc.oneof(text, fc.constantFrom('700', '701.5')),
      })
      await fc.assert(
        fc.asyncProperty(some, fc.boolean(), async (fields, asJson) => {
          const sent = older(fields)
          const answer = asJson
            ? await postRaw('/api/order', JSON_TYPE, JSON.stringify(sent))
            : await postRaw('/api/order', FORM, new URLSearchParams(sent).toString())
          expect(answer.status).toBe(200)
        }),
        { numRuns: 80 },
      )
    })

    it('leaves neither keys nor signatures in the log', () => {
      expect(isLogged(shop, [site.key, 'order_price', 'sign='])).toBe(false)
    })
  })
})
