import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDb } from '../com/db/index.ts'
import { REFUSALS, type RefusalCode } from '../core/errors.ts'
import type { Shop } from '../core/shop.ts'
import { LOCALES } from '../core/vocabulary.ts'
import { sendRaw, serveShop, type TestApp } from '../test/support/app.ts'
import { describeOnEngines, engines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade } from '../test/support/trade.ts'
import { sentenceFor } from './sentences.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }

describe('the sentences', () => {
  it.each(LOCALES)('exist for every refusal in %s, with nothing left to fill in', (locale) => {
    for (const code of [...Object.keys(REFUSALS), 'fault'] as (RefusalCode | 'fault')[]) {
      const details = { freeInSeconds: 80, retryInSeconds: 5, requestId: 'abc', otherChannels: ['wechat'] }
      expect(sentenceFor(code, details, locale)).toMatch(/^[^{}]{4,}$/)
      expect(sentenceFor(code, {}, locale)).toMatch(/^[^{}]{4,}$/)
    }
  })

  it('of a full pool names the time and the way out', () => {
    const details = { freeInSeconds: 80, otherChannels: ['alipay'] }
    expect(sentenceFor('no_free_amount', details, 'en')).toContain('01:20; Alipay')
    expect(sentenceFor('no_free_amount', details, 'zh-CN')).toContain('01:20 后可下单，也可以改用支付宝')
  })
})

