import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addCodes } from '../../core/codes.ts'
import { addMerchantKey, revokeMerchantKey, rotateMerchantKey } from '../../core/merchant-keys.ts'
import { cancelOrder } from '../../core/orders.ts'
import { sendRaw, serveShop, type RawAnswer, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import {
  encoded,
  getQuery,
  md5,
  orderFields,
  orderIdOf,
  postForm,
  signed,
  type Fields,
} from '../../test/support/epay-site.ts'
import { checkInvariants } from '../../test/support/invariants.ts'
import { openMerchant, type TestMerchant } from '../../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../../test/support/trade.ts'

describeOnEngines('submit.php and mapi.php', (engine) => {
  let shop: TestShop
  let trade: Trade
  let site: TestMerchant
  let served: TestApp

  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    site = await openMerchant(shop)
    served = await serveShop(shop)
  })
  afterAll(async () => {
    expect(await checkInvariants(shop.db)).toEqual([])
    await served.close()
    await shop.close()
  })

  const fields = (change: Fields = {}) => orderFields(site, change)
  const submit = (asked: Fields) => postForm(served.url, '/submit.php', signed(asked, site.key))
  const mapi = (asked: Fields) => postForm(served.url, '/mapi.php', signed(asked, site.key))
  const said = ({ text }: RawAnswer) => JSON.parse(text) as Record<string, unknown>
  const placed = async (answer: RawAnswer | Promise<RawAnswer>) => trade.read(orderIdOf(await answer))
  const askedOf = (orderId: string) =>
    shop.db
      .selectFrom('merchant_orders')
      .selectAll()
      .where('order_id', '=', orderId)
      .executeTakeFirstOrThrow()

  describe('a request', () => {
    it('sends the browser to the page of an order with what the site said', async () => {
      const asked = fields({ param: 'uid=5&x=中 文', sitename: '小店', clientip: '203.0.113.5' })
      const answer = await submit(asked)
      expect(answer.status).toBe(302)
      expect(answer.headers['cache-control']).toBe('no-store')
      const order = await placed(answer)
      expect(order).toMatchObject({ product_name: 'VIP会员', channel: 'alipay', state: 'pending' })
      expect(order.price_cents).toBe(Math.round(Number(asked.money) * 100))
      expect(await askedOf(order.id)).toMatchObject({
        merchant_id: site.merchant.id,
        protocol: 'epay',
        mode: 'live',
        out_trade_no: asked.out_trade_no,
        notify_url: asked.notify_url,
        return_url: asked.return_url,
        key_id: site.keyId,
      })
      const page = await sendRaw(served.url, String(answer.headers.location))
      expect(page.text).toContain('VIP会员')
    })

    it.each([
      ['/submit.php', 'a query'],
      ['//submit.php', 'a query'],
      ['/submit.php', 'a form'],
      ['//submit.php', 'a form'],
      ['/epay/pay/submit.php', 'a form'],
      ['/xpay//epay/submit.php', 'a query'],
    ])('is taken at %s as %s', async (path, way) => {
      const send = way === 'a query' ? getQuery : postForm
      const answer = await send(served.url, path, signed(fields(), site.key))
      expect(orderIdOf(answer)).toHaveLength(21)
    })

    it('is taken as multipart, as curl sends an array, and from a query that comes with an empty POST', async () => {
      const form = new FormData()
      for (const [name, value] of Object.entries(signed(fields(), site.key))) form.set(name, value)
      const answer = await fetch(`${served.url}/mapi.php`, { method: 'POST', body: form })
      expect(await answer.json()).toMatchObject({ code: 1 })
      const query = encoded(signed(fields(), site.key))
      expect(said(await postForm(served.url, `/xpay/epay/mapi.php?${query}`, ''))).toMatchObject({ code: 1 })
    })

    it('is not found below the paths of other interfaces', async () => {
      const query = encoded(signed(fields(), site.key))
      for (const path of [
        '/api/submit.php',
        '//api/submit.php',
        '/addons/x/mapi.php',
        '/submit.php/',
        '/xsubmit.php',
      ])
        expect((await sendRaw(served.url, `${path}?${query}`)).status).toBe(404)
    })

    it('by HEAD does nothing', async () => {
      const asked = fields()
      const path = `/submit.php?${encoded(signed(asked, site.key))}`
      const answer = await sendRaw(served.url, path, { method: 'HEAD' })
      expect([answer.status, answer.headers.location]).toEqual([200, undefined])
      expect(await countAsked(String(asked.out_trade_no))).toBe(0)
    })

    it('leads to the shop’s own address once that is set, and until then to where the browser is', async () => {
      expect((await submit(fields())).headers.location).toMatch(/^\/pay\//)
      expect(said(await mapi(fields())).payurl).toMatch(new RegExp(`^${served.url}/pay/`))
      const before = shop.settings.current
      shop.settings.current = { ...before, publicUrl: 'https://pay.example.com' }
      const answers = [(await submit(fields())).headers.location, said(await mapi(fields())).payurl]
      shop.settings.current = before
      for (const address of answers) expect(address).toMatch(/^https:\/\/pay\.example\.com\/pay\//)
    })
  })

  async function countAsked(outTradeNo: string): Promise<number> {
    const rows = await shop.db
      .selectFrom('merchant_orders')
      .select('order_id')
      .where('out_trade_no', '=', outTradeNo)
      .execute()
    return rows.length
  }

  describe('the signature', () => {
    const send = (asked: Fields | string) => postForm(served.url, '/mapi.php', asked)

    it('has the published value', async () => {
      const KEY = '89unJUB8HZ54Hj7x4nUj56HN4nUzUJ8i'
      const published = await openMerchant(shop)
      await addMerchantKey(shop, published.merchant.id, { kind: 'md5', name: '', secret: KEY }, SELLER)
      const asked = {
        pid: '1001',
        type: 'alipay',
        out_trade_no: '20160806151343349',
        notify_url: 'http://www.pay.com/notify_url.php',
        return_url: 'http://www.pay.com/return_url.php?order_id=5',
        name: 'VIP会员',
        money: '1.00',
        param: '',
      }
      expect(signed(asked, KEY).sign).toBe('872b7cc9ef18d2fbd7c627d0b3623de2')
      const { pid } = published.merchant
      const own = signed({ ...asked, pid: String(pid) }, KEY)
      expect(said(await send(own))).toMatchObject({ code: 1 })
    })

    it('may be in capitals, with any spelling of MD5 or none', async () => {
      for (const sign_type of ['MD5', 'md5', '']) {
        const { sign = '', ...rest } = signed(fields(), site.key)
        expect(said(await send({ ...rest, sign: sign.toUpperCase(), sign_type }))).toMatchObject({ code: 1 })
      }
      const { sign_type: _, ...without } = signed(fields(), site.key)
      expect(said(await send(without))).toMatchObject({ code: 1 })
    })

    it('by RSA is refused in so many words', async () => {
      const answer = said(await send({ ...signed(fields(), site.key), sign_type: 'RSA' }))
      expect(answer).toMatchObject({ code: -3, msg: expect.stringMatching(/RSA.*MD5/) as string })
    })

    it('covers whatever is sent, also what nobody here knows', async () => {
      const asked = fields({ email: 'a@b.example', device: 'pc', zero: '0', empty: '' })
      expect(said(await send(signed(asked, site.key)))).toMatchObject({ code: 1 })
      expect(said(await send({ ...signed(fields(), site.key), more: '1' }))).toMatchObject({ code: -3 })
    })

    it('may or may not cover a value of blanks alone', async () => {
      const asked = fields({ sitename: ' ', param: '\t' })
      expect(said(await send(signed(asked, site.key)))).toMatchObject({ code: 1 })
      const { sitename: _s, param: _p, ...filled } = fields()
      const { sign = '' } = signed(filled, site.key)
      expect(said(await send({ ...filled, sitename: ' ', param: '\t', sign }))).toMatchObject({ code: 1 })
    })

    it('is made over the bytes that were sent: a shop that writes GBK', async () => {
      const gbk = Buffer.from([0xbb, 0xe1, 0xd4, 0xb1])
      const asked = fields({ name: '@' })
      const names = Object.keys(asked).sort()
      const parts = names.map((name) =>
        Buffer.concat([Buffer.from(`${name}=`), name === 'name' ? gbk : Buffer.from(String(asked[name]))]),
      )
      const text = parts.flatMap((part, at) => (at > 0 ? [Buffer.from('&'), part] : [part]))
      const sign = md5(Buffer.concat([...text, Buffer.from(site.key)]))
      const body = encoded({ ...asked, sign }).replace('name=%40', 'name=%BB%E1%D4%B1')
      const { payurl } = said(await send(body))
      expect(await trade.read(String(payurl).slice(-21))).toMatchObject({ product_name: '会员' })
    })

    it('is taken of each key that is in force, and the answer is signed by the same one', async () => {
      const turned = await openMerchant(shop)
      const next = await rotateMerchantKey(shop, turned.merchant.id, turned.keyId, SELLER)
      for (const [key, keyId] of [
        [turned.key, turned.keyId],
        [next.secret, next.key.id],
      ] as const) {
        const order = await placed(send(signed(orderFields(turned), key)))
        expect((await askedOf(order.id)).key_id).toBe(keyId)
      }
      await revokeMerchantKey(shop, turned.merchant.id, turned.keyId, SELLER)
      expect(said(await send(signed(orderFields(turned), turned.key)))).toMatchObject({ code: -3 })
    })

    it('without a key, or with the key of another merchant, is wrong', async () => {
      const other = await openMerchant(shop)
      const keyless = await openMerchant(shop)
      await revokeMerchantKey(shop, keyless.merchant.id, keyless.keyId, SELLER)
      for (const wrong of [
        signed(fields(), ''),
        signed(fields(), other.key),
        signed(orderFields(keyless), ''),
        { ...signed(fields(), site.key), sign: '' },
        { ...signed(fields(), site.key), sign: md5('') },
      ])
        expect(said(await send(wrong)).code).toBeLessThan(-2)
    })
  })

  describe('a parameter', () => {
    it('type that names no channel of ours leaves the choice to the buyer, and comes back as it was', async () => {
      for (const type of ['', 'custom1']) {
        const order = await placed(mapi(fields({ type })))
        const asked = await askedOf(order.id)
        expect(asked.channel_fixed_at).toBeNull()
        expect(JSON.parse(asked.request)).toMatchObject({ type })
      }
      const named = await placed(mapi(fields({ type: 'wxpay' })))
      expect(named.channel).toBe('wechat')
      expect((await askedOf(named.id)).channel_fixed_at).not.toBeNull()
    })

    it.each(['qqpay', 'bank', 'jdpay', 'paypal'])('type %s is refused by its name', async (type) => {
      expect(said(await mapi(fields({ type })))).toMatchObject({
        code: -1,
        msg: expect.stringContaining(type) as string,
      })
    })

    it.each([
      ['MicroMessenger/8.0', 'wechat'],
      ['AlipayClient/10.3', 'alipay'],
      ['Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36', 'alipay'],
      ['Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 'wechat'],
    ])('type left out begins with the channel that fits %s', async (agent, channel) => {
      const body = encoded(signed(fields({ type: '' }), site.key))
      const headers = { 'User-Agent': agent, 'Content-Type': 'application/x-www-form-urlencoded' }
      const answer = await sendRaw(served.url, '/submit.php', { method: 'POST', headers, body })
      expect((await placed(answer)).channel).toBe(channel)
    })

    it.each([
      ['1', 100],
      ['0.1', 10],
      ['12.5', 1_250],
      ['7.30', 730],
      ['19.990000', 1_999],
    ])('money %s is read, and kept as it was written', async (money, cents) => {
      const own = await openMerchant(shop)
      const order = await placed(
        postForm(served.url, '/mapi.php', signed(orderFields(own, { money }), own.key)),
      )
      expect(order.price_cents).toBe(cents)
      expect(JSON.parse((await askedOf(order.id)).request)).toMatchObject({ money })
    })

    it('name is cut at 127 bytes and between two characters', async () => {
      const order = await placed(mapi(fields({ name: `${'a'.repeat(125)}中文` })))
      expect(JSON.parse((await askedOf(order.id)).request)).toMatchObject({ name: 'a'.repeat(125) })
      const fits = await placed(mapi(fields({ name: `${'a'.repeat(124)}中文` })))
      expect(JSON.parse((await askedOf(fits.id)).request)).toMatchObject({ name: `${'a'.repeat(124)}中` })
    })

    it('return_url may be left out at mapi.php alone', async () => {
      const { return_url: _, ...asked } = fields()
      const answer = await submit(asked)
      expect(answer.text).toContain('同步跳转地址(return_url)不能为空')
      expect(said(await mapi(asked))).toMatchObject({ code: 1 })
    })

    it.each([
      ['out_trade_no', '', -4],
      ['out_trade_no', 'A 1', -1],
      ['out_trade_no', '订单1', -1],
      ['out_trade_no', 'x'.repeat(151), -1],
      ['name', '', -4],
      ['money', '', -4],
      ['notify_url', '', -4],
      ['notify_url', 'ftp://shop.example.com/n', -1],
      ['notify_url', 'javascript:alert(1)', -1],
      ['notify_url', 'http://127.0.0.1/n', -1],
      ['notify_url', 'http://169.254.169.254/latest', -1],
      ['notify_url', 'https://user:pw@shop.example.com/n', -1],
      ['notify_url', 'https://shop.example.com:8443/n', -1],
      ['notify_url', `https://shop.example.com/${'x'.repeat(1_001)}`, -1],
      ['return_url', 'javascript:alert(1)', -1],
      ['return_url', 'https://', -1],
      ['return_url', 'https://shop.example.com/\nx', -1],
      ['param', 'x'.repeat(513), -1],
      ['type', '<b>', -1],
    ])('%s of %j is refused', async (name, value, code) => {
      const asked = fields({ [name]: value })
      const answer = said(await mapi(asked))
      expect(answer).toEqual({ code, msg: expect.stringContaining(`(${name})`) as string })
      expect(await countAsked(String(asked.out_trade_no))).toBe(0)
    })
  })

  describe('the answer of mapi.php', () => {
    it('is exactly a code, a number of 19 digits and an address', async () => {
      const answer = await mapi(fields())
      expect(answer.headers['content-type']).toMatch(/^application\/json/)
      expect(said(answer)).toEqual({
        code: 1,
        msg: 'success',
        trade_no: expect.stringMatching(/^\d{19}$/) as string,
        payurl: expect.stringMatching(/^http.*\/pay\/[\w-]{21}$/) as string,
      })
    })

    it('is the code itself where the merchant asked for it and the code has the amount in it', async () => {
      const payload = 'https://qr.alipay.com/fkx10000fixed00000001'
      await addCodes(shop, [{ payload, amountCents: 777_700 }], SELLER)
      const showing = await openMerchant(shop, { showQrcode: true })
      const ask = async (who: TestMerchant, change: Fields) =>
        said(await postForm(served.url, '/mapi.php', signed(orderFields(who, change), who.key)))
      expect(await ask(site, { money: '7777.00' })).not.toHaveProperty('qrcode')
      shop.advance(3_600_000)
      expect(await ask(showing, { money: '7777.00' })).toEqual({
        code: 1,
        msg: 'success',
        trade_no: expect.any(String) as string,
        qrcode: payload,
      })
      expect(await ask(showing, { money: '7777.00' })).not.toHaveProperty('qrcode') // one cent less, without a code
      shop.advance(3_600_000)
      expect(await ask(showing, { money: '7777.00', device: 'jump' })).not.toHaveProperty('qrcode')
    })
  })

  describe('the same number again', () => {
    it('with the same parameters is the same order, on the channel that is named now', async () => {
      const asked = fields()
      const first = said(await mapi(asked))
      expect(said(await mapi(asked))).toEqual(first)
      const other = said(await mapi({ ...asked, type: 'wxpay', money: `${asked.money}0` }))
      expect(other).toEqual(first)
      const order = await trade.read(String(first.payurl).slice(-21))
      expect(order.channel).toBe('wechat')
      expect(JSON.parse((await askedOf(order.id)).request)).toMatchObject({
        type: 'wxpay',
        money: `${asked.money}0`,
      })
    })

    it.each([
      ['name', 'another'],
      ['money', '1.23'],
      ['notify_url', 'https://shop.example.com/other'],
      ['return_url', 'https://shop.example.com/other'],
      ['param', 'other'],
    ])('with another %s is refused', async (name, value) => {
      const asked = fields()
      await mapi(asked)
      const sentence = `该订单(${asked.out_trade_no})支付参数有变化，请更换订单号重新发起支付`
      expect(said(await mapi({ ...asked, [name]: value }))).toEqual({ code: -1, msg: sentence })
      expect((await submit({ ...asked, [name]: value })).text).toContain(sentence)
    })

    it('of another merchant is another order', async () => {
      const other = await openMerchant(shop)
      const asked = fields()
      const first = await placed(mapi(asked))
      const own = { ...asked, pid: String(other.merchant.pid) }
      const second = await placed(postForm(served.url, '/mapi.php', signed(own, other.key)))
      expect(second.id).not.toBe(first.id)
    })

    it('after it was paid is refused, and the buyer who came back finds the order', async () => {
      const asked = fields()
      const order = await placed(mapi(asked))
      await trade.pay(order)
      const sentence = `该订单(${asked.out_trade_no})已完成支付，请勿重复发起支付`
      expect(said(await mapi(asked))).toEqual({ code: -1, msg: sentence })
      const page = await submit(asked)
      expect([page.status, page.headers.location]).toEqual([200, undefined])
      expect(page.text).toContain(sentence)
      expect(page.text).toContain(`href="/pay/${order.id}"`)
    })

    it('after it expired opens the same order with a fresh amount and time', async () => {
      const asked = fields()
      const first = said(await mapi(asked))
      shop.advance(400_000)
      expect(said(await mapi(asked))).toEqual(first)
      const order = await trade.read(String(first.payurl).slice(-21))
      expect(order.state).toBe('pending')
      expect(order.expires_at).toBeGreaterThan(shop.now())
    })

    it('after the seller closed it is refused', async () => {
      const asked = fields()
      await cancelOrder(shop, (await placed(mapi(asked))).id, SELLER)
      expect(said(await mapi(asked))).toMatchObject({
        code: -1,
        msg: `该订单(${asked.out_trade_no})已关闭，请更换订单号重新发起支付`,
      })
    })
  })

  describe('when every amount of a price is taken', () => {
    async function fill(money: string, type: string): Promise<void> {
      for (let at = 0; at < 11; at += 1)
        expect(said(await mapi(fields({ money, type })))).toMatchObject({ code: 1 })
    }

    it('mapi.php says in how many seconds one comes free', async () => {
      await fill('9001.00', 'wxpay')
      const answer = await mapi(fields({ money: '9001.00', type: 'wxpay' }))
      const { code, msg } = said(answer)
      expect(code).toBe(-2)
      const seconds = Number(/约 (\d+) 秒/.exec(String(msg))?.[1])
      expect(answer.headers['retry-after']).toBe(String(seconds))
      expect(seconds).toBeGreaterThan(590)
      expect(seconds).toBeLessThanOrEqual(601)
    })

    it('the page says so, and sends the same values once more, whatever their characters', async () => {
      await fill('9002.00', 'alipay')
      const asked = fields({ money: '9002.00', name: '"><script>alert(1)</script>', param: "a'b&c=中\\" })
      const page = await submit(asked)
      expect(page.text).toMatch(/约 \d+ 秒后可以支付/)
      expect(page.text).not.toContain('<script')
      shop.advance(700_000)
      const again = await postForm(served.url, '/submit.php', hiddenFields(page.text))
      expect(again.status).toBe(302)
      const given = hiddenFields(page.text)
      expect(given).toEqual(signed(asked, site.key))
    })
  })

  describe('the page of a refusal', () => {
    it('is HTML for people, with a policy that lets it do nothing but look and send its form', async () => {
      const answer = await getQuery(served.url, '/submit.php', { pid: '1' })
      expect(answer.status).toBe(200)
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
      expect(answer.headers['cache-control']).toBe('no-store')
      const policy = String(answer.headers['content-security-policy'])
      expect(policy).toMatch(/default-src 'none'/)
      expect(policy).toMatch(/style-src 'sha256-[\w+/]+=*'/)
      expect(policy).not.toMatch(/unsafe|script-src/)
      expect(policy).toMatch(/form-action 'self' ;/)
      expect(answer.text).toContain('lang="zh-CN"')
      expect(answer.text).toContain('Cannot pay now')
    })

    it('lets its form lead to the shop’s own address', async () => {
      const before = shop.settings.current
      shop.settings.current = { ...before, publicUrl: 'https://pay.example.com:8443/till' }
      const answer = await getQuery(served.url, '/submit.php', { pid: '1' })
      shop.settings.current = before
      const policy = String(answer.headers['content-security-policy'])
      expect(policy).toContain("form-action 'self' https://pay.example.com:8443;")
    })
  })
})

/** What a browser would send by the form on the page. */
function hiddenFields(html: string): Fields {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  const plain = (text = '') => text.replace(/&(\w+|#39);/g, (_, name: string) => names[name] ?? '')
  const inputs = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)
  return Object.fromEntries([...inputs].map(([, name, value]) => [plain(name), plain(value)]))
}
