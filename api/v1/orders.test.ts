import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expireOrders } from '../../core/expiry.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { checkInvariants } from '../../test/support/invariants.ts'
import {
  openApiStand,
  openSite,
  orderInput,
  type ApiStand,
  type Json,
} from '../../test/support/merchant-api.ts'

const ORDERS = '/api/v1/orders'

describeOnEngines('an order of the merchants’ API', (engine) => {
  let stand: ApiStand
  beforeAll(async () => void (stand = await openApiStand(engine)))
  afterAll(async () => {
    expect(await checkInvariants(stand.shop.db)).toEqual([])
    await stand.close()
  })

  const place = async (change: Json = {}, client = stand.site.live) => {
    const answer = await client.post(ORDERS, orderInput(change))
    expect([answer.status, answer.error]).toEqual([201, {}])
    return answer.json
  }
  const countOrders = async () =>
    Number(
      (
        await stand.shop.db
          .selectFrom('orders')
          .select((from) => from.fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    )

  it('is answered with what the buyer is to pay, until when, and where', async () => {
    const metadata = { user: '42', plan: '年付 💥' }
    const input = orderInput({ metadata, return_url: 'https://shop.example.com/back?a=b#c', expires_in: 600 })
    const { status, json, headers } = await stand.site.live.post(ORDERS, input)
    expect([status, headers['cache-control'], headers['content-type']]).toEqual([
      201,
      'no-store',
      'application/json; charset=utf-8',
    ])
    expect(json).toEqual({
      id: expect.stringMatching(/^[\w-]{21}$/),
      trade_no: expect.stringMatching(/^\d{19}$/),
      out_trade_no: input.out_trade_no,
      subject: '月卡 30 天',
      amount: input.amount,
      amount_due: input.amount,
      currency: 'CNY',
      method: 'alipay',
      status: 'pending',
      paid_late: false,
      manually_marked: false,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      expires_at: expect.any(String),
      paid_at: null,
      payment_url: `${stand.served.url}/#/pay/${String(json.id)}`,
      notify_url: null,
      return_url: 'https://shop.example.com/back?a=b#c',
      metadata,
      livemode: true,
    })
    expect(Date.parse(String(json.expires_at)) - Date.parse(String(json.created_at))).toBe(600_000)
    expect((await stand.site.live.get(`${ORDERS}/${String(json.id)}`)).json).toEqual(json)
  })

  it('is paid by money that arrives, and says so', async () => {
    const { id } = await place()
    await stand.trade.pay(await stand.trade.read(String(id)))
    const { json } = await stand.site.live.get(`${ORDERS}/${String(id)}`)
    expect(json).toMatchObject({ status: 'paid', paid_late: false, paid_at: expect.stringMatching(/Z$/) })
  })

  it('is the same order when its number comes again, and refused when something else comes with it', async () => {
    const input = orderInput()
    const first = await place(input)
    expect(await place(input)).toEqual(first)
    expect(await place({ ...input, method: 'wechat' })).toMatchObject({ id: first.id, method: 'wechat' })
    const changes: Json[] = [{ amount: '1.23' }, { subject: 'x' }, { metadata: { a: 'b' } }]
    for (const change of changes) {
      const { status, error } = await stand.site.live.post(ORDERS, { ...input, ...change })
      expect([status, error.type, error.code]).toEqual([409, 'conflict', 'order_changed'])
    }
    await stand.trade.pay(await stand.trade.read(String(first.id)))
    const { status, error } = await stand.site.live.post(ORDERS, input)
    expect([status, error.type, error.code]).toEqual([409, 'conflict', 'order_paid'])
  })

  it('opens again under its number after it expired', async () => {
    const input = orderInput({ expires_in: 60 })
    const first = await place(input)
    stand.shop.advance(61_000)
    await expireOrders(stand.shop)
    expect((await stand.site.live.get(`${ORDERS}/${String(first.id)}`)).json.status).toBe('expired')
    expect(await place(input)).toMatchObject({ id: first.id, status: 'pending' })
  })

  it('is closed by its merchant, once and for all', async () => {
    const input = orderInput()
    const { id } = await place(input)
    const close = () => stand.site.live.post(`${ORDERS}/${String(id)}/close`)
    const closed = await close()
    expect([closed.status, closed.json.status]).toEqual([200, 'closed'])
    expect(await close()).toMatchObject({ status: 200, json: closed.json })
    expect((await stand.site.live.post(ORDERS, input)).error).toMatchObject({
      type: 'conflict',
      code: 'wrong_state',
    })
    const paid = await place()
    await stand.trade.pay(await stand.trade.read(String(paid.id)))
    const refused = await stand.site.live.post(`${ORDERS}/${String(paid.id)}/close`)
    expect([refused.status, refused.error.code]).toEqual([409, 'wrong_state'])
  })

  it('belongs to its merchant and its mode: to others it is not there', async () => {
    const other = await openSite(stand.shop, stand.served.url)
    const input = orderInput()
    const [live, test] = [await place(input), await place(input, stand.site.test)]
    expect([live.livemode, test.livemode, live.id === test.id]).toEqual([true, false, false])
    const strangers = [other.live, other.test]
    for (const [client, id] of [
      [stand.site.test, live.id],
      [stand.site.live, test.id],
      ...strangers.flatMap((client) => [[client, live.id] as const, [client, test.id] as const]),
    ] as const) {
      for (const [method, path] of [
        ['GET', ''],
        ['POST', '/close'],
      ] as const) {
        const { status, error } = await client.call(method, `${ORDERS}/${String(id)}${path}`)
        expect([status, error.code]).toEqual([404, 'order_not_found'])
      }
    }
    for (const client of strangers) {
      expect((await client.get(`${ORDERS}?out_trade_no=${String(input.out_trade_no)}`)).json.data).toEqual([])
    }
    for (const id of ['x', 'A'.repeat(21), `${String(live.id)}%20`, String(live.id).toLowerCase() + '%00']) {
      expect((await stand.site.live.get(`${ORDERS}/${id}`)).status).toBe(404)
    }
  })

  it('in the list comes newest first, once on one page, whatever is placed meanwhile', async () => {
    const site = await openSite(stand.shop, stand.served.url)
    const placed: unknown[] = []
    for (let count = 0; count < 7; count += 1) {
      placed.push((await place({}, site.live)).id)
    }
    const rush = stand.shop.db.updateTable('merchant_orders').set({ created_at: stand.shop.now() })
    await rush.where('order_id', 'in', placed.slice(0, 5) as string[]).execute() // in one millisecond
    const seen: unknown[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { status, json } = await site.live.get(`${ORDERS}?limit=3${cursor && `&cursor=${cursor}`}`)
      expect(status).toBe(200)
      const rows = json.data as Json[]
      seen.push(...rows.map(({ id }) => id))
      cursor = json.next_cursor as string | null
      expect([rows.length <= 3, json.has_more]).toEqual([true, cursor !== null])
      await place({}, site.live)
    }
    expect([...seen].sort()).toEqual([...placed].sort())
    const times = await stand.shop.db
      .selectFrom('merchant_orders')
      .select(['order_id', 'created_at'])
      .execute()
    const timeOf = (id: unknown) => Number(times.find((row) => row.order_id === id)?.created_at)
    expect(seen.map(timeOf)).toEqual([...seen.map(timeOf)].sort((a, b) => b - a))
  })

  it('is found by number, status and channel', async () => {
    const site = await openSite(stand.shop, stand.served.url)
    const [open, paid, wechat] = [
      await place({}, site.live),
      await place({}, site.live),
      await place({ method: 'wechat' }, site.live),
    ]
    await stand.trade.pay(await stand.trade.read(String(paid.id)))
    const found = async (query: string) =>
      ((await site.live.get(`${ORDERS}?${query}`)).json.data as Json[]).map(({ id }) => id).sort()
    expect(await found(`out_trade_no=${String(open.out_trade_no)}`)).toEqual([open.id])
    expect(await found('status=paid')).toEqual([paid.id])
    expect(await found('status=pending')).toEqual([open.id, wechat.id].sort())
    expect(await found('method=wechat')).toEqual([wechat.id])
    expect(await found('status=closed&method=alipay')).toEqual([])
  })

  it.each([
    'limit=0',
    'limit=101',
    'limit=1e1',
    'limit=',
    'status=delivered',
    'method=bank',
    'cursor=x',
    'cursor=%00',
    `cursor=${Buffer.from('1.x y').toString('base64url')}`,
    'out_trade_no=%F0%9F%92%A5',
    'status=paid&status=paid',
    'unknown=1',
    'a&b&c',
  ])('is not looked for by ?%s', async (query) => {
    const { status, error } = await stand.site.live.get(`${ORDERS}?${query}`)
    expect([status, error.type, error.code]).toEqual([400, 'invalid_request', 'bad_input'])
  })

  it.each<[param: string, change: Json]>([
    ['amount', { amount: '0' }],
    ['amount', { amount: '0.00' }],
    ['amount', { amount: '-1' }],
    ['amount', { amount: '1e3' }],
    ['amount', { amount: '1.001' }],
    ['amount', { amount: '01' }],
    ['amount', { amount: '１' }],
    ['amount', { amount: '99999999' }],
    ['amount', { amount: 12.5 }],
    ['amount', { amount: undefined }],
    ['out_trade_no', { out_trade_no: '' }],
    ['out_trade_no', { out_trade_no: 'a b' }],
    ['out_trade_no', { out_trade_no: 'x'.repeat(65) }],
    ['out_trade_no', { out_trade_no: ['a'] }],
    ['subject', { subject: '' }],
    ['subject', { subject: 'x'.repeat(121) }],
    ['subject', { subject: 'a\u0000b' }],
    ['method', { method: 'bank' }],
    ['currency', { currency: 'USD' }],
    ['notify_url', { notify_url: 'http://127.0.0.1/hook' }],
    ['notify_url', { notify_url: 'http://169.254.169.254/latest' }],
    ['notify_url', { notify_url: 'https://user:pass@shop.example.com/' }],
    ['notify_url', { notify_url: 'https://shop.example.com:8443/' }],
    ['notify_url', { notify_url: 'javascript:alert(1)' }],
    ['notify_url', { notify_url: `https://shop.example.com/${'x'.repeat(1_100)}` }],
    ['return_url', { return_url: 'javascript:alert(1)' }],
    ['return_url', { return_url: 'https://[' }],
    ['metadata', { metadata: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`k${at}`, 'v'])) }],
    ['metadata.a', { metadata: { a: 1 } }],
    ['metadata.a', { metadata: { a: 'x'.repeat(251) } }],
    ['metadata', { metadata: [] }],
    ['expires_in', { expires_in: 59 }],
    ['expires_in', { expires_in: 86_401 }],
    ['expires_in', { expires_in: 60.5 }],
    ['price', { price: 1 }],
  ])('is refused with a wrong %s, in words, and nothing is written: %j', async (param, change) => {
    const before = await countOrders()
    const { status, error } = await stand.site.live.post(ORDERS, orderInput(change), {
      'Idempotency-Key': 'wrong',
    })
    expect([status, error.type, error.param]).toEqual([400, 'invalid_request', param])
    expect(error.message?.length).toBeGreaterThan(10)
    expect(await countOrders()).toBe(before)
    expect(await stand.shop.db.selectFrom('idempotency_keys').selectAll().execute()).toEqual([])
  })

  it('is refused when its body is no JSON object, too large, or of another kind', async () => {
    const send = (body: string, type = 'application/json') =>
      stand.site.live.post(ORDERS, body, { 'Content-Type': type })
    for (const body of ['', '[]', '"x"', 'null', '{"a":', '{"__proto__":{"x":1}}', '[[[[]]]]'])
      expect((await send(body)).status).toBe(400)
    expect((await send('a=b', 'application/x-www-form-urlencoded')).error.code).toBe('unsupported_media_type')
    expect((await send(JSON.stringify({ subject: 'x'.repeat(70_000) }))).error).toMatchObject({
      type: 'invalid_request',
      code: 'too_large',
    })
    expect((await stand.site.live.post(ORDERS)).status).toBe(415)
  })

  it('speaks the language that is asked for: Chinese first', async () => {
    const message = async (language: string) =>
      (await stand.site.live.post(ORDERS, orderInput({ amount: undefined }), { 'Accept-Language': language }))
        .error.message
    expect(await message('en')).toMatch(/amount/)
    expect(await message('de')).toMatch(/amount/)
    for (const language of ['*', 'zh-CN']) expect(await message(language)).toMatch(/金额/)
    const { error } = await stand.site.live.post(
      ORDERS,
      orderInput({ expires_in: undefined, subject: undefined }),
      {
        'Accept-Language': 'zh',
      },
    )
    expect(error.message).toBe('参数 subject 不正确：缺少此参数。')
  })

  it('says how long to wait when every amount of a price is taken', async () => {
    const site = await openSite(stand.shop, stand.served.url, { channels: ['wechat'] })
    const depth = stand.shop.settings.current.slotDepth
    const wish = { amount: '9.00', method: 'wechat' }
    for (let count = 0; count <= depth; count += 1) await place(wish, site.live)
    const { status, error, headers } = await site.live.post(ORDERS, orderInput(wish), {
      'Idempotency-Key': 'full',
    })
    expect([status, error.type, error.code]).toEqual([409, 'conflict', 'no_free_amount'])
    expect(Number(headers['retry-after'])).toBeGreaterThan(60)
    stand.shop.advance(Number(headers['retry-after']) * 1_000 + 5_000)
    const again = await site.live.post(ORDERS, orderInput(wish), { 'Idempotency-Key': 'another' })
    expect(again.status).toBe(201)
  })
})

