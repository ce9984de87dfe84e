import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCaller } from '../../com/http.ts'
import { createJobHandlers } from '../../core/job-handlers.ts'
import { runDueJobs } from '../../core/jobs.ts'
import { placeMerchantOrder } from '../../core/merchant-orders.ts'
import { serveShop, sendRaw, type TestApp } from '../../test/support/app.ts'
import { ask, get, signInAsSeller, type Seller } from '../../test/support/client.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, type Trade } from '../../test/support/trade.ts'
import * as contract from '../contract/index.ts'
import { QUESTIONS, type Question } from './protocol-questions.ts'

const INPUT: contract.MerchantInput = {
  name: '独角数卡',
  enabled: true,
  channels: [],
  accountIds: [],
  returnHosts: ['shop.example.com'],
  callbackMethod: 'GET',
  showQrcode: false,
  ordersPerMinute: 0,
}

describeOnEngines('the console’s merchants', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  let seller: Seller
  let site: Server
  let siteUrl: string
  /** What the merchant's site answers, and what it was asked. */
  let answer = { status: 200, body: 'success' }
  const asked: { url: string; body: string; headers: Record<string, unknown> }[] = []

  beforeAll(async () => {
    site = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const body = Buffer.concat(parts).toString()
        asked.push({ url: request.url ?? '', body, headers: request.headers })
        response.writeHead(answer.status).end(answer.body)
      })
    })
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    const hostPort = `127.0.0.1:${(site.address() as AddressInfo).port}`
    siteUrl = `http://${hostPort}`
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
    const caller = createCaller({ allow: [hostPort] })
    served = await serveShop(shop, { callbackAllow: [hostPort], call: (request) => caller.call(request) })
    seller = await signInAsSeller(served.url)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
    site.closeAllConnections()
    site.close()
  })

  const headers = () => ({ headers: seller.headers })
  const add = async (change: Partial<contract.MerchantInput> & { pid?: number } = {}) =>
    get(served.url, contract.addMerchant, { ...headers(), body: { ...INPUT, ...change } })
  const addKey = async (id: string, kind: 'md5' | 'live' | 'test' = 'md5', secret?: string) =>
    get(served.url, contract.addMerchantKey, {
      ...headers(),
      params: { id },
      body: { kind, name: '主密钥', ...(secret !== undefined && { secret }) },
    })
  const show = (id: string) => get(served.url, contract.showMerchant, { ...headers(), params: { id } })
  const send = () =>
    runDueJobs(shop, createJobHandlers([0], { scheduleMs: [0, 60_000], call: served.api.call }))

  it('have numbers of their own from 1001 on, or the one that a site brings', async () => {
    const first = await add()
    expect(first).toMatchObject({ pid: 1001, isDefault: true, ...INPUT })
    expect(await add({ pid: 20_288 })).toMatchObject({ pid: 20_288, isDefault: false })
    expect((await add()).pid).toBe(20_289)
    const taken = await ask(served.url, contract.addMerchant, {
      ...headers(),
      body: { ...INPUT, pid: 20_288 },
    })
    expect([taken.status, taken.error]).toMatchObject([400, { code: 'bad_input', details: { field: 'pid' } }])
  })

  it('are changed and made the default, each act on record', async () => {
    const { id } = await add()
    const body = {
      ...INPUT,
      name: 'Xboard',
      enabled: false,
      channels: ['alipay' as const],
      ordersPerMinute: 30,
    }
    const changed = await get(served.url, contract.changeMerchant, { ...headers(), params: { id }, body })
    expect(changed).toMatchObject(body)
    await get(served.url, contract.makeDefaultMerchant, { ...headers(), params: { id } })
    const { merchants } = await get(served.url, contract.listMerchants, headers())
    expect(merchants.filter(({ merchant }) => merchant.isDefault).map(({ merchant }) => merchant.id)).toEqual(
      [id],
    )
    const { entries } = await get(served.url, contract.listAudit, headers())
    const acts = entries
      .filter(({ subject }) => subject === id)
      .map(({ action, actor }) => `${action} ${actor}`)
    expect(acts.sort()).toEqual(['merchants.add admin', 'merchants.change admin', 'merchants.default admin'])
  })

  it('say once where a site is told, and keep it until they say otherwise', async () => {
    const told = { notifyUrl: 'https://shop.example.com/told', returnUrl: 'https://shop.example.com/back' }
    const { id } = await add(told)
    const change = (more: object) =>
      ask(served.url, contract.changeMerchant, {
        ...headers(),
        params: { id },
        body: { ...INPUT, ...more },
      })
    expect((await change({})).reply).toMatchObject(told)
    expect((await change({ notifyUrl: '' })).reply).toMatchObject({ ...told, notifyUrl: '' })
    for (const bad of [
      { notifyUrl: 'http://10.0.0.1/' },
      { notifyUrl: 'x' },
      { returnUrl: 'javascript:0' },
    ]) {
      expect((await change(bad)).error?.code).toMatch(/^bad_(url|input)$/)
    }
    expect((await show(id)).merchant).toMatchObject({ ...told, notifyUrl: '' })
  })

  it('refuse what cannot be: unknown accounts, hosts that are addresses, names that are none', async () => {
    const codeOf = async (change: object) =>
      (await ask(served.url, contract.addMerchant, { ...headers(), body: { ...INPUT, ...change } })).error
        ?.code
    expect(await codeOf({ accountIds: ['A'.repeat(21)] })).toBe('not_found')
    const bad = [
      { name: '' },
      { name: 'a\nb' },
      { returnHosts: ['https://shop.example.com'] },
      { returnHosts: ['shop.example.com/path'] },
      { returnHosts: ['user@shop.example.com'] },
      { ordersPerMinute: -1 },
      { channels: ['paypal'] },
      { callbackMethod: 'PUT' },
      { pid: 0 },
      { pid: 1_000_000_000 },
      { webhook_secret: 'mine' },
    ]
    for (const change of bad) expect([change, await codeOf(change)]).toEqual([change, 'bad_input'])
  })

  it('show a key once: it stands in no list, no record and no line of the log', async () => {
    const { id } = await add()
    const secrets: string[] = []
    for (const kind of ['md5', 'live', 'test'] as const) {
      const made = await addKey(id, kind)
      expect(made.secret).toMatch({ md5: /^[A-Za-z0-9]{32}$/, live: /^sk_live_/, test: /^sk_test_/ }[kind])
      expect(made.key).toMatchObject({ kind, hint: made.secret.slice(-4), usedAt: null })
      const params = { id, keyId: made.key.id }
      const rotated = await get(served.url, contract.rotateMerchantKey, { ...headers(), params })
      secrets.push(made.secret, rotated.secret)
    }
    const endpoint = await get(served.url, contract.addEndpoint, {
      ...headers(),
      params: { id },
      body: { mode: 'live', url: siteUrl, events: [], enabled: true },
    })
    const params = { id, endpointId: endpoint.endpoint.id }
    const again = await get(served.url, contract.rotateEndpoint, { ...headers(), params })
    secrets.push(endpoint.secret, again.secret)
    const notify = { ...headers(), params: { id }, body: { mode: 'live' as const } }
    secrets.push((await get(served.url, contract.renewNotifySecret, notify)).secret)
    const detail = await show(id)
    expect([detail.keys.length, detail.endpoints.length]).toEqual([6, 1])
    const { merchants } = await get(served.url, contract.listMerchants, headers())
    const audit = await shop.db.selectFrom('audit_entries').selectAll().execute()
    const everything = JSON.stringify([detail, merchants, audit, shop.logged])
    expect(new Set(secrets).size).toBe(9)
    for (const secret of secrets) expect(everything).not.toContain(secret.slice(-24))
    const acts = audit.filter((one) => one.subject === id).map(({ action }) => action)
    expect(acts.filter((action) => action === 'merchants.add-key')).toHaveLength(3)
    expect(acts.filter((action) => action === 'merchants.rotate-key')).toHaveLength(3)
  })

  it('take the key that a site has used before, unless it is easy to guess or somebody else’s', async () => {
    const { id } = await add()
    const own = '89unJUB8HZ54Hj7x4nUj56HN4nUzUJ8i'
    expect((await addKey(id, 'md5', own)).secret).toBe(own)
    const codeOf = async (secret: string) => {
      const body = { kind: 'md5' as const, name: '', secret }
      return (await ask(served.url, contract.addMerchantKey, { ...headers(), params: { id }, body })).error
        ?.code
    }
    const listener = await shop.db.selectFrom('listeners').select('secret').executeTakeFirstOrThrow()
    for (const secret of ['123456', 'aaaaaaaaaaaaaaaaaaaa', own, listener.secret])
      expect([secret, await codeOf(secret)]).toEqual([secret, 'weak_secret'])
    for (const secret of ['', 'with a blank in the middle 123', '中文密钥中文密钥中文密钥中文密钥'])
      expect([secret, await codeOf(secret)]).toEqual([secret, 'bad_input'])
  })

  it('have keys that work on for 72 hours after a rotation, and not a moment after they are revoked', async () => {
    const { id } = await add()
    const { key } = await addKey(id)
    const params = { id, keyId: key.id }
    await get(served.url, contract.rotateMerchantKey, { ...headers(), params })
    const expiresAt = (await show(id)).keys.find((one) => one.id === key.id)?.expiresAt ?? 0
    expect(Math.abs(expiresAt - shop.now() - 72 * 3_600_000)).toBeLessThan(5_000)
    await get(served.url, contract.revokeMerchantKey, { ...headers(), params })
    expect((await show(id)).keys.find((one) => one.id === key.id)?.revokedAt).not.toBeNull()
    const rotated = await ask(served.url, contract.rotateMerchantKey, { ...headers(), params })
    expect(rotated.error?.code).toBe('wrong_state')
    const other = await add()
    const foreign = { ...headers(), params: { id: other.id, keyId: key.id } }
    expect((await ask(served.url, contract.revokeMerchantKey, foreign)).error?.code).toBe('not_found')
  })

  it('name endpoints that may be called: public ones, and those that the operator allowed', async () => {
    const { id } = await add()
    const codeOf = async (url: string) => {
      const body = { mode: 'live' as const, url, events: [], enabled: true }
      const { status, error } = await ask(served.url, contract.addEndpoint, {
        ...headers(),
        params: { id },
        body,
      })
      return error?.code ?? status
    }
    expect(await codeOf(`${siteUrl}/hooks`)).toBe(201)
    expect(await codeOf('https://hooks.example.com/x?token=1')).toBe(201)
    for (const url of [
      'http://127.0.0.1:9/',
      'http://10.0.0.1/',
      'https://a:b@shop.example.com/',
      'https://shop.example.com:8443/',
    ])
      expect([url, await codeOf(url)]).toEqual([url, 'bad_url'])
    const { addEndpoint, changeEndpoint, placeTestOrder } = contract
    for (const { id: name, refusals } of [addEndpoint, changeEndpoint, placeTestOrder])
      expect([name, refusals]).toEqual([name, expect.arrayContaining(['bad_url'])])
    for (const url of ['', 'ftp://shop.example.com/', 'javascript:alert(1)'])
      expect([url, await codeOf(url)]).toEqual([url, 'bad_input'])
  })

  it('ping an endpoint at once and show what it really answered', async () => {
    const { id } = await add()
    const { endpoint } = await get(served.url, contract.addEndpoint, {
      ...headers(),
      params: { id },
      body: { mode: 'test', url: `${siteUrl}/hooks`, events: [], enabled: true },
    })
    const call = { ...headers(), params: { id, endpointId: endpoint.id } }
    answer = { status: 500, body: 'Fatal error in hooks.php' }
    const failed = await get(served.url, contract.pingEndpoint, call)
    expect(failed).toMatchObject({
      delivered: false,
      attempt: { status: 500, answer: 'Fatal error in hooks.php' },
    })
    answer = { status: 204, body: '' }
    const done = await get(served.url, contract.pingEndpoint, call)
    expect(done).toMatchObject({ delivered: true, attempt: { status: 204, method: 'POST', error: '' } })
    expect(asked.at(-1)).toMatchObject({ url: '/hooks', headers: { 'webhook-id': done.callbackId } })
    expect(JSON.parse(asked.at(-1)!.body)).toMatchObject({ type: 'test.ping', data: { livemode: false } })
    await get(served.url, contract.removeEndpoint, call)
    expect((await show(id)).endpoints).toEqual([])
    expect((await ask(served.url, contract.pingEndpoint, call)).error?.code).toBe('not_found')
  })

  it('get test orders whose callbacks are real: paid by a button, sent by the protocol, sent again by hand', async () => {
    const { id, pid } = await add()
    const body = {
      protocol: 'epay' as const,
      amountCents: 1_234,
      channel: 'alipay' as const,
      subject: '测试订单',
      notifyUrl: `${siteUrl}/notify.php`,
      returnUrl: 'https://shop.example.com/return',
    }
    const place = { ...headers(), params: { id }, body }
    expect((await ask(served.url, contract.placeTestOrder, place)).error?.code).toBe('merchant_key_needed')
    await addKey(id)
    const { orderId } = await get(served.url, contract.placeTestOrder, place)
    const call = { ...headers(), params: { id: orderId } }
    const placed = await get(served.url, contract.showAdminOrder, call)
    expect(placed).toMatchObject({
      order: { test: true, state: 'pending' },
      merchant: { id, pid, name: '独角数卡', protocol: 'epay', mode: 'test', notifyUrl: body.notifyUrl },
      callbacks: [],
    })
    expect(placed.merchant?.outTradeNo).toMatch(/^TEST\d{12}$/)

    answer = { status: 200, body: 'fail' }
    const paid = await get(served.url, contract.payTestOrder, { ...call, body: {} })
    expect(paid.order.state).toBe('paid')
    expect(paid.callbacks).toMatchObject([{ state: 'waiting', event: 'order.paid', attempts: 0 }])
    const callbackId = paid.callbacks[0]!.id
    await send()
    const hasten = { ...headers(), params: { id: callbackId } }
    expect((await ask(served.url, contract.redeliverCallback, hasten)).error?.code).toBe('wrong_state')
    answer = { status: 200, body: 'success' }
    await get(served.url, contract.hastenCallback, hasten)
    await send()
    const log = await get(served.url, contract.showCallback, hasten)
    expect(log.attempts.map(({ status, answer: said }) => [status, said])).toEqual([
      [200, 'fail'],
      [200, 'success'],
    ])
    expect(new URL(asked.at(-1)!.url, siteUrl).searchParams.get('out_trade_no')).toBe(
      placed.merchant?.outTradeNo,
    )
    const again = await get(served.url, contract.redeliverCallback, hasten)
    expect(again).toMatchObject({ state: 'waiting', redeliveryOf: callbackId })
    await send()
    const { callbacks, total } = await get(served.url, contract.listCallbacks, {
      ...headers(),
      query: { merchantId: id, state: 'delivered' },
    })
    expect([total, callbacks.map((one) => one.id).sort()]).toEqual([2, [callbackId, again.id].sort()])
  })

  it('pay and end only test orders by a button', async () => {
    const { id } = await add()
    await addKey(id)
    const body = { protocol: 'v1' as const, amountCents: 500, subject: 'T', notifyUrl: '', returnUrl: '' }
    const { orderId } = await get(served.url, contract.placeTestOrder, { ...headers(), params: { id }, body })
    const call = { ...headers(), params: { id: orderId } }
    const ended = await get(served.url, contract.expireTestOrder, call)
    expect(ended.order.state).toBe('expired')
    const real = await trade.order(await trade.addProduct())
    const onReal = { ...headers(), params: { id: real.id } }
    expect((await ask(served.url, contract.payTestOrder, { ...onReal, body: {} })).error?.code).toBe(
      'order_not_found',
    )
    expect((await ask(served.url, contract.expireTestOrder, onReal)).error?.code).toBe('order_not_found')
    const { orders } = await get(served.url, contract.listOrders, { ...headers(), query: { merchantId: id } })
    expect(orders).toEqual([])
    const tests = await get(served.url, contract.listOrders, {
      ...headers(),
      query: { merchantId: id, test: 'yes' },
    })
    expect(tests.orders.map((one) => [one.id, one.merchant?.protocol])).toEqual([[orderId, 'v1']])
  })

  it('are tried as a site would try them: the right number and key are told so, without an order or the key', async () => {
    const { id, pid } = await add()
    const test = async (protocol: (typeof contract.TESTED_PROTOCOLS)[number]) =>
      get(served.url, contract.testMerchant, { ...headers(), params: { id }, body: { protocol } })
    const { secret } = await addKey(id)
    const { inside, outside } = await test('epay')
    expect([inside.ok, inside.status, outside]).toEqual([true, 200, null])
    expect(JSON.parse(inside.answer)).toMatchObject({ code: 1, pid, active: 1 })
    for (const protocol of contract.TESTED_PROTOCOLS) {
      const told = await test(protocol)
      expect([protocol, told.inside]).toMatchObject([protocol, { ok: true, status: 200 }])
      expect(JSON.stringify(told)).not.toContain(secret.slice(0, 24))
    }
    const off = { ...INPUT, enabled: false }
    await get(served.url, contract.changeMerchant, { ...headers(), params: { id }, body: off })
    for (const protocol of contract.TESTED_PROTOCOLS)
      expect([protocol, (await test(protocol)).inside.ok]).toEqual([protocol, false])
    const asked = await shop.db
      .selectFrom('merchant_orders')
      .select('order_id')
      .where('merchant_id', '=', id)
      .execute()
    expect(asked).toEqual([])
  })

  it('are not told that a wrong key is right, and a bare question is refused as its protocol refuses', async () => {
    const { id, pid } = await add()
    const { secret } = await addKey(id)
    const rightOf = async ({ method, path, body, isRight }: Question) => {
      const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const { text } = await sendRaw(served.url, path, {
        method,
        ...(body !== '' && { body, headers: type }),
      })
      return isRight(text)
    }
    for (const protocol of contract.TESTED_PROTOCOLS) {
      const asked = (key: string) => QUESTIONS[protocol](String(pid), key, shop.now())
      expect([protocol, await rightOf(asked(secret).signed)]).toEqual([protocol, true])
      expect([protocol, await rightOf(asked(secret.replace(/.$/, '!')).signed)]).toEqual([protocol, false])
      expect([protocol, await rightOf(asked(secret).bare)]).toEqual([protocol, true])
      for (const other of ['<h1>404 Not Found</h1>', '{"error":{"code":"not_found"}}', ''])
        expect([protocol, other, asked(secret).bare.isRight(other)]).toEqual([protocol, other, false])
    }
  })

  it('are tried at the public address too, where something else may answer, or nothing', async () => {
    const { id } = await add()
    await addKey(id)
    const outsideAt = async (publicUrl: string) => {
      await get(served.url, contract.changeSettings, { ...headers(), body: { publicUrl } })
      const call = { ...headers(), params: { id }, body: { protocol: 'epay' as const } }
      return (await get(served.url, contract.testMerchant, call)).outside
    }
    answer = { status: 404, body: '<h1>404 Not Found</h1><center>nginx</center>' }
    expect(await outsideAt(siteUrl)).toMatchObject({ ok: false, status: 404, answer: answer.body })
    expect(asked.at(-1)?.url).toMatch(/^\/api\.php\?act=query&pid=\d+$/)
    answer = { status: 200, body: '{"code":-4,"msg":"key"}' }
    expect(await outsideAt(siteUrl)).toMatchObject({ ok: true, status: 200 })
    expect(await outsideAt('http://10.1.2.3')).toMatchObject({ ok: false, status: null })
    await outsideAt('')
    answer = { status: 200, body: 'success' }
  })

  it('have their orders found by the number of their own, and exported with it', async () => {
    const { id } = await add({ name: '=cmd' })
    await addKey(id)
    const body = { protocol: 'vmq' as const, amountCents: 700, subject: 'T', notifyUrl: '', returnUrl: '' }
    const { orderId } = await get(served.url, contract.placeTestOrder, { ...headers(), params: { id }, body })
    const { merchant } = await get(served.url, contract.showAdminOrder, {
      ...headers(),
      params: { id: orderId },
    })
    for (const search of [merchant!.outTradeNo, merchant!.tradeNo]) {
      const { orders } = await get(served.url, contract.listOrders, {
        ...headers(),
        query: { search, test: 'yes' },
      })
      expect(orders.map((one) => one.id)).toEqual([orderId])
    }
    const path = `/api/admin/orders.csv?merchantId=${id}&test=yes`
    const { text } = await sendRaw(served.url, path, { headers: { Cookie: seller.headers.Cookie! } })
    const [head, line] = text.split('\r\n')
    expect(head).toMatch(/"商户","商户订单号","接口"$/)
    expect(line).toMatch(new RegExp(`"\\d+ =cmd","${merchant!.outTradeNo}","vmq"$`))
  })

  it('count on the list: orders of today, the key that was used last, the protocols, what was given up', async () => {
    const { id } = await add()
    const cardOf = async () =>
      (await get(served.url, contract.listMerchants, headers())).merchants.find(
        (one) => one.merchant.id === id,
      )
    expect(await cardOf()).toMatchObject({
      protocols: [],
      keyUsedAt: null,
      today: { placed: 0, paid: 0 },
      deadCallbacks: 0,
    })
    const row = await shop.db
      .selectFrom('merchants')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const { key } = await addKey(id)
    const wish = {
      merchant: row,
      protocol: 'vmq' as const,
      mode: 'live' as const,
      keyId: key.id,
      outTradeNo: 'L-1',
      subject: 'T',
      amountCents: 88_800,
      channel: 'alipay' as const,
      notifyUrl: `${siteUrl}/dead`,
      returnUrl: '',
      request: {},
      lasting: [],
    }
    const { order } = await placeMerchantOrder(shop, wish)
    await placeMerchantOrder(shop, { ...wish, outTradeNo: 'L-2', amountCents: 99_900 })
    await trade.pay(order)
    answer = { status: 500, body: '' }
    await runDueJobs(shop, createJobHandlers([0], { scheduleMs: [0], call: served.api.call }))
    await shop.db.updateTable('merchant_keys').set({ used_at: 1_234_567 }).where('id', '=', key.id).execute()
    expect(await cardOf()).toMatchObject({
      protocols: ['vmq'],
      keyUsedAt: 1_234_567,
      today: { placed: 2, paid: 1 },
      deadCallbacks: 1,
    })
    const { waiting, alerts } = await get(served.url, contract.showOverview, headers())
    expect(waiting.deadCallbacks).toBe(1)
    expect(alerts.find(({ kind }) => kind === 'callback_dead')?.orderId).toBe(order.id)
    answer = { status: 200, body: 'success' }
  })
})
