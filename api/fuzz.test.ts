/** No input that anyone can send makes the shop fail: it is served or refused, in words. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { sendRaw, serveShop, type RawAnswer, type TestApp } from '../test/support/app.ts'
import { signInAsSeller, type Seller } from '../test/support/client.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { openSite, orderInput, type TestSite } from '../test/support/merchant-api.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade } from '../test/support/trade.ts'
import type { Operation } from './contract/operation.ts'
import { OPERATIONS } from './operations.ts'

type Json = Record<string, unknown>

/** What programs stumble over. */
const ODD: readonly unknown[] = [
  ...[
    '',
    ' ',
    'a',
    '\u0000',
    '\ud800',
    '💥',
    '%',
    "' or 1=1 --",
    '__proto__',
    '../..',
    'x'.repeat(5_000),
    '２',
  ],
  ...[
    '2026-02-30',
    '9999-12-31',
    '0000-01-01',
    '1.00',
    '-1',
    '1e3',
    'https://[',
    'A'.repeat(21),
    '0'.repeat(21),
  ],
  ...[0, -1, 1.5, 1e21, 2 ** 53 - 1, -(2 ** 53) + 1, null, true, [], {}, [[]], { $gt: '' }, { length: 1e9 }],
]

/** Values that a schema allows. */
function allowed(schema: Json): fc.Arbitrary<unknown> {
  const { type, enum: values, pattern, anyOf, properties, items } = schema
  if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]))
  if ('const' in schema) return fc.constant(schema.const)
  if (Array.isArray(anyOf)) return fc.oneof(...(anyOf as Json[]).map(allowed))
  if (type === 'object') return record((properties ?? {}) as Record<string, Json>, allowed)
  if (type === 'array') return fc.array(allowed(items as Json), { maxLength: 3 })
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer' || type === 'number')
    return fc.integer({
      min: Math.max(-1e9, Number(schema.minimum)),
      max: Math.min(1e9, Number(schema.maximum)),
    })
  if (type === 'string' && typeof pattern === 'string' && pattern.length < 60)
    return fc.stringMatching(new RegExp(pattern), { size: 'small' })
  return type === 'string' ? fc.string({ maxLength: 40 }) : fc.constant(null)
}

/** Mostly what is allowed, now and then something odd, or a field that nobody knows. */
function nearly(schema: Json): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom(...ODD)
  if (schema.type !== 'object')
    return fc.oneof({ weight: 4, arbitrary: allowed(schema) }, { weight: 1, arbitrary: odd })
  const whole = record((schema.properties ?? {}) as Record<string, Json>, nearly)
  const strange = fc
    .tuple(whole, fc.string({ maxLength: 12 }), odd)
    .map(([one, key, value]) => ({ ...(one as Json), [key]: value }))
  return fc.oneof(
    { weight: 8, arbitrary: whole },
    { weight: 1, arbitrary: strange },
    { weight: 1, arbitrary: odd },
  )
}

function record(
  fields: Record<string, Json>,
  value: (schema: Json) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const named = Object.entries(fields).map(([name, schema]) => [name, value(schema)] as const)
  return fc.record(Object.fromEntries(named), { requiredKeys: named.slice(0, 2).map(([name]) => name) })
}

const schemaOf = (schema: Operation['body']): Json =>
  schema ? (z.toJSONSchema(schema) as Json) : { type: 'object' }

interface Sent {
  readonly path: string
  readonly method: string
  readonly body?: string
}

/** A call of an operation, its ids among those that exist where they fit. */
function callOf(operation: Operation, ids: readonly string[]): fc.Arbitrary<Sent> {
  const id = fc.oneof(
    fc.constantFrom(...ids),
    fc.constantFrom(...ODD.filter((odd) => typeof odd === 'string')),
  )
  const text = (value: unknown) => encodeURIComponent(String(value).replaceAll(/\p{Cs}/gu, '%'))
  return fc
    .tuple(id, nearly(schemaOf(operation.query)), nearly(schemaOf(operation.body)))
    .map(([known, query, body]) => {
      const pairs = Object.entries((query ?? {}) as Json).map(([key, value]) => `${text(key)}=${text(value)}`)
      const path = operation.path.replaceAll(/:\w+/g, () => text(known).slice(0, 500) || 'x')
      const sent = { path: `${path}?${pairs.join('&')}`.slice(0, 3_000), method: operation.method }
      return operation.body ? { ...sent, body: JSON.stringify(withIds(body, ids)) } : sent
    })
}

