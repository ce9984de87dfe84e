import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../sql/schema.ts'
import { sendRaw, serveShop, type RawAnswer, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import {
  encoded,
  md5,
  orderFields,
  postForm,
  signatureOf,
  signed,
  type Fields,
} from '../../test/support/epay-site.ts'
import { openMerchant, type TestMerchant } from '../../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade } from '../../test/support/trade.ts'

const TABLES: readonly (keyof Database)[] = [
  'orders',
  'merchant_orders',
  'order_events',
  'amount_slots',
  'jobs',
  'callbacks',
]

const URL_OF_SITE = 'https://shop.example.com/notify'

/** What a buyer may have typed. */
const BUYER = { email: 'a&money=0.01&name=x@example.com' }

const PATHS = ['/submit.php', '/mapi.php', '/api.php?act=order'] as const

describeOnEngines('what is wrong', (engine) => {
  let shop: TestShop
  let site: TestMerchant
  let served: TestApp

  beforeAll(async () => {
    shop = await openTestShop(engine)
    await openTrade(shop)
    site = await openMerchant(shop)
    served = await serveShop(shop)
  })
  afterAll(async () => {
    const log = JSON.stringify(shop.logged)
    expect(log).not.toContain(site.key)
    expect(log).not.toMatch(/[0-9a-f]{32}/)
    await served.close()
    await shop.close()
  })

  async function countRows(): Promise<number[]> {
    return Promise.all(
      TABLES.map(async (table) => {
        const { count } = await shop.db
          .selectFrom(table)
          .select((from) => from.fn.countAll().as('count'))
          .executeTakeFirstOrThrow()
        return Number(count)
      }),
    )
  }

  const refused = ({ status, headers, text }: RawAnswer) =>
    status === 200 && headers.location === undefined && !/"code":\s*[01]\b|"payurl"|success/.test(text)

  /** Whatever is asked, the answer is a refusal in the protocol's way, and nothing is written. */
  async function expectRefused(send: (path: string) => Promise<RawAnswer>): Promise<void> {
    const before = await countRows()
    for (const path of PATHS) {
      const answer = await send(path)
      expect([path, refused(answer), answer.text.slice(0, 200)]).toEqual([path, true, expect.anything()])
    }
    expect(await countRows()).toEqual(before)
  }

  const sending = (fields: Fields | string) => (path: string) => postForm(served.url, path, fields)
  const right = (change: Fields = {}) => signed(orderFields(site, change), site.key)

  it('is an amount that a buyer’s own text says, where the site’s is hidden in a value before it', async () => {
    const own = orderFields(site, { clientip: '198.51.100.7', money: '100.00' })
    const rest = `notify_url=${own.notify_url}&out_trade_no=${own.out_trade_no}`
    const tail = `pid=${own.pid}&return_url=${own.return_url}&type=alipay`
    const param = `p&money=0.01&name=X&${rest}&${tail}&z=`
    const asked = signed({ ...own, name: 'X', type: 'alipay', param }, site.key)
    const { notify_url, out_trade_no, pid, return_url } = own as Record<string, string>
    const said = {
      money: '0.01',
      name: 'X',
      notify_url,
      out_trade_no,
      pid,
      return_url,
      type: 'alipay',
    } as Fields
    const hidden = `money=100.00&name=X&${rest}&param=p`
    const z = `&${tail}`
    for (const forged of [
      { ...said, clientip: `198.51.100.7&${hidden}`, z },
      { ...said, 'clientip=198.51.100.7&money': `100.00&name=X&${rest}&param=p`, z },
    ]) {
      expect(signatureOf(forged, site.key)).toBe(asked.sign)
      await expectRefused(sending({ ...forged, sign: asked.sign!, sign_type: 'MD5' }))
    }
  })

  describe('is a signed text that is divided otherwise', () => {
    const terms = () => {
      const { out_trade_no: _, ...fields } = orderFields(site)
      return fields
    }

    it.each<[what: string, asked: () => Fields, forged: () => Fields]>([
      [
        'an amount, with the site’s in a value behind it',
        () => ({ ...terms(), ...BUYER, out_trade_no: 'VALUE-1', name: 'Order 1', money: '100.00' }),
        () => ({
          ...terms(),
          email: 'a',
          money: '0.01',
          name: 'x@example.com&money=100.00&name=Order 1',
          out_trade_no: 'VALUE-1',
        }),
      ],
      [
        'an order, with the site’s in a value before it',
        () => ({
          ...terms(),
          name: 'N',
          notify_url: URL_OF_SITE,
          out_trade_no: 'CHEAP',
          param: `x&notify_url=${URL_OF_SITE}&out_trade_no=DEAR&param=y`,
          money: '5.00',
        }),
        () => ({
          ...terms(),
          name: `N&notify_url=${URL_OF_SITE}&out_trade_no=CHEAP&param=x`,
          notify_url: URL_OF_SITE,
          out_trade_no: 'DEAR',
          param: 'y',
          money: '5.00',
        }),
      ],
      [
        'an amount, with the site’s in the address to go back to and its number in a value behind that',
        () => ({
          ...terms(),
          email: `a&money=0.01&name=N&notify_url=${URL_OF_SITE}&out_trade_no=V-3&pid=${site.merchant.pid}&return_url=${URL_OF_SITE}`,
          money: '100.00',
          name: 'N',
          notify_url: URL_OF_SITE,
          out_trade_no: 'V-3',
          param: 'x&s=1',
          return_url: URL_OF_SITE,
        }),
        () => ({
          ...terms(),
          email: 'a',
          money: '0.01',
          name: 'N',
          notify_url: URL_OF_SITE,
          out_trade_no: 'V-3',
          return_url: `${URL_OF_SITE}&money=100.00&name=N&notify_url=${URL_OF_SITE}&out_trade_no=V-3&param=x`,
          s: `1&pid=${site.merchant.pid}&return_url=${URL_OF_SITE}`,
        }),
      ],
    ])('%s', async (_, asked, forged) => {
      const sign = signatureOf(asked(), site.key)
      expect(signatureOf(forged(), site.key)).toBe(sign)
      const send = sending({ ...forged(), sign, sign_type: 'MD5' })
      await expectRefused(send)
      expect(JSON.parse((await send('/mapi.php')).text)).toMatchObject({ code: -3 })
    })

    it('in any way that says another amount or order', async () => {
      const said = { money: '100.00', name: 'N', notify_url: URL_OF_SITE, out_trade_no: 'CHEAP' }
      const pid = String(site.merchant.pid)
      const own = { ...said, pid, return_url: URL_OF_SITE, type: 'alipay' }
      const words = { ...own, money: '0.01', out_trade_no: 'DEAR', s: '1' }
      const text = fc.subarray(Object.entries(words).sort(([a], [b]) => (a < b ? -1 : 1)))
      const asText = (pairs: readonly [string, string][]) =>
        ['x', ...pairs.map(([name, value]) => `${name}=${value}`)].join('&')
      let forgeries = 0
      await fc.assert(
        fc.asyncProperty(text, text, fc.nat(), async (before, behind, pick) => {
          const asked = { ...own, email: asText(before), param: asText(behind) }
          const sign = signatureOf(asked, site.key)
          const parts = Object.keys(asked)
            .sort()
            .map((name) => `${name}=${Reflect.get(asked, name)}`)
          const others = divisions(parts.join('&').split('&')).filter(
            (fields) =>
              fields.pid === pid &&
              ['100.00', '0.01'].includes(fields.money ?? '') &&
              ['CHEAP', 'DEAR'].includes(fields.out_trade_no ?? '') &&
              (fields.money !== own.money || fields.out_trade_no !== own.out_trade_no),
          )
          const forged = others[pick % others.length]
          if (!forged) return
          forgeries += 1
          expect(signatureOf(forged, site.key)).toBe(sign)
          const answer = await postForm(served.url, '/mapi.php', { ...forged, sign })
          expect([forged, JSON.parse(answer.text)]).toEqual([forged, expect.objectContaining({ code: -3 })])
        }),
        { numRuns: 300 },
      )
      expect(forgeries).toBeGreaterThan(50)
    })

    /** Every way to read the text as values in the order of their names, none named twice. */
    function divisions(parts: readonly string[], last = ''): Fields[] {
      const found: Fields[] = []
      for (let size = 1; size <= parts.length; size += 1) {
        const [, name = '', value = ''] = /^([^=]+)=(.+)$/.exec(parts.slice(0, size).join('&')) ?? []
        if (name <= last) return found
        if (size === parts.length) return [...found, { [name]: value }]
        for (const rest of divisions(parts.slice(size), name)) found.push({ [name]: value, ...rest })
      }
      return found
    }
  })

  it('is not an address to go back to that has the number of the order in it', async () => {
    const fields = right({ return_url: 'https://shop.example.com/?wc=1&out_trade_no=5&money=1.00' })
    expect(JSON.parse((await postForm(served.url, '/mapi.php', fields)).text)).toMatchObject({ code: 1 })
  })

  it.each<[what: string, fields: () => Fields | string]>([
    ['nothing', () => ''],
    ['an unknown merchant', () => signed(orderFields(site, { pid: '4711' }), site.key)],
    ['a merchant that is no number', () => signed(orderFields(site, { pid: '1001abc' }), site.key)],
    ['a merchant beyond all numbers', () => signed(orderFields(site, { pid: '9'.repeat(400) }), site.key)],
    ['the number in wide digits', () => signed(orderFields(site, { pid: '１００１' }), site.key)],
    [
      'a number with a zero before it',
      () => signed(orderFields(site, { pid: `0${site.merchant.pid}` }), site.key),
    ],
    ['no signature', () => orderFields(site)],
    ['a signature with a wrong key', () => signed(orderFields(site), 'x'.repeat(32))],
    ['a signature without a key', () => signed(orderFields(site), '')],
    ['half a signature', () => ({ ...right(), sign: String(right().sign).slice(0, 16) })],
    ['a longer signature', () => ({ ...right(), sign: `${right().sign}0` })],
    ['a signature of something else', () => ({ ...right(), sign: md5(site.key) })],
    ['a tampered amount', () => ({ ...right(), money: '0.01' })],
    ['a tampered number', () => ({ ...right(), out_trade_no: 'OTHER' })],
    ['a tampered address', () => ({ ...right(), notify_url: 'https://evil.example.com/' })],
    ['a parameter less', () => ({ ...right({ param: 'x' }), param: '' })],
    ['a parameter more', () => ({ ...right(), param: 'x' })],
    ['a key that is said twice', () => `${encoded(right())}&money=0.01`],
    ['a number twice', () => `${encoded(right())}&pid=${site.merchant.pid}&pid=1`],
    ['broken escapes', () => encoded(right()).replace('name=', 'name=%E4%ZZ%')],
    ['a name in other bytes than were signed', () => encoded(right()).replace(/name=[^&]+/, 'name=%BB%E1')],
    ['seventy parameters', () => `${encoded(right())}&${many(70)}`],
    ['a body of 70 kB', () => encoded(right({ param: 'x'.repeat(70_000) }))],
  ])('%s is refused, and nothing is written', (_, fields) => expectRefused(sending(fields())))

  function many(count: number): string {
    return Array.from({ length: count }, (_, at) => `k${at}=1`).join('&')
  }

  it.each([
    ...['0', '0.00', '-1', '+1', '1e3', '1.001', '01', '00.1', '１', '1,00', '99999999', '.5', '1.', '1.0.0'],
    ...[
      'NaN',
      'Infinity',
      '0x10',
      '1 000',
      '¥1',
      '1\u00001',
      ' ',
      '9'.repeat(5_000),
      '0.000000',
      '1.0000001',
    ],
  ])('money of %j is no amount', (money) => expectRefused(sending(right({ money }))))

  it.each<[what: string, change: Fields]>([
    ['a name of 2,000 characters', { name: '长'.repeat(2_000) }],
    ['a name of emoji', { name: '💥👩‍👩‍👧‍👦'.repeat(40) }],
    ['a name with a NUL and line breaks', { name: 'a\u0000b\r\nSet-Cookie: x\u2028' }],
    ['a name of markup', { name: '<img src=x onerror=alert(1)>"\'`' }],
    ['a name that is a backslash', { name: '\\' }],
    ['half a character', { name: `x${'\ufffd'}` }],
    ['param of anything', { param: '\u0000\u{10ffff}\\"\'%00' }],
    ['names of JavaScript', { __proto__x: '1', constructor: '2', toString: '3' }],
  ])('%s is taken as it is', async (_, change) => {
    const answer = await postForm(served.url, '/mapi.php', right(change))
    expect(JSON.parse(answer.text)).toMatchObject({ code: 1 })
    const id = String((JSON.parse(answer.text) as { payurl: string }).payurl).slice(-21)
    const page = await sendRaw(served.url, `/pay/${id}`)
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('<img src=x')
    const view = await sendRaw(served.url, `/api/orders/${id}`)
    expect(view.status).toBe(200)
    expect((JSON.parse(view.text) as { productName: string }).productName).not.toMatch(/\p{Cc}/u)
  })

  it.each([
    ['multipart/form-data; boundary=X', '--X\r\nContent-Disposition: form-data; name="pid"\r\n\r\n1001'],
    ['multipart/form-data', 'pid=1001'],
    ['multipart/form-data; boundary=X', `--X${'\r\n'.repeat(20_000)}--X--`],
    ['application/json', '{"pid":1001}'],
    ['text/xml', '<pid>1001</pid>'],
    ['application/x-www-form-urlencoded; charset=utf-16', 'pid=1001'],
    ['x'.repeat(1_000), 'pid=1001'],
  ])('a body of type %.40s that is no order is refused', async (type, body) => {
    await expectRefused((path) =>
      sendRaw(served.url, path, { method: 'POST', headers: { 'Content-Type': type }, body }),
    )
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])('%s writes nothing', async (method) => {
    const before = await countRows()
    for (const path of PATHS) {
      const sent = `${path}${path.includes('?') ? '&' : '?'}${encoded(right())}`
      expect((await sendRaw(served.url, sent, { method })).status).toBeLessThan(500)
    }
    expect(await countRows()).toEqual(before)
  })

  it('a host that is none is no fault', async () => {
    for (const host of ['[', 'a b', 'x:y:z', '"><script>', ''])
      for (const path of PATHS) {
        const headers = { Host: host, 'Content-Type': 'application/x-www-form-urlencoded' }
        const answer = await sendRaw(served.url, path, { method: 'POST', headers, body: encoded(right()) })
        expect(answer.status).toBeLessThan(500)
        expect(answer.headers.location ?? '').toMatch(/^(\/pay\/|$)/)
      }
  })

  it('a key in the address of api.php is in no line of the log', async () => {
    const path = `/api.php?act=order&pid=${site.merchant.pid}&key=${site.key}`
    for (const more of ['', '&out_trade_no=none', '&trade_no=%00', '&trade_no=1&trade_no=2']) {
      expect((await sendRaw(served.url, path + more)).status).toBe(200)
    }
  })

  it('the same order asked for ten times at once is placed once', async () => {
    const fields = right()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => postForm(served.url, '/mapi.php', fields)),
    )
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  })

  describe('at random', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        '',
        '0',
        '1',
        '1.00',
        'alipay',
        'wxpay',
        'NO1',
        'https://shop.example.com/',
        '\u0000',
        '%',
      ),
    )
    const names = fc.constantFrom(
      ...['pid', 'type', 'out_trade_no', 'notify_url', 'return_url', 'name', 'money', 'param', 'device'],
      ...[
        'sign',
        'sign_type',
        'act',
        'key',
        'trade_no',
        'limit',
        'offset',
        'page',
        'status',
        'k[]',
        '__proto__',
      ],
    )

    it('never fails, whether it is signed or not', async () => {
      const changes = fc.array(fc.tuple(names, text), { maxLength: 5 })
      await fc.assert(
        fc.asyncProperty(changes, fc.boolean(), fc.constantFrom(...PATHS), async (some, isSigned, path) => {
          const fields: Fields = { ...orderFields(site), key: site.key, ...Object.fromEntries(some) }
          const wellFormed = Object.fromEntries(
            Object.entries(fields).map(([name, value]) => [name, Buffer.from(value).toString()]),
          )
          const sign = isSigned ? signatureOf(wellFormed, site.key) : (fields.sign ?? '')
          const answer = await postForm(served.url, path, { ...wellFormed, sign })
          expect([200, 302]).toContain(answer.status)
        }),
        { numRuns: 150 },
      )
    })

    it('never fails on bytes of any kind', async () => {
      const types = fc.constantFrom(
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=X',
        'application/json',
      )
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), types, async (bytes, type) => {
          for (const path of PATHS) {
            const options = { method: 'POST', headers: { 'Content-Type': type }, body: Buffer.from(bytes) }
            expect(refused(await sendRaw(served.url, path, options))).toBe(true)
          }
        }),
        { numRuns: 60 },
      )
    })
  })
})
