/** Sites as they are: what each sends, and how each checks what we tell it. From their published code, row by row. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { changeChannel } from '../../core/orders.ts'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import {
  encoded,
  openEpaySite,
  orderFields,
  orderIdOf,
  runCallbacks,
  signatureOf,
  signed,
  type Fields,
  type Received,
} from '../../test/support/epay-site.ts'
import { openMerchant, type TestMerchant } from '../../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, type Trade } from '../../test/support/trade.ts'

interface Client {
  readonly path: string
  readonly way: 'GET' | 'POST'
  /** What it sends in place of the usual, or beside it. */
  readonly sends: Fields
  /** What it leaves out. */
  readonly omits?: readonly string[]
  /** Its own check of the notice. */
  accepts(notice: Received, sent: Fields, key: string): boolean
  readonly answers: string
}

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex')

/** go-epay, SDK V1.3, dujiaoka: empty values take no part. */
const skipsEmpty = ({ fields }: Received, key: string) => fields.sign === signatureOf(fields, key)

/** Xboard, v2board, UniShop, acg: every value that arrived takes part, and backslashes are taken off. */
const signsAll = ({ fields }: Received, key: string) => {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && name !== 'sign_type')
  const text = names.sort().map((name) => `${name}=${fields[name]}`)
  return fields.sign === md5(text.join('&').replaceAll('\\', '') + key)
}

/** What Laravel's TrimStrings takes off every input before the controller sees it. */
const LARAVEL =
  '\\s\\0\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202f\u205f\u2060-\u2065\u206a-\u206f\u2800\u3164\uffa0'

const throughLaravel = ({ method, fields }: Received): Received => {
  const ends = new RegExp(`^[${LARAVEL}]+|[${LARAVEL}]+$`, 'gu')
  const trimmed = Object.entries(fields).map(([name, value]) => [name, value.replace(ends, '')])
  return { method, fields: Object.fromEntries(trimmed) as Fields }
}

const succeeded = ({ fields }: Received) => fields.trade_status === 'TRADE_SUCCESS'
const cents = (money = '') => Math.round(Number(money) * 100)
const samePrice = ({ fields }: Received, sent: Fields) => cents(fields.money) === cents(sent.money)

