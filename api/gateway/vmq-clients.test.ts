/** Sites that speak V免签, each as its published code does it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { md5, runCallbacks } from '../../test/support/epay-site.ts'
import { openToldSite } from '../../test/support/gateway.ts'
import { openMerchant, type TestMerchant } from '../../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, type Trade } from '../../test/support/trade.ts'

const SIGNED = ['payId', 'param', 'type', 'price', 'reallyPrice'] as const

/** Which of these texts the site would have hashed, and whether that is what came. */
function isRightlySigned(query: URLSearchParams, key: string): boolean {
  return md5(SIGNED.map((name) => query.get(name) ?? '').join('') + key) === query.get('sign')
}

describeOnEngines('a site that speaks V免签', (engine) => {
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
    await shop.close()
  })

  const orderAt = async (location: string | undefined) =>
    trade.read(/\/pay\/([\w-]{21})$/.exec(location ?? '')![1]!)

  describe('dujiaoka', () => {
    /** Its table of orders: number and price. */
    const orders = new Map<string, string>()
    const paid: string[] = []

    /** Its notify: looks the order up by `param`, checks the signature, compares prices to the cent. */
    function notified(query: URLSearchParams): { status?: number; body: string } {
      const price = orders.get(query.get('param') ?? '')
      if (price === undefined || !isRightlySigned(query, site.key)) return { body: 'fail' }
      if (Number(price).toFixed(2) !== Number(query.get('price')).toFixed(2))
        return { status: 500, body: 'error' }
      if (paid.includes(query.get('param') ?? '')) return { status: 500, body: 'error' }
      paid.push(query.get('param') ?? '')
      return { body: 'success' }
    }

    it.each([
      ['12.5', 'vzfb', 'alipay'],
      ['61', 'vwx', 'wechat'],
      ['19.99', 'vzfb', 'alipay'],
      ['0.3', 'vwx', 'wechat'],
    ])('sells for %s by %s: link, payment, notify', async (price, payCheck, channel) => {
      const told = await openToldSite(notified)
      allow.push(told.hostPort)
      const number = `ORDER${price.replace('.', '')}`
      orders.set(number, price)
      const type = payCheck === 'vzfb' ? 2 : 1
      const payId = `20261122${Math.floor(Math.random() * 65_535)}${number.length}${price}`
      const link = new URLSearchParams({
        payId,
        price,
        param: number,
        returnUrl: `${told.url}/pay/vpay/return?order_id=${number}`,
        notifyUrl: `${told.url}/pay/vpay/notify_url`,
        isHtml: '1',
        type: String(type),
      })
      link.append('sign', md5(`${payId}${number}${type}${price}${site.key}`))
      const base = `${served.url}/vmq/${site.merchant.pid}/`
      const sent = await sendRaw(served.url, new URL(`${base}createOrder?${link}`).pathname + `?${link}`)
      expect(sent.status).toBe(302)
      const order = await orderAt(sent.headers.location)
      expect(order).toMatchObject({ channel, price_cents: Math.round(Number(price) * 100) })
      await trade.pay(order)
      await runCallbacks(shop, told.hostPort)
      expect(told.calls).toMatchObject([{ method: 'GET', path: '/pay/vpay/notify_url' }])
      expect(paid).toContain(number)
      const view = (await (await fetch(`${served.url}/api/orders/${order.id}`)).json()) as {
        merchant: { returnUrl: string }
      }
      expect(view.merchant.returnUrl).toContain(`/pay/vpay/return?order_id=${number}&payId=`)
      expect(isRightlySigned(new URL(view.merchant.returnUrl).searchParams, site.key)).toBe(true)
      expect(await listUndelivered()).toEqual([])
    })

    const listUndelivered = () =>
      shop.db.selectFrom('callbacks').select('id').where('delivered_at', 'is', null).execute()
  })

  it.each([
    ['PHP', '73.30', '73.30'],
    ['Java', '74.0', '74.00'],
    ['JavaScript', '75', '75.00'],
    ['Go', '76.300', '76.30'],
  ])('written in %s writes %s, and is told %s', async (_, written, told) => {
    const site2 = await openToldSite((query) => ({
      body: isRightlySigned(query, site.key) ? 'success' : 'fail',
    }))
    allow.push(site2.hostPort)
    const payId = `F${written}`
    const fields = { payId, type: '1', price: written, notifyUrl: `${site2.url}/n`, isHtml: '0' }
    const query = new URLSearchParams({ ...fields, sign: md5(`${payId}1${written}${site.key}`) })
    const { text } = await sendRaw(served.url, `/createOrder?${query}`)
    const { data } = JSON.parse(text) as { data: { orderId: string; price: number } }
    expect(data.price).toBe(Number(written))
    await trade.pay(await trade.read(data.orderId))
    await runCallbacks(shop, site2.hostPort)
    const [call] = site2.calls
    expect([call?.query.get('price'), call?.query.get('reallyPrice'), call?.query.get('param')]).toEqual([
      told,
      told,
      '',
    ])
    const row = await shop.db
      .selectFrom('callbacks')
      .select('delivered_at')
      .where('order_id', '=', data.orderId)
      .executeTakeFirstOrThrow()
    expect(row.delivered_at).not.toBeNull()
  })

  it('that pastes addresses into its link without escaping them is understood', async () => {
    const payId = `${Date.now()}`
    const sign = md5(`${payId}281.00${site.key}`)
    const link = `/createOrder?payId=${payId}&type=2&price=81.00&notifyUrl=https://shop.example.com/n&returnUrl=https://shop.example.com/r&sign=${sign}&param=&isHtml=1`
    const { headers } = await sendRaw(served.url, link)
    const order = await orderAt(headers.location)
    const asked = await shop.db
      .selectFrom('merchant_orders')
      .selectAll()
      .where('order_id', '=', order.id)
      .executeTakeFirstOrThrow()
    expect(asked).toMatchObject({
      notify_url: 'https://shop.example.com/n',
      return_url: 'https://shop.example.com/r',
    })
  })

  it('that shows the order itself polls until it is sent back', async () => {
    const payId = 'poll-1'
    const fields = { payId, type: '2', price: '82', returnUrl: 'https://shop.example.com/done' }
    const query = new URLSearchParams({ ...fields, sign: md5(`${payId}282${site.key}`) })
    const { text } = await sendRaw(served.url, `/createOrder?${query}`)
    const { data } = JSON.parse(text) as { data: { orderId: string } }
    const poll = async () =>
      JSON.parse((await sendRaw(served.url, `/checkOrder?orderId=${data.orderId}`)).text) as {
        code: number
        data: string
      }
    expect((await poll()).code).toBe(-1)
    await trade.pay(await trade.read(data.orderId))
    const answer = await poll()
    expect(answer.code).toBe(1)
    expect(isRightlySigned(new URL(answer.data).searchParams, site.key)).toBe(true)
  })
})