describeOnEngines('every refusal', (engine) => {
  let shop: TestShop
  let served: TestApp
  let productId: string
  beforeAll(async () => {
    shop = await openTestShop(engine)
    productId = await (await openTrade(shop)).addProduct()
    served = await serveShop(shop)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const send = (path: string, options?: Parameters<typeof sendRaw>[2]) => sendRaw(served.url, path, options)
  const order = (body: unknown, headers: Record<string, string> = JSON_TYPE) =>
    send('/api/orders', {
      method: 'POST',
      headers,
      body:
        typeof body === 'string'
          ? body
          : JSON.stringify({ productId, email: 'a@example.com', channel: 'alipay', ...(body as object) }),
    })
  const codeOf = ({ status, text }: { status: number; text: string }) => [
    status,
    (JSON.parse(text) as { error: { code: string } }).error.code,
  ]

  it('is one envelope in the reader’s language, Chinese where nothing else is asked for', async () => {
    const path = `/api/orders/${'A'.repeat(21)}`
    const messageIn = async (language?: string) => {
      const { status, headers, text } = await send(
        path,
        language ? { headers: { 'Accept-Language': language } } : {},
      )
      expect([status, headers['cache-control'], headers['content-type']]).toEqual([
        404,
        'no-store',
        'application/json; charset=utf-8',
      ])
      const { error, ...rest } = JSON.parse(text) as {
        error: { code: string; message: string; details: object }
      }
      expect([error.code, error.details, rest]).toEqual(['order_not_found', {}, {}])
      return error.message
    }
    const [zh, en] = [
      '订单不存在，请检查链接是否完整。',
      'There is no such order. Check that the link is complete.',
    ]
    expect(await messageIn()).toBe(zh)
    expect(await messageIn('zh-TW,en;q=0.5')).toBe(zh)
    expect(await messageIn('en-GB')).toBe(en)
    expect(await messageIn('fr;q=0.9, en;q=0.8, zh;q=0.7')).toBe(en)
  })

  it('comes for a path or a method that does not exist', async () => {
    expect(codeOf(await send('/api/nothing'))).toEqual([404, 'not_found'])
    const wrong = await send('/api/shop', { method: 'DELETE' })
    expect(codeOf(wrong)).toEqual([405, 'method_not_allowed'])
    expect(wrong.headers.allow).toContain('GET')
  })

  it('comes for a target that has no path at all', async () => {
    for (const method of ['GET', 'POST', 'DELETE'])
      expect(codeOf(await send('http://[', { method }))).toEqual([400, 'bad_input'])
  })

  it('comes for a body that is not JSON, not whole, not an object or not announced as JSON', async () => {
    for (const body of ['{"a":', 'null', '"text"', '1', '[]', '{}', '{"productId":1}', '\u0000'])
      expect([body, ...codeOf(await order(body))]).toEqual([body, 400, 'bad_input'])
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect(codeOf(await order({}, { 'Content-Type': type }))).toEqual([415, 'unsupported_media_type'])
    expect(codeOf(await send('/api/orders', { method: 'POST' }))).toEqual([415, 'unsupported_media_type'])
  })

  it('comes for a field that nobody asked for, or of another kind', async () => {
    const strange: object[] = [
      { state: 'paid' },
      { due_cents: 1 },
      { quantity: '1' },
      { quantity: 0 },
      { quantity: 1.5 },
      { quantity: 1e21 },
      { channel: 'paypal' },
      { channel: ['alipay'] },
      { productId: { $ne: '' } },
    ]
    for (const change of strange) expect([change, (await order(change)).status]).toEqual([change, 400])
    expect(codeOf(await order('{"__proto__":{"admin":true}}'))[0]).toBe(400)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it.each([
    'a',
    'a@b',
    '@b.com',
    'a@b.com,c@d.com',
    'a@b.com\r\nBcc: c@d.com',
    '"a"@b.com',
    'a b@c.com',
    'a@b.c',
    'á@b.com',
    `${'a'.repeat(65)}@b.com`,
  ])('comes for the e-mail %j', async (email) => {
    expect(codeOf(await order({ email }))).toEqual([400, 'bad_email'])
  })

  it('comes for a body above 64 kB, before it is read to its end', async () => {
    expect(codeOf(await order({ email: 'x'.repeat(65_600) }))).toEqual([413, 'too_large'])
    expect(codeOf(await order({ email: 'x'.repeat(60_000) }))).toEqual([400, 'bad_email'])
  })

  it('comes for a body that unpacks to more, and ends the connection that it would block', async () => {
    const headers = { ...JSON_TYPE, 'Content-Encoding': 'gzip', Connection: 'keep-alive' }
    const body = gzipSync(Buffer.alloc(100_000_000, ' '))
    const answer = await send('/api/orders', { method: 'POST', headers, body })
    expect(codeOf(answer)).toEqual([413, 'too_large'])
    expect(answer.headers.connection).toBe('close')
  })

  it('comes for a query that is too long, broken or says a key twice', async () => {
    for (const query of ['a=1&a=2', '%', `x=${'y'.repeat(2_050)}`])
      expect((await send(`/api/shop?${query}`)).status).toBeLessThan(500)
    const code = (path: string) => send(path).then(codeOf)
    expect(await code(`/api/products/${'A'.repeat(21)}?x=1`)).toEqual([404, 'product_not_found'])
    expect(await code(`/api/products/short`)).toEqual([404, 'product_not_found'])
    expect(await code(`/api/products/${'A'.repeat(21)}%20`)).toEqual([404, 'product_not_found'])
  })
})

describe('what nobody expected', () => {
  let shop: TestShop
  beforeAll(async () => void (shop = await openTestShop(engines[0]!)))
  afterAll(() => shop.close())

  /** A shop whose database does what the test says. */
  async function answerWith(failure: unknown) {
    const db = new Proxy({}, { get: () => fail(failure) }) as Shop['db']
    const served = await serveShop({ ...shop, db })
    const answers = [await sendRaw(served.url, '/api/products'), await sendRaw(served.url, '/healthz')]
    await served.close()
    return answers
  }
  const fail = (failure: unknown): never => {
    throw failure
  }

  it('is a fault with a number that the log knows, and says nothing of what went wrong', async () => {
    const [answer] = await answerWith(new Error('table `orders` at 10.0.0.5 has /etc/secret'))
    const { status, text } = answer!
    const { error } = JSON.parse(text) as { error: { code: string; details: { requestId: string } } }
    expect([status, error.code]).toEqual([500, 'fault'])
    expect(text).not.toMatch(/orders|10\.0\.0\.5|secret|at /)
    expect(shop.logged.some((line) => line.requestId === error.details.requestId)).toBe(true)
  })

  it('is “come back later” while the database is away', async () => {
    const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch((error: unknown) => error)
    for (const { status, headers, text } of await answerWith(away)) {
      expect([status, headers['retry-after']]).toEqual([503, '5'])
      expect(text).not.toContain('127.0.0.1')
    }
  })
})