/** Ids that were made up by a pattern are replaced by some that exist. */
function withIds(body: unknown, ids: readonly string[]): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const entries = Object.entries(body).map(([key, value], at) => [
    key,
    /Id$/.test(key) && typeof value === 'string' && value.length === 21 ? ids[at % ids.length] : value,
  ])
  return Object.fromEntries(entries)
}

const ENVELOPE = /^\{"error":\{("type":"\w+",)?"code":"\w+","message":"/

function isServedOrRefused({ status, text, headers }: RawAnswer): boolean {
  if (status >= 500 || status < 200) return false
  if (status < 400 || !String(headers['content-type']).includes('json')) return true
  return text === '' || ENVELOPE.test(text) // HEAD has no text
}

describeOnEngines('anything that anyone can send', (engine) => {
  let shop: TestShop
  let served: TestApp
  let seller: Seller
  let site: TestSite
  let ids: string[]
  beforeAll(async () => {
    shop = await openTestShop(engine, { orderLimits: '0' })
    served = await serveShop(shop)
    seller = await signInAsSeller(served.url)
    const trade = await openTrade(shop)
    site = await openSite(shop, served.url)
    const placed = await Promise.all(
      [site.live, site.test].map((client) => client.post('/api/v1/orders', orderInput())),
    )
    const endpoint = await site.live.post('/api/v1/webhook_endpoints', { url: 'https://shop.example.com/' })
    await site.live.post('/api/v1/orders', orderInput())
    const sent = (await site.live.get('/api/v1/webhook_deliveries')).json.data as { id: string }[]
    const product = await trade.addProduct()
    const [order, paid] = [await trade.order(product), await trade.order(product)]
    const notice = trade.noticeFor(paid)
    await trade.pay(paid, notice)
    ids = [
      product,
      order.id,
      paid.id,
      notice.paymentId,
      trade.accounts.alipay,
      trade.listenerId,
      ...placed.map(({ json }) => String(json.id)),
      String(endpoint.json.id),
      sent[0]!.id,
      'Z'.repeat(21),
    ]
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const JSON_TYPE = { 'Content-Type': 'application/json' }
  /** @throws Error that says what failed. */
  async function send({ path, method, body }: Sent, headers: Record<string, string> = {}): Promise<void> {
    const options = { method, headers: { ...JSON_TYPE, ...headers }, ...(body !== undefined && { body }) }
    const answer = await sendRaw(served.url, path, options)
    if (isServedOrRefused(answer)) return
    const fault = shop.logged.findLast((line) => line.err !== undefined)
    throw new Error(
      `${method} ${path} ${body}: ${answer.status} ${answer.text} ${JSON.stringify(fault?.err)}`,
    )
  }

  const anyone = OPERATIONS.filter(({ audience }) => audience === 'anyone')
  it.each(anyone.map((operation) => [operation.id, operation] as const))(
    '%s never fails',
    async (_, operation) => {
      await fc.assert(
        fc.asyncProperty(callOf(operation, ids), (sent) => send(sent)),
        { numRuns: 25 },
      )
    },
  )

  const ending = ['signOut', 'choosePassword', 'renewListenerSecret', 'readCodePicture']
  const console_ = OPERATIONS.filter(
    ({ id, audience }) => !['anyone', 'merchant'].includes(audience) && !ending.includes(id),
  )
  it.each(console_.map((operation) => [operation.id, operation] as const))(
    '%s never fails for a seller',
    async (_, operation) => {
      await fc.assert(
        fc.asyncProperty(callOf(operation, ids), (sent) => send(sent, seller.headers)),
        { numRuns: 12 },
      )
    },
  )

  const merchants = OPERATIONS.filter(({ audience }) => audience === 'merchant')
  it.each(merchants.map((operation) => [operation.id, operation] as const))(
    '%s never fails for a merchant’s site, whatever its Idempotency-Key',
    async (_, operation) => {
      const key = fc.oneof(fc.string({ unit: fc.constantFrom(...'ab 09,;"'), maxLength: 8 }), fc.constant(''))
      const client = fc.constantFrom(site.live, site.test)
      await fc.assert(
        fc.asyncProperty(callOf(operation, ids), key, client, (sent, idempotencyKey, { key: secret }) =>
          send(sent, { Authorization: `Bearer ${secret}`, 'Idempotency-Key': idempotencyKey }),
        ),
        { numRuns: 25 },
      )
    },
  )

  it('a path of any characters never fails', async () => {
    const characters = [...'abcAZ09-._~%/?&=+;:@!$\'()*,[]{}|^`"<>\\#\u00e9']
    const beginnings = [
      '/',
      '/api/',
      '/api/orders/',
      '/api/products/',
      '/app/',
      '/goods/',
      '/pay/',
      '/addons/pay/api/',
      '/addons/listener/forward/',
      '/app',
      '/api/v1/',
      '/api/v1/orders/',
    ]
    const path = fc
      .tuple(
        fc.constantFrom(...beginnings),
        fc.string({ unit: fc.constantFrom(...characters), maxLength: 40 }),
      )
      .map(([beginning, rest]) => beginning + rest)
    await fc.assert(
      fc.asyncProperty(path, fc.constantFrom('GET', 'POST', 'HEAD', 'DELETE'), (one, method) =>
        send({ path: one, method }),
      ),
      { numRuns: 150 },
    )
  })

  it.each([
    ['/addons/pay/api/notify', ['price', 'type', 'sign', 't', 'seen', 'nonce', 'sign2']],
    ['/addons/pay/api/heartbeat', ['t', 'sign2']],
    ['/appPush', ['t', 'type', 'price', 'sign']],
    ['/appHeart', ['t', 'sign']],
  ])(
    'a listener’s message of any text to %s never fails, and is answered in its keys',
    async (path, names) => {
      const text = fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constantFrom(...names, '1.00', 'alipay', '2', '1763812345678'),
      )
      const query = fc
        .array(fc.tuple(fc.oneof(text, fc.constantFrom(...names)), text), { maxLength: 8 })
        .map((pairs) =>
          pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&'),
        )
      const keys = path.startsWith('/app') ? ['code', 'msg', 'data'] : ['code', 'msg', 'data', 'url', 'wait']
      await fc.assert(
        fc.asyncProperty(query, async (one) => {
          const { status, text: answer } = await sendRaw(served.url, `${path}?${one}`)
          expect([status, Object.keys(JSON.parse(answer) as Json)]).toEqual([200, keys])
        }),
        { numRuns: 15 },
      )
    },
  )

  it('a notification of any text never fails, signed or not, in any form', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('收款1.00元', '微信支付'),
    )
    const body = fc.record({
      package: fc.oneof(text, fc.constantFrom('com.tencent.mm', 'com.eg.android.AlipayGphone')),
      title: fc.oneof(text, fc.constant(7), fc.constant(null)),
      text: fc.oneof(text, fc.constant({})),
      timestamp: fc.constantFrom('1763812345678', 1763812345678, 'now'),
      sign: text,
      id: text,
    })
    const { secret } = await shop.db.selectFrom('listeners').select('secret').executeTakeFirstOrThrow()
    const path = `/addons/listener/forward/${ids[5]}`
    const headers = fc.constantFrom({}, { Authorization: `Bearer ${secret}` }, { Authorization: 'Basic x' })
    const types = fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded')
    await fc.assert(
      fc.asyncProperty(body, headers, types, async (one, extra, type) => {
        const sent = {
          method: 'POST',
          body: JSON.stringify(one),
          headers: { ...extra, 'Content-Type': type },
        }
        const { status, text: answer } = await sendRaw(served.url, path, sent as never)
        expect([status, Object.keys(JSON.parse(answer) as Json)]).toEqual([200, ['code', 'msg', 'data']])
      }),
      { numRuns: 60 },
    )
  })

  it('headers of any text never fail', async () => {
    const value = fc.string({ unit: fc.constantFrom(...'abz09 ,;=*/.-_"()<>@:[]{}?\\'), maxLength: 60 })
    const headers = fc.record({
      Accept: value,
      'Accept-Language': value,
      'X-Buyer-Token': value,
      'If-None-Match': value,
      Cookie: value,
      Origin: value,
      'X-Forwarded-For': value,
      'Content-Type': value,
      Range: value,
    })
    const paths = ['/', '/api/shop', `/api/orders/${'A'.repeat(21)}`, '/api/admin/session', '/app/index.html']
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), headers, (path, some) =>
        send({ path, method: 'GET' }, some),
      ),
      { numRuns: 100 },
    )
  })
})

describe('the values of the fuzz test', () => {
  it('meet the operations: some calls succeed and some are refused', () => {
    const bodies = OPERATIONS.flatMap(({ body }) => body ?? [])
    const verdicts = bodies.flatMap((body) =>
      fc.sample(nearly(schemaOf(body)), 30).map((value) => body.safeParse(value).success),
    )
    expect(verdicts.filter(Boolean).length).toBeGreaterThan(verdicts.length / 20)
    expect(verdicts.filter((right) => !right).length).toBeGreaterThan(verdicts.length / 20)
  })
})