const CLIENTS: Readonly<Record<string, Client>> = {
  'new-api': {
    path: '/pay/submit.php',
    way: 'POST',
    sends: { out_trade_no: 'USR1NOabc1231763841600', name: 'TUC10', money: '7.30', device: 'pc' },
    accepts: (notice, sent, key) =>
      skipsEmpty(notice, key) && succeeded(notice) && notice.fields.type === sent.type,
    answers: 'success',
  },
  'new-api with a way to pay of its own': {
    path: '/submit.php',
    way: 'POST',
    sends: { out_trade_no: 'USR2NOabc1231763841600', money: '7.31', device: 'pc', type: 'custom1' },
    accepts: (notice, _, key) => skipsEmpty(notice, key) && notice.fields.type === 'custom1',
    answers: 'success',
  },
  Xboard: {
    path: '//submit.php',
    way: 'GET',
    sends: {
      money: '19.99',
      name: '2026112200000001',
      return_url: 'https://x.example.com/#/order/2026112200000001',
    },
    accepts: (notice, _, key) => signsAll(throughLaravel(notice), key) && 'trade_no' in notice.fields,
    answers: 'success',
  },
  'v2board, which leaves the channel to the buyer': {
    path: '/submit.php',
    way: 'GET',
    sends: { money: '0.1', name: '2026112200000002', type: '' },
    omits: ['type'],
    accepts: (notice, _, key) => signsAll(throughLaravel(notice), key) && notice.fields.type === 'alipay',
    answers: 'success',
  },
  dujiaoka: {
    path: '/submit.php',
    way: 'GET',
    sends: {
      out_trade_no: 'ABCDEFGH12345678',
      name: 'ABCDEFGH12345678',
      money: '12.5',
      return_url: 'https://faka.example.com/pay/yipay/return_url?order_id=ABCDEFGH12345678',
    },
    accepts: (notice, sent, key) =>
      notice.method === 'GET' &&
      skipsEmpty(throughLaravel(notice), key) &&
      notice.fields.trade_no !== '' &&
      samePrice(notice, sent),
    answers: 'success',
  },
  acg: {
    path: '/submit.php',
    way: 'POST',
    sends: { out_trade_no: '202611221200001234', money: '33', sitename: '小店 & 朋友' },
    accepts: (notice, sent, key) =>
      signsAll(notice, key) &&
      succeeded(notice) &&
      notice.fields.out_trade_no === sent.out_trade_no &&
      samePrice(notice, sent),
    answers: 'success',
  },
  'the official SDK': {
    path: '/submit.php',
    way: 'GET',
    sends: { param: 'uid=5&x=中 文', name: 'VIP会员 +1&月', money: '34.00', sign_type: 'MD5' },
    accepts: (notice, sent, key) =>
      notice.method === 'GET' && skipsEmpty(notice, key) && notice.fields.param === sent.param,
    answers: 'success',
  },
  'epay before another epay': {
    path: '/mapi.php',
    way: 'POST',
    sends: { device: 'Mozilla/5.0 (Windows NT 10.0)', clientip: '203.0.113.9', money: '35.00' },
    accepts: (notice, sent, key) =>
      skipsEmpty(notice, key) &&
      succeeded(notice) &&
      notice.fields.out_trade_no === sent.out_trade_no &&
      samePrice(notice, sent),
    answers: 'success',
  },
  'NeXT-Panel': {
    path: '/mapi.php',
    way: 'POST',
    sends: { sitename: 'NeXT', clientip: '203.0.113.9', money: '36' },
    accepts: (notice, _, key) => skipsEmpty(notice, key) && succeeded(notice),
    answers: '{"state":"success","msg":"Payment success"}',
  },
  ProxyPanel: {
    path: '/submit.php',
    way: 'GET',
    sends: { money: '37.00' },
    accepts: (notice, _, key) => succeeded(notice) && signsAll(throughLaravel(notice), key),
    answers: 'SUCCESS',
  },
  'WHMCS with the first module': {
    path: '/mapi.php',
    way: 'POST',
    sends: { out_trade_no: '1042', money: '10.00', type: 'wxpay' },
    accepts: (notice, sent, key) =>
      ['pid', 'trade_no', 'out_trade_no', 'type', 'money', 'trade_status', 'sign', 'sign_type'].every(
        (name) => notice.fields[name],
      ) &&
      notice.fields.sign_type === 'MD5' &&
      notice.fields.pid === sent.pid &&
      notice.fields.type === sent.type &&
      samePrice(notice, sent) &&
      skipsEmpty(notice, key),
    answers: 'success',
  },
  WooCommerce: {
    path: '/submit.php',
    way: 'GET',
    sends: {
      money: '12.3',
      email: 'buyer@example.com',
      return_url: 'https://woo.example.com/order-received/7/?out_trade_no=7-1',
    },
    accepts: (notice, sent, key) =>
      skipsEmpty(notice, key) && Math.abs(cents(notice.fields.money) - cents(sent.money)) <= 1,
    answers: 'success\nWarning: headers already sent in wp-includes/pluggable.php',
  },
  'a shop that sends blanks around its texts': {
    path: '/submit.php',
    way: 'POST',
    sends: { name: ' 月卡\\30天\u3000', param: ' p\u200b\u2800', money: '38.00' },
    accepts: (notice, _, key) => signsAll(throughLaravel(notice), key) && notice.fields.param === 'p',
    answers: 'success',
  },
  'a script that leaves out what it may': {
    path: '/xpay/epay/mapi.php',
    way: 'POST',
    sends: { money: '39.90' },
    omits: ['return_url'],
    accepts: (notice, _, key) => skipsEmpty(notice, key),
    answers: 'success',
  },
}