describeOnEngines('an order in test mode', (engine) => {
  let stand: ApiStand
  beforeAll(async () => void (stand = await openApiStand(engine)))
  afterAll(async () => {
    expect(await checkInvariants(stand.shop.db)).toEqual([])
    await stand.close()
  })

  const place = async () => (await stand.site.test.post(ORDERS, orderInput())).json
  const act = (id: unknown, what: string, body?: Json, client = stand.site.test) =>
    client.post(`/api/v1/test/orders/${String(id)}/${what}`, body)
  const eventsOf = async (id: unknown) => {
    const rows = await stand.shop.db
      .selectFrom('callbacks')
      .selectAll()
      .where('order_id', '=', String(id))
      .execute()
    return rows.map(({ event, mode }) => `${event} ${mode}`).sort()
  }

  it('is paid by a call as by money, once, and its site is told', async () => {
    await stand.site.test.post('/api/v1/webhook_endpoints', { url: 'https://shop.example.com/hook' })
    const order = await place()
    const paid = await act(order.id, 'pay')
    expect(paid).toMatchObject({
      status: 200,
      json: { match: 'matched', order: { status: 'paid', livemode: false } },
    })
    expect((await act(order.id, 'pay')).json).toMatchObject({ match: 'surplus', order: { status: 'paid' } })
    expect(await eventsOf(order.id)).toEqual(['order.created test', 'order.paid test'])
  })

  it('is paid late after a call ended its time', async () => {
    const order = await place()
    const expired = await act(order.id, 'expire')
    expect([expired.status, expired.json.status]).toEqual([200, 'expired'])
    stand.shop.advance(1_000)
    expect((await act(order.id, 'pay')).json).toMatchObject({
      match: 'late',
      order: { status: 'paid', paid_late: true },
    })
    expect((await act(order.id, 'expire')).error.code).toBe('wrong_state')
  })

  it('is not paid by another amount, of whichever order, and endpoints that name it are told', async () => {
    const url = 'https://shop.example.com/stray'
    const { json: endpoint } = await stand.site.test.post('/api/v1/webhook_endpoints', {
      url,
      events: ['payment.unmatched'],
    })
    const [one, other] = [await place(), await place()]
    for (const amount of ['0.01', String(other.amount_due)]) {
      expect((await act(one.id, 'pay', { amount })).json).toMatchObject({
        match: 'unmatched',
        order: { status: 'pending' },
      })
    }
    const { json } = await stand.site.test.get(
      `/api/v1/webhook_deliveries?endpoint_id=${String(endpoint.id)}`,
    )
    expect((json.data as Json[]).map(({ event, livemode }) => [event, livemode])).toEqual([
      ['payment.unmatched', false],
      ['payment.unmatched', false],
    ])
    expect((await act(one.id, 'pay', { amount: '1e3' })).error).toMatchObject({
      code: 'bad_amount',
      param: 'amount',
    })
  })

  it('is not there for a live key, nor is a live order for a test key', async () => {
    const live = (await stand.site.live.post(ORDERS, orderInput())).json
    for (const what of ['pay', 'expire']) {
      expect((await act(live.id, what)).status).toBe(404)
      expect((await act(live.id, what, undefined, stand.site.live)).status).toBe(403)
    }
    expect((await stand.trade.read(String(live.id))).state).toBe('pending')
  })
})

describe('the facts of an order', () => {
  it('say in full what the contract says of them', async () => {
    const { V1Order } = await import('../contract/v1-words.ts')
    const { merchantOrderFacts } = await import('../../core/merchant-order-facts.ts')
    const shop = { settings: { current: { publicUrl: 'https://till.example.com' } } } as never
    const order = {
      id: 'A'.repeat(21),
      state: 'paid',
      paid_by: 'late',
      created_at: 1,
      expires_at: 2,
      paid_at: 3,
    }
    const asked = {
      protocol: 'epay',
      mode: 'live',
      trade_no: '1',
      out_trade_no: '2',
      notify_url: '',
      return_url: '',
    }
    const amounts = { price_cents: 1250, due_cents: 1249, product_name: 'x', channel: 'wechat' }
    const facts = merchantOrderFacts(shop, { ...order, ...amounts } as never, asked as never)
    expect(V1Order.parse(facts)).toEqual(facts)
    expect(facts).toMatchObject({ amount: '12.50', amount_due: '12.49', paid_late: true, status: 'paid' })
  })
})
