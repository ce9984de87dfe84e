import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDb } from '../../com/db/index.ts'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, type Trade } from '../../test/support/trade.ts'

const SECRET = 'the secret of the phone 01'
const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json; charset=utf-8'
const ALIPAY = 'com.eg.android.AlipayGphone'

describeOnEngines('a forwarder over http', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  let path: string
  beforeAll(async () => {
    shop = await openTestShop(engine, { orderLimits: '0' }, { listenerSecret: SECRET })
    trade = await openTrade(shop)
    served = await serveShop(shop, { badSignLimit: { limit: 0, windowMs: 60_000 } })
    path = `/addons/listener/forward/${trade.listenerId}`
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  let ticks = 0
  /** As the app makes it: base64, then percent-encoded. */
  const signed = () => {
    const timestamp = String(Date.now() + (ticks += 1))
    const sign = createHmac('sha256', SECRET).update(`${timestamp}\n${SECRET}`, 'utf8').digest('base64')
    return { timestamp, sign: encodeURIComponent(sign) }
  }
  const post = async (body: string | Buffer, headers: Record<string, string>, at = path, method = 'POST') => {
    const { status, text } = await sendRaw(served.url, at, { method, headers, body })
    return { status, text, body: text === '' ? null : (JSON.parse(text) as { code: number; msg: string }) }
  }
  const postJson = (value: unknown, headers: Record<string, string> = {}, at = path) =>
    post(JSON.stringify(value), { 'Content-Type': JSON_TYPE, ...headers }, at)
  const text = (price: string) => `成功收款${price}元。享免费提现等更多专属服务，点击查看`
  const shown = (price: string) => ({ package: ALIPAY, title: '收钱码到账通知#####', text: text(price) })
  const order = async () => trade.order(await trade.addProduct())
  const priceOf = ({ due_cents }: { due_cents: number }) => (due_cents / 100).toFixed(2)
  const countPayments = async () => (await shop.db.selectFrom('payments').select('id').execute()).length

  it('takes the JSON of the template that sellers are given, and says yes in the words the app looks for', async () => {
    const due = await order()
    const { status, text: raw } = await postJson(
      { ...shown(priceOf(due)), device: '旧手机', ...signed() },
      {},
      `${path}?timeStamp=1763812345678`,
    )
    expect([status, raw.includes('"code":1')]).toEqual([200, true])
    expect((await trade.read(due.id)).state).toBe('delivered')
  })

  it('takes the form that the app sends unless it is told otherwise', async () => {
    const due = await order()
    const content = [ALIPAY, text(priceOf(due)), '收钱码到账通知', '2026-11-22 21:05:09', '旧手机'].join('\n')
    const form = new URLSearchParams({ from: ALIPAY, content, ...signed() })
    const { body } = await post(form.toString(), { 'Content-Type': FORM })
    expect(body).toEqual({ code: 1, msg: '收款处理成功!', data: null })
    expect((await trade.read(due.id)).state).toBe('delivered')
  })

  it.each(['"\\', '\\"', '"', '{"'])(
    'is answered as soon when it is full of %s as when it is short',
    async (part) => {
      const body = `{${part.repeat(Math.floor(65_000 / part.length))}`
      const begun = performance.now()
      expect((await post(body, { 'Content-Type': JSON_TYPE })).body).toMatchObject({ code: 0 })
      expect(performance.now() - begun).toBeLessThan(1_500)
    },
  )

  it('takes no line of a message for its title where the template is not known, and says what to do', async () => {
    const due = await order()
    // The template has no time and names the title last: the message of a friend brings a title of its own.
    const message = `收钱码到账通知\n${text(priceOf(due))}`
    const form = new URLSearchParams({ from: ALIPAY, content: `${message}\n张三`, ...signed() })
    const { body } = await post(form.toString(), { 'Content-Type': FORM })
    expect(body).toMatchObject({ code: 0, msg: expect.stringContaining('JSON') as string })
    expect((await trade.read(due.id)).state).toBe('pending')
    const kept = await shop.db
      .selectFrom('payments')
      .select(['match_kind', 'warning', 'amount_cents'])
      .where('raw_text', 'like', '%张三%')
      .execute()
    expect(kept).toEqual([{ match_kind: 'quarantined', warning: 'ambiguous', amount_cents: null }])
  })

  it('takes a form of the same fields, with a signature that nobody encoded', async () => {
    const due = await order()
    const { timestamp, sign } = signed()
    const fields = { ...shown(priceOf(due)), timestamp, sign: decodeURIComponent(sign) }
    expect((await post(new URLSearchParams(fields).toString(), { 'Content-Type': FORM })).body).toMatchObject(
      { code: 1 },
    )
    expect((await trade.read(due.id)).state).toBe('delivered')
  })

  it('takes JSON with the secret in a header, whatever type it names', async () => {
    const due = await order()
    const headers = { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'text/plain' }
    const { body } = await post(JSON.stringify({ ...shown(priceOf(due)), id: 'x1' }), headers)
    expect(body).toMatchObject({ code: 1, msg: '收款处理成功!' })
    expect((await postJson(shown('0.05'), { Authorization: 'Bearer wrong' })).body).toEqual({
      code: 0,
      msg: '密匙不正确!',
      data: null,
    })
  })

  it('says what it made of what is no money', async () => {
    const send = async (change: object) => (await postJson({ ...shown('0.05'), ...signed(), ...change })).body
    expect(await send({ package: 'com.example' })).toMatchObject({
      code: 1,
      msg: '没有读取此应用的规则，已忽略',
    })
    expect(await send({ text: '能量待收取', title: '蚂蚁森林' })).toMatchObject({
      code: 1,
      msg: '不是收款通知，已忽略',
    })
    expect(await send({ title: '李四', text: '李四已成功向你转了1笔钱' })).toMatchObject({ code: 1 })
    expect(await send({ text: '到账通知' })).toMatchObject({ code: 0 })
  })

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])('does nothing on %s', async (method) => {
    const before = await countPayments()
    const body = JSON.stringify({ ...shown('0.06'), ...signed() })
    expect((await post(body, { 'Content-Type': JSON_TYPE }, path, method)).status).toBe(200)
    expect(await countPayments()).toBe(before)
  })

  it.each([
    ['an empty body', '', FORM],
    ['broken JSON', '{"package":', JSON_TYPE],
    ['a list', '[{"package":"x"}]', JSON_TYPE],
    [
      'nested fields',
      JSON.stringify({ package: { a: 1 }, text: ['x'], timestamp: '1', sign: 'x' }),
      JSON_TYPE,
    ],
    ['no app', JSON.stringify({ text: '成功收款1.00元', timestamp: '1763812345678', sign: 'x' }), JSON_TYPE],
    ['no text', JSON.stringify({ package: ALIPAY, timestamp: '1763812345678', sign: 'x' }), JSON_TYPE],
    ['no signature', JSON.stringify(shown('0.06')), JSON_TYPE],
    [
      'a signature that the app had no secret for',
      JSON.stringify({ ...shown('0.06'), timestamp: '[timestamp]', sign: '[sign]' }),
      JSON_TYPE,
    ],
    [
      'a wrong signature',
      JSON.stringify({ ...shown('0.06'), timestamp: '1763812345678', sign: `${'A'.repeat(43)}=` }),
      JSON_TYPE,
    ],
    ['a body of a megabyte', `from=x&content=${'y'.repeat(1_000_000)}`, FORM],
    ['too many fields', Array.from({ length: 99 }, (_, at) => `k${at}=1`).join('&'), FORM],
    ['a type that is none', JSON.stringify(shown('0.06')), 'a/b/c;;'],
    ['a form of parts without a boundary', 'x', 'multipart/form-data'],
  ])('refuses %s with code 0, and records nothing', async (_, body, type) => {
    const before = await countPayments()
    expect(await post(body, { 'Content-Type': type })).toMatchObject({ status: 200, body: { code: 0 } })
    expect(await countPayments()).toBe(before)
  })

  it('never fails over what a notification says', async () => {
    const odd = [
      '',
      '💥'.repeat(500),
      '\u0000',
      '\ud800',
      '收款'.repeat(1_000),
      `收款1.00元${'x'.repeat(60_000)}`,
      '{amount}*',
    ]
    for (const one of odd) {
      const fields = { package: ALIPAY, title: one, text: one, ...signed() }
      const { status, body } = await postJson(fields)
      expect([one.slice(0, 10), status, typeof body?.code]).toEqual([one.slice(0, 10), 200, 'number'])
    }
    const gbk = Buffer.from('from=com.eg.android.AlipayGphone&content=\xb3\xc9\xb9\xa6', 'latin1')
    expect((await post(gbk, { 'Content-Type': FORM })).status).toBe(200)
    const ids = ['x', '..', '%00', 'Z'.repeat(500), '💥']
    for (const id of ids) {
      const at = `/addons/listener/forward/${encodeURIComponent(id)}`
      expect((await postJson({ ...shown('0.06'), ...signed() }, {}, at)).body).toMatchObject({ code: 0 })
    }
  })

  it('never writes a signature, a secret or a notification into the log', async () => {
    const one = { ...shown('0.07'), ...signed() }
    await postJson(one)
    await postJson(shown('0.07'), { Authorization: `Bearer ${SECRET}` })
    const log = JSON.stringify(shop.logged)
    for (const hidden of [one.sign, decodeURIComponent(one.sign), SECRET, one.text])
      expect([hidden, log.includes(hidden)]).toEqual([hidden, false])
  })

  it('gives no answer at all when a notice could not be kept', async () => {
    const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch((error: unknown) => error)
    const { transaction } = shop.database
    shop.database.transaction = () => Promise.reject(away)
    expect((await postJson({ ...shown('0.08'), ...signed() })).body).toMatchObject({
      code: 1,
      msg: '收款已记录',
    })
    await served.api.spool.close()
    await expect(postJson({ ...shown('0.08'), ...signed() })).rejects.toThrow()
    shop.database.transaction = transaction
  })
})
