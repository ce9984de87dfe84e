import { createHash, createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { ask, get, signInAsSeller, type Seller } from '../../test/support/client.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, type Trade } from '../../test/support/trade.ts'
import {
  addListener,
  changeListener,
  listListeners,
  listPayments,
  renewListenerSecret,
  showListenerSecret,
  showListenerSetUp,
  showListenerSigns,
} from '../contract/index.ts'

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex')

describeOnEngines('the console’s devices', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  let seller: Seller
  let accountIds: string[]
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    served = await serveShop(shop)
    seller = await signInAsSeller(served.url)
    accountIds = Object.values(trade.accounts)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })
  let id: string
  let secret: string
  beforeEach(async () => {
    const body = { name: '旧手机', enabled: true, accountIds }
    id = (await get(served.url, addListener, { headers: seller.headers, body })).id
    const shown = await get(served.url, showListenerSecret, { headers: seller.headers, params: { id } })
    secret = shown.secret
    expect(shown.vmq).toBe(`${new URL(served.url).host}/${secret}`)
  })

  const view = async () => {
    const { listeners } = await get(served.url, listListeners, { headers: seller.headers })
    return listeners.find((one) => one.id === id)!
  }
  const change = (body: object) =>
    ask(served.url, changeListener, {
      headers: seller.headers,
      params: { id },
      body: { name: '旧手机', enabled: true, accountIds, ...body },
    })
  const setUp = () => get(served.url, showListenerSetUp, { headers: seller.headers, params: { id } })
  const signs = (since?: number) =>
    get(served.url, showListenerSigns, {
      headers: seller.headers,
      params: { id },
      query: since === undefined ? {} : { since: String(since) },
    })
  const beat = () => {
    const t = String(shop.now())
    return sendRaw(served.url, `/appHeart?t=${t}&sign=${md5(t + secret)}`)
  }

  it('begin with the project’s own protocol, from anywhere, in any form', async () => {
    expect(await view()).toMatchObject({
      ...{ dialect: 'own', boundTo: [], newerOnly: false, oldFormAt: null, heartbeatAt: null, silent: false },
      ...{ clockOffsetMs: null, app: null, addresses: [], lastPayment: null },
    })
  })

  it('keep what is not given, and change what is', async () => {
    const boundTo = ['203.0.113.7', '2001:db8::/48']
    expect((await change({ dialect: 'forwarder', boundTo, newerOnly: true })).status).toBe(200)
    expect((await change({ name: '新手机' })).reply).toMatchObject({
      ...{ name: '新手机', dialect: 'forwarder', boundTo, newerOnly: true },
    })
    expect((await change({ dialect: 'vmq', boundTo: [], newerOnly: false })).reply).toMatchObject({
      ...{ dialect: 'vmq', boundTo: [], newerOnly: false },
    })
  })

  it.each([
    { boundTo: ['home'] },
    { boundTo: ['10.0.0.0/33'] },
    { boundTo: Array(21).fill('10.0.0.1') },
    { dialect: 'morse' },
    { newerOnly: 'yes' },
  ])('are refused %j', async (wrong) => {
    expect(await change(wrong)).toMatchObject({ status: 400, error: { code: 'bad_input' } })
  })

  it('ask for the password before a secret, or from where they may report, is touched', async () => {
    await shop.db.updateTable('sessions').set({ confirmed_at: 0 }).execute()
    const { headers } = seller
    const answers = [
      await change({ boundTo: [] }),
      await ask(served.url, showListenerSecret, { headers, params: { id } }),
      await ask(served.url, renewListenerSecret, { headers, params: { id } }),
    ]
    expect(answers.map(({ error }) => error?.code)).toEqual(Array(3).fill('password_needed'))
    await shop.db.updateTable('sessions').set({ confirmed_at: shop.now() }).execute()
  })

  it('are told how to be set up, without their secret', async () => {
    const facts = await setUp()
    expect(facts).toMatchObject({
      own: { apiAddress: `${served.url}/addons/pay/` },
      vmq: { host: new URL(served.url).host, plainHttp: true, usable: true },
      forwarder: { url: `${served.url}/addons/listener/forward/${id}`, success: '"code":1' },
    })
    expect(facts.forwarder.template).toBe(
      '{"package":"[from]","title":"[title]","text":"[org_content]","device":"[device_mark]","timestamp":"[timestamp]","sign":"[sign]"}',
    )
    expect(JSON.stringify(facts)).not.toContain(secret)
  })

  it('are told whether the address is the public one, or only that of whoever asks', async () => {
    const asked = () => get(served.url, listListeners, { headers: seller.headers })
    expect(await asked()).toMatchObject({ apiAddress: `${served.url}/addons/pay/`, isPublic: false })
    const other = await openTestShop(engine, { publicUrl: 'https://pay.example.com' })
    const app = await serveShop(other)
    const owner = await signInAsSeller(app.url)
    expect(await get(app.url, listListeners, { headers: owner.headers })).toMatchObject({
      ...{ apiAddress: 'https://pay.example.com/addons/pay/', isPublic: true },
    })
    await app.close()
    await other.close()
  })

  it('work as they were told: each address and template leads to a payment', async () => {
    const facts = await setUp()
    const order = () => trade.addProduct().then((productId) => trade.order(productId))
    const priceOf = ({ due_cents }: { due_cents: number }) => (due_cents / 100).toFixed(2)

    const first = await order()
    const sign = md5(md5(`${priceOf(first)}alipay`) + secret)
    const own = new URL(facts.own.apiAddress)
    await sendRaw(served.url, `${own.pathname}api/notify?price=${priceOf(first)}&type=alipay&sign=${sign}`)
    expect((await trade.read(first.id)).state).toBe('delivered')

    const second = await order()
    const t = String(shop.now())
    const push = `t=${t}&type=2&price=${priceOf(second)}&sign=${md5(`2${priceOf(second)}${t}${secret}`)}`
    await sendRaw(`http://${facts.vmq.host}`, `/appPush?${push}`)
    expect((await trade.read(second.id)).state).toBe('delivered')

    const third = await order()
    const filled = facts.forwarder.template
      .replace('[from]', 'com.eg.android.AlipayGphone')
      .replace('[title]', '收钱码到账通知')
      .replace('[org_content]', `成功收款${priceOf(third)}元。享免费提现`)
      .replace('[timestamp]', t)
      .replace(
        '[sign]',
        encodeURIComponent(createHmac('sha256', secret).update(`${t}\n${secret}`).digest('base64')),
      )
    const headers = { 'Content-Type': 'application/json' }
    const { text } = await sendRaw(served.url, new URL(facts.forwarder.url).pathname, {
      ...{ method: 'POST', body: filled, headers },
    })
    expect([text.includes(facts.forwarder.success), (await trade.read(third.id)).state]).toEqual([
      true,
      'delivered',
    ])
  })

  it('warn of V免签 where the shop is on https, and where the secret cannot be typed', async () => {
    const other = await openTestShop(
      engine,
      { publicUrl: 'https://pay.example.com:8443' },
      { listenerSecret: 'with/a/slash/0123456789' },
    )
    const app = await serveShop(other, { fixedListenerSecret: true })
    const owner = await signInAsSeller(app.url)
    const { listeners } = await get(app.url, listListeners, { headers: owner.headers })
    const params = { id: listeners[0]!.id }
    const facts = await get(app.url, showListenerSetUp, { headers: owner.headers, params })
    expect(facts.vmq).toEqual({ host: 'pay.example.com', plainHttp: false, usable: false })
    const shown = await get(app.url, showListenerSecret, { headers: owner.headers, params })
    expect(shown.vmq).toBeNull()
    await app.close()
    await other.close()
  })

  it('can be waited for until their first sign of life', async () => {
    const { now, sign } = await signs()
    expect(sign).toBeNull()
    shop.advance(2_000)
    await beat()
    expect((await signs(now)).sign).toMatchObject({ kind: 'heartbeat' })
    expect((await signs(shop.now() + 1_000)).sign).toBeNull()
    const apiurl = encodeURIComponent('http://x/addons/pay/')
    shop.advance(1_000)
    await sendRaw(
      served.url,
      `/addons/pay/api/setting?apiurl=${apiurl}&sign=${md5(md5('http://x/addons/pay/') + secret)}`,
    )
    await expect.poll(async () => (await signs(now)).sign?.kind).toBe('check')
    const missing = { headers: seller.headers, params: { id: 'Z'.repeat(21) }, query: {} }
    expect((await ask(served.url, showListenerSigns, missing)).status).toBe(404)
  })

  it('show what they told: when, from where, by which clock, in which app, and the last money', async () => {
    const t = String(shop.now() + 90_000)
    const push = `t=${t}&type=2&price=0.55&sign=${md5(`20.55${t}${secret}`)}`
    await sendRaw(served.url, `/appPush?${push}`, { headers: { 'User-Agent': 'okhttp/3.8.1' } })
    await expect
      .poll(async () => (await view()).addresses.map(({ network }) => network))
      .toEqual(['127.0.0.1'])
    const seen = await view()
    expect(seen).toMatchObject({
      ...{ lastAddress: '127.0.0.1', app: 'okhttp/3.8.1' },
      lastPayment: { channel: 'alipay', amountCents: 55, match: 'unmatched' },
    })
    expect(Math.abs(seen.clockOffsetMs! - 90_000)).toBeLessThan(5_000)
    expect(seen.oldFormAt).not.toBeNull()
    const { payments } = await get(served.url, listPayments, {
      headers: seller.headers,
      query: { amount: '0.55' },
    })
    expect(payments[0]).toMatchObject({ warning: null, rawText: null, happenedAt: null })
  })
})