describeOnEngines('a site', (engine) => {
  let shop: TestShop
  let trade: Trade
  let merchant: TestMerchant
  let served: TestApp
  const callbackAllow: string[] = []

  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    merchant = await openMerchant(shop)
    served = await serveShop(shop, { callbackAllow })
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  async function openSite() {
    const site = await openEpaySite()
    callbackAllow.push(site.hostPort)
    onTestFinished(() => void callbackAllow.pop())
    return site
  }

  function send({ path, way }: Pick<Client, 'path' | 'way'>, fields: Fields) {
    if (way === 'GET') return sendRaw(served.url, `${path}?${encoded(fields)}`)
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    return sendRaw(served.url, path, { method: 'POST', headers, body: encoded(fields) })
  }

  const callbackOf = (orderId: string) =>
    shop.db.selectFrom('callbacks').selectAll().where('order_id', '=', orderId).executeTakeFirstOrThrow()

  const returnUrlOf = async (orderId: string) => {
    const { text } = await sendRaw(served.url, `/api/orders/${orderId}`)
    return (JSON.parse(text) as { merchant: { returnUrl: string | null } }).merchant.returnUrl
  }

  it.each(Object.entries(CLIENTS))('such as %s has its order paid and is told so', async (_, client) => {
    const site = await openSite()
    site.answer(client.answers)
    const usual = orderFields(merchant, { notify_url: site.notifyUrl, ...client.sends })
    const kept = Object.entries(usual).filter(([name]) => !client.omits?.includes(name))
    const sent = signed(Object.fromEntries(kept), merchant.key)
    const orderId = orderIdOf(await send(client, sent))
    if (!sent.type && !client.path.includes('mapi')) await changeChannel(shop, orderId, 'alipay', '192.0.2.9')
    const order = await trade.read(orderId)
    expect(await returnUrlOf(orderId)).toBeNull()
    await trade.pay(order)
    await runCallbacks(shop, site.hostPort)
    expect(site.received).toHaveLength(1)
    const [notice] = site.received
    expect(client.accepts(notice!, sent, merchant.key)).toBe(true)
    expect(notice?.fields.money).toBe(sent.money)
    expect((await callbackOf(orderId)).delivered_at).not.toBeNull()
    const returnUrl = await returnUrlOf(orderId)
    if (!sent.return_url) return expect(returnUrl).toBeNull()
    expect(returnUrl?.startsWith(`${sent.return_url}${sent.return_url.includes('?') ? '&' : '?'}`)).toBe(true)
    const query = new URLSearchParams(returnUrl?.slice(sent.return_url.length + 1))
    expect(Object.fromEntries(query)).toEqual(notice?.fields)
  })

  it('that wants its notices by POST gets the same values in a form', async () => {
    const posted = await openMerchant(shop, { callbackMethod: 'POST' })
    const site = await openSite()
    const sent = signed(orderFields(posted, { notify_url: site.notifyUrl }), posted.key)
    const order = await trade.read(orderIdOf(await send({ path: '/mapi.php', way: 'POST' }, sent)))
    await trade.pay(order)
    await runCallbacks(shop, site.hostPort)
    expect(site.received).toMatchObject([{ method: 'POST' }])
    expect(skipsEmpty(site.received[0]!, posted.key)).toBe(true)
  })

  it('that asks api.php from inside its handler finds the order paid', async () => {
    const site = await openSite()
    const asked: unknown[] = []
    const { pid } = merchant.merchant
    site.during(async ({ fields }) => {
      const query = { act: 'order', pid: String(pid), key: merchant.key, trade_no: String(fields.trade_no) }
      const { text } = await send({ path: '/api.php', way: 'GET' }, query)
      asked.push(JSON.parse(text))
    })
    const sent = signed(orderFields(merchant, { notify_url: site.notifyUrl }), merchant.key)
    await trade.pay(await trade.read(orderIdOf(await send({ path: '/submit.php', way: 'POST' }, sent))))
    await runCallbacks(shop, site.hostPort)
    expect(asked).toMatchObject([
      { code: 1, status: 1, trade_no: site.received[0]?.fields.trade_no, out_trade_no: sent.out_trade_no },
    ])
  })

  it('that asks again for an invoice after its time was up can still be paid, under the same trade_no', async () => {
    const site = await openSite()
    const fields = orderFields(merchant, { notify_url: site.notifyUrl, out_trade_no: '2077', type: 'alipay' })
    const ask = () => send({ path: '/mapi.php', way: 'POST' }, signed(fields, merchant.key))
    const first = JSON.parse((await ask()).text) as { trade_no: string }
    shop.advance(3 * 86_400_000)
    const again = await ask()
    expect(JSON.parse(again.text)).toMatchObject({ code: 1, trade_no: first.trade_no })
    await trade.pay(await trade.read(orderIdOf(again)))
    await runCallbacks(shop, site.hostPort)
    expect(site.received).toMatchObject([{ fields: { trade_no: first.trade_no, out_trade_no: '2077' } }])
  })

  it('that is told again is told the same, and is never told of an order that nobody paid', async () => {
    const site = await openSite()
    site.answer('<html>502 Bad Gateway</html>', 502)
    const one = orderFields(merchant, { notify_url: site.notifyUrl })
    const other = orderFields(merchant, { notify_url: site.notifyUrl })
    for (const fields of [one, other]) {
      const answer = await send({ path: '/submit.php', way: 'POST' }, signed(fields, merchant.key))
      if (fields === one) await trade.pay(await trade.read(orderIdOf(answer)))
    }
    await runCallbacks(shop, site.hostPort)
    shop.advance(3_600_000)
    site.answer('success')
    await runCallbacks(shop, site.hostPort)
    shop.advance(3_600_000)
    await runCallbacks(shop, site.hostPort)
    expect(site.received).toHaveLength(2)
    expect(site.received[1]).toEqual(site.received[0])
    expect(site.received[0]?.fields.out_trade_no).toBe(one.out_trade_no)
  })

  describe('that compares', () => {
    it.each([
      ['1', '1'],
      ['12.50', '12.50'],
      ['1.000', '1.000'],
    ])('money of %s gets %s back, not what was paid', async (money, told) => {
      const own = await openMerchant(shop)
      const site = await openSite()
      const fields = () => orderFields(own, { notify_url: site.notifyUrl, money })
      const orders = []
      for (let at = 0; at < 2; at += 1) {
        const answer = await send({ path: '/mapi.php', way: 'POST' }, signed(fields(), own.key))
        orders.push(await trade.read(orderIdOf(answer)))
      }
      expect(orders[1]?.due_cents).not.toBe(orders[0]?.due_cents)
      for (const order of orders) await trade.pay(order)
      await runCallbacks(shop, site.hostPort)
      expect(site.received.map((one) => one.fields.money)).toEqual([told, told])
    })
  })
})
