import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importStock as importKeys } from '../../core/stock-import.ts'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { ask, get, signInAsSeller, type Seller } from '../../test/support/client.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { advanceToNoon, openTrade, SELLER, type Trade } from '../../test/support/trade.ts'
import * as contract from '../contract/index.ts'
import { csvLine } from './order-csv.ts'

describe('a cell of the export', () => {
  it.each(['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\tx', '\rx', '=HYPERLINK("http://evil")'])(
    '%j is text to a spreadsheet, never a formula',
    (text) => {
      expect(csvLine([text])).toBe(`"'${text.replaceAll('"', '""')}"\r\n`)
    },
  )

  it('keeps quotes, commas and line ends inside', () => {
    expect(csvLine(['a"b', 'c,d', 'e\nf', ''])).toBe('"a""b","c,d","e\nf",""\r\n')
  })
})

describeOnEngines('the console over HTTP', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  let seller: Seller
  beforeAll(async () => {
    shop = await openTestShop(engine, { slotDepth: 30, orderLimits: '0' })
    advanceToNoon(shop)
    trade = await openTrade(shop)
    served = await serveShop(shop)
    seller = await signInAsSeller(served.url)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const file = (path: string) => sendRaw(served.url, path, { headers: { Cookie: seller.headers.Cookie! } })

  it('exports the orders of a filter with a byte order mark and harmless cells', async () => {
    const productId = await seller.addProduct({ name: '=cmd|calc', priceCents: 4_200 })
    const order = await trade.order(productId)
    await ask(served.url, contract.noteOrder, {
      headers: seller.headers,
      params: { id: order.id },
      body: { note: '@SUM(1)' },
    })
    await trade.order(await trade.addProduct())
    const { status, headers, text } = await file(`/api/admin/orders.csv?productId=${productId}`)
    expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8'])
    expect(headers['content-disposition']).toContain('orders.csv')
    expect(headers['cache-control']).toBe('no-store')
    expect(text.startsWith('\ufeff"订单号"')).toBe(true)
    const lines = text.trimEnd().split('\r\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain(`${order.id}","'=cmd|calc","1","42.00"`)
    expect(lines[1]).toContain(`"'@SUM(1)"`)
  })

  it('exports more orders than one piece, each once', async () => {
    const productId = await trade.addProduct()
    const first = await trade.order(productId)
    const rows = Array.from({ length: 1_100 }, (_, at) => ({
      ...first,
      id: String(at).padStart(21, '0'),
      created_at: first.created_at + Math.floor(at / 7),
      state: 'cancelled' as const,
    }))
    for (let from = 0; from < rows.length; from += 100)
      await shop.db
        .insertInto('orders')
        .values(rows.slice(from, from + 100))
        .execute()
    const { text } = await file(`/api/admin/orders.csv?productId=${productId}`)
    const ids = text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.slice(1, 22))
    expect([ids.length, new Set(ids).size]).toEqual([1_101, 1_101])
  })

  it('refuses a filter that cannot be, the export like the list', async () => {
    for (const query of [
      'from=2026-13-45',
      'to=2026-00-01',
      'from=yesterday',
      'state=nothing',
      'a=1',
      'page=1&page=2',
    ]) {
      for (const path of ['/api/admin/orders.csv', '/api/admin/orders', '/api/admin/payments']) {
        const { status, text } = await file(`${path}?${query}`)
        expect([path, query, status, text.includes('"bad_input"')]).toEqual([path, query, 400, true])
      }
    }
  })

  it('finds orders by number, e-mail, product and exact amount, and by its days', async () => {
    const order = await trade.order(await seller.addProduct({ name: 'Findable 100%', priceCents: 7_777 }), {
      email: 'Needle@Hay.example',
    })
    const idsOf = async (query: Record<string, string>) => {
      const { orders } = await get(served.url, contract.listOrders, { headers: seller.headers, query })
      return orders.map(({ id }) => id)
    }
    for (const search of [order.id, 'needle@HAY', 'Findable', '100%', '77.77', '¥77.77'])
      expect([search, await idsOf({ search })]).toEqual([search, [order.id]])
    expect(await idsOf({ search: '77.7' })).toEqual([])
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(order.created_at)
    expect(await idsOf({ search: order.id, from: today, to: today })).toEqual([order.id])
    expect(await idsOf({ search: order.id, to: '2020-01-01' })).toEqual([])
  })

  it('marks paid, delivers by hand, resends, notes and cancels, each by the operation of that name', async () => {
    const { headers } = seller
    const manual = await trade.order(await trade.addProduct({ deliveryKind: 'manual' }))
    const params = { id: manual.id }
    const paid = await get(served.url, contract.markPaid, { headers, params, body: { reason: 'seen' } })
    expect(paid.order).toMatchObject({ state: 'paid', paidBy: 'marked' })
    const handed = await get(served.url, contract.deliverByHand, {
      headers,
      params,
      body: { text: 'here it is' },
    })
    expect(handed).toMatchObject({ order: { state: 'delivered' }, goods: { items: ['here it is'] } })
    expect((await ask(served.url, contract.resendAdminOrder, { headers, params })).status).toBe(200)
    const refused = await ask(served.url, contract.cancelAdminOrder, {
      headers,
      params,
      body: { reason: 'x' },
    })
    expect([refused.status, refused.error?.code]).toEqual([409, 'wrong_state'])
    const detail = await get(served.url, contract.showAdminOrder, { headers, params })
    expect(detail.events.map(({ kind, actor }) => `${kind} ${actor}`)).toEqual(
      expect.arrayContaining(['placed buyer', 'paid admin', 'delivered admin', 'mail_again admin']),
    )
  })

  it('refuses settings that would break the shop, and keeps what the environment fixed', async () => {
    const change = (body: object) =>
      ask(served.url, contract.changeSettings, {
        headers: seller.headers,
        body: body as contract.SettingsInput,
      })
    const bad: object[] = [
      { publicUrl: 'https://shop.example/' },
      { publicUrl: 'javascript:alert(1)' },
      { publicUrl: 'https://shop.example:port' },
      { publicUrl: 'https://:443' },
      { timeZone: 'Mars/Base' },
      { orderTtlS: 5 },
      { lateAcceptS: -1 },
      { slotRestS: 1.5 },
      { callbackKeptDays: 6 },
      { brandColor: 'red' },
      { shopName: '' },
      { shopName: 'a\nb' },
      { unknown: 1 },
    ]
    for (const body of bad) expect([body, (await change(body)).error?.code]).toEqual([body, 'bad_input'])
    for (const body of [{ slotDepth: 5 }, { orderLimits: '1/1,1' }])
      expect((await change(body)).error?.code).toBe('set_by_environment')
    const { reply } = await change({ publicUrl: 'https://shop.example:8443', orderTtlS: 600 })
    expect(reply.settings).toMatchObject({
      publicUrl: 'https://shop.example:8443',
      orderTtlS: 600,
      callbackKeptDays: 90,
    })
    expect(shop.settings.current.orderTtlS).toBe(600)
  })

  it('says of money what was decided about it, in the list of payments and with its order', async () => {
    const { headers } = seller
    const order = await trade.order(await trade.addProduct())
    await trade.pay(order)
    shop.advance(1_000)
    const { paymentId: id } = trade.noticeFor(order)
    await trade.pay(order, { paymentId: id })
    const told = async () => {
      const { payments } = await get(served.url, contract.listPayments, {
        headers,
        query: { match: 'surplus' },
      })
      const detail = await get(served.url, contract.showAdminOrder, { headers, params: { id: order.id } })
      const ofOrder = detail.payments.map(({ match, caseState }) => [match, caseState])
      return [payments.find((one) => one.id === id)?.caseState, ofOrder]
    }
    expect(await told()).toEqual([
      null,
      [
        ['matched', null],
        ['surplus', null],
      ],
    ])
    const body = { state: 'refunded', note: 'paid twice' } as const
    await get(served.url, contract.closeCase, { headers, params: { id }, body })
    expect(await told()).toEqual([
      'refunded',
      [
        ['matched', null],
        ['surplus', 'refunded'],
      ],
    ])
    await get(served.url, contract.reopenCase, { headers, params: { id } })
    expect((await told())[0]).toBe('open')
  })

  it('counts today’s income, what waits, and warns of low stock', async () => {
    const productId = await trade.addProduct({ deliveryKind: 'keys', lowStock: 3 })
    await importKeys(shop, productId, 'A\nB', { dryRun: false, actor: SELLER })
    const overview = await get(served.url, contract.showOverview, { headers: seller.headers })
    expect(overview.lowStock).toContainEqual(expect.objectContaining({ productId, stock: 2 }))
    expect(overview.days).toHaveLength(30)
    const paid = await shop.db.selectFrom('orders').selectAll().where('paid_at', 'is not', null).execute()
    expect(overview.today.incomeCents).toBe(paid.reduce((sum, order) => sum + order.due_cents, 0))
    expect(overview.today.incomeCents).toBeGreaterThan(0)
    expect(overview.days.at(-1)).toMatchObject({
      incomeCents: overview.today.incomeCents,
      paid: overview.today.paid,
    })
  })

  it('reads a picture of at most 2 MB, PNG or JPEG, and nothing else', async () => {
    const send = (body: Buffer, type = 'image/png') =>
      sendRaw(served.url, contract.readCodePicture.path, {
        method: 'POST',
        headers: { ...seller.headers, 'Content-Type': type },
        body,
      })
    expect((await send(Buffer.alloc(2 * 1024 * 1024 + 1))).status).toBe(413)
    expect((await send(Buffer.from('GIF89a'))).status).toBe(400)
    expect((await send(Buffer.from('<svg/>'), 'image/svg+xml')).status).toBe(415)
    const { reply } = await ask(served.url, contract.placeOrder, {
      body: { productId: await trade.addProduct(), email: 'p@example.com', channel: 'wechat' },
    })
    const drawn = await fetch(served.url + reply.order.code!.pictureUrl)
    const read = await send(Buffer.from(await drawn.arrayBuffer()))
    expect(JSON.parse(read.text)).toMatchObject({
      channel: 'wechat',
      payload: reply.order.code!.payload,
      known: true,
    })
  })
})
