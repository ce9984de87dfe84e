import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { dropOldKeys } from '../../core/idempotency.ts'
import { hashToken } from '../../com/tokens.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { openApiStand, orderInput, type ApiStand, type Json } from '../../test/support/merchant-api.ts'
import { until } from '../../test/support/until.ts'

const ORDERS = '/api/v1/orders'
const HOUR = 3_600_000

describeOnEngines('a request with an Idempotency-Key', (engine) => {
  let stand: ApiStand
  beforeAll(async () => void (stand = await openApiStand(engine)))
  afterAll(() => stand.close())

  let keys = 0
  const newKey = () => `key-${(keys += 1)}`
  const place = (key: string, input: Json, client = stand.site.live) =>
    client.post(ORDERS, input, { 'Idempotency-Key': key })
  const rowOf = (key: string) =>
    stand.shop.db
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('key_hash', '=', hashToken(JSON.stringify([stand.site.merchant.merchant.id, 'live', key])))
      .executeTakeFirst()
  const endpointsOf = async () => (await stand.site.live.get('/api/v1/webhook_endpoints')).json.data as Json[]

  it('is carried out once, and its first answer is given again to the letter', async () => {
    const [key, input] = [newKey(), orderInput()]
    const first = await place(key, input)
    expect([first.status, first.headers['idempotent-replayed']]).toEqual([201, undefined])
    await stand.trade.pay(await stand.trade.read(String(first.json.id)))
    const reordered = Object.fromEntries(Object.entries(input).reverse())
    const again = await place(key, reordered)
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.text,
      'true',
    ])
  })

  it('makes one endpoint and shows its one secret again', async () => {
    const input = { url: 'https://shop.example.com/once' }
    const add = (key: string) =>
      stand.site.live.post('/api/v1/webhook_endpoints', input, { 'Idempotency-Key': key })
    const key = newKey()
    const [first, again] = [await add(key), await add(key)]
    expect([first.status, again.text]).toEqual([201, first.text])
    expect((await endpointsOf()).filter(({ url }) => url === input.url)).toHaveLength(1)
  })

  it('is carried out once though ten come at once: the others are told to come again', async () => {
    const [key, input] = [newKey(), orderInput()]
    const url = 'https://shop.example.com/at-once'
    const both = await Promise.all(
      Array.from({ length: 10 }, () => [
        place(key, input),
        stand.site.live.post('/api/v1/webhook_endpoints', { url }, { 'Idempotency-Key': `${key}-endpoint` }),
      ]).flat(),
    )
    for (const { status, error, headers } of both) {
      expect([201, 409]).toContain(status)
      if (status === 201) continue
      expect(error).toMatchObject({ type: 'idempotency', code: 'idempotency_busy' })
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    }
    expect(
      new Set(both.filter(({ status, json }) => status === 201 && json.amount).map(({ text }) => text)).size,
    ).toBe(1)
    expect((await endpointsOf()).filter((one) => one.url === url)).toHaveLength(1)
    expect((await place(key, input)).headers['idempotent-replayed']).toBe('true')
  })

  it('is refused when the key was used for something else, and nothing is done', async () => {
    const key = newKey()
    const { json } = await place(key, orderInput())
    const elsewhere = `${ORDERS}/${String(json.id)}/close`
    for (const answer of [
      await place(key, orderInput()),
      await stand.site.live.post(elsewhere, undefined, { 'Idempotency-Key': key }),
    ]) {
      expect([answer.status, answer.error]).toEqual([
        400,
        {
          type: 'idempotency',
          code: 'idempotency_mismatch',
          param: 'Idempotency-Key',
          message: expect.any(String),
        },
      ])
    }
    expect((await stand.site.live.get(`${ORDERS}/${String(json.id)}`)).json.status).toBe('pending')
  })

  it('is another one in the other mode, and of another merchant', async () => {
    const [key, input] = [newKey(), orderInput()]
    const [live, test] = [await place(key, input), await place(key, input, stand.site.test)]
    expect([live.json.livemode, test.json.livemode, test.headers['idempotent-replayed']]).toEqual([
      true,
      false,
      undefined,
    ])
  })

  it('gives a refusal again that will stay so, and forgets one that waiting or mending helps', async () => {
    const input = orderInput()
    await place(newKey(), input)
    const changed = { ...input, subject: 'another' }
    const key = newKey()
    const first = await place(key, changed)
    expect([first.status, first.error.code]).toEqual([409, 'order_changed'])
    const again = await place(key, changed)
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([
      409,
      first.text,
      'true',
    ])
    for (const wrong of [orderInput({ amount: '0' }), orderInput({ notify_url: 'http://10.0.0.1/' })]) {
      const mended = newKey()
      expect((await place(mended, wrong)).status).toBe(400)
      expect(await rowOf(mended)).toBeUndefined()
      expect((await place(mended, orderInput())).status).toBe(201)
    }
    const missing = newKey()
    const close = `${ORDERS}/${'A'.repeat(21)}/close`
    expect((await stand.site.live.post(close, undefined, { 'Idempotency-Key': missing })).status).toBe(404)
    expect(await rowOf(missing)).toBeUndefined()
  })

  it('is carried out once too when its answer could not be kept', async () => {
    const key = newKey()
    const url = 'https://shop.example.com/not-kept'
    const add = () => stand.site.live.post('/api/v1/webhook_endpoints', { url }, { 'Idempotency-Key': key })
    const { db } = stand.shop
    const updateTable = db.updateTable.bind(db)
    const broken = vi.spyOn(db, 'updateTable').mockImplementation(((table: 'idempotency_keys') => {
      if (table === 'idempotency_keys') throw new Error('broken by the test')
      return updateTable(table)
    }) as typeof db.updateTable)
    const first = await add().finally(() => broken.mockRestore())
    expect(first.status).toBe(500)
    expect((await add()).error.code).toBe('idempotency_busy')
    expect((await endpointsOf()).filter((one) => one.url === url)).toHaveLength(1)
  })

  it('may be asked for again with its key when the refusal was of the moment', async () => {
    const filled = []
    while (filled.length < 16) {
      const { json, status } = await stand.site.test.post('/api/v1/webhook_endpoints', {
        url: 'https://a.example/',
      })
      if (status !== 201) break
      filled.push(String(json.id))
    }
    const key = newKey()
    const add = () =>
      stand.site.test.post(
        '/api/v1/webhook_endpoints',
        { url: 'https://b.example/' },
        { 'Idempotency-Key': key },
      )
    expect((await add()).error.code).toBe('too_many_endpoints')
    for (const id of filled) await stand.site.test.call('DELETE', `/api/v1/webhook_endpoints/${id}`)
    expect((await add()).status).toBe(201)
  })

  it('gives a fault again, which nobody can know to have done nothing', async () => {
    const key = newKey()
    const [input, broken] = [orderInput(), new Error('broken by the test')]
    const { store } = stand.shop
    const withLocks = store.withLocks.bind(store)
    store.withLocks = () => Promise.reject(broken)
    const first = await place(key, input).finally(() => (store.withLocks = withLocks))
    expect([first.status, first.error.type, first.error.code]).toEqual([500, 'api', 'fault'])
    expect(first.text).not.toContain('broken by the test')
    const again = await place(key, input)
    expect([again.status, again.text]).toEqual([500, first.text])
    expect((await place(newKey(), input)).status).toBe(201)
  })

  it('is taken over a minute after a crash, and gives the order that was placed before it', async () => {
    const [key, input] = [newKey(), orderInput()]
    const placed = await place(key, input)
    const open = { status: null, body: '' }
    const row = (await rowOf(key))!
    const set = stand.shop.db.updateTable('idempotency_keys').set(open).where('key_hash', '=', row.key_hash)
    await set.execute()
    expect((await place(key, input)).error.code).toBe('idempotency_busy')
    stand.shop.advance(61_000)
    const taken = await Promise.all(Array.from({ length: 5 }, () => place(key, input)))
    const done = taken.filter(({ status }) => status === 201)
    expect(done.length).toBeGreaterThan(0)
    for (const { json } of done) expect(json.id).toBe(placed.json.id)
    for (const { status, error } of taken)
      expect(status === 201 || error.code === 'idempotency_busy').toBe(true)
    const { count } = await stand.shop.db
      .selectFrom('merchant_orders')
      .select((from) => from.fn.countAll().as('count'))
      .where('out_trade_no', '=', String(input.out_trade_no))
      .executeTakeFirstOrThrow()
    expect(Number(count)).toBe(1)
  })

  it('is known for a day and forgotten afterwards', async () => {
    const [key, input] = [newKey(), orderInput({ expires_in: 86_400 })]
    const first = await place(key, input)
    stand.shop.advance(24 * HOUR - 1_000)
    await dropOldKeys(stand.shop)
    expect((await place(key, input)).text).toBe(first.text)
    stand.shop.advance(2_000)
    await dropOldKeys(stand.shop)
    expect(await rowOf(key)).toBeUndefined()
  })

  it.each(['a b', 'ключ', 'x'.repeat(256)])('is refused when its key is %s', async (key) => {
    const { status, error } = await place(Buffer.from(key).toString('latin1'), orderInput())
    expect([status, error.type, error.param]).toEqual([400, 'invalid_request', 'Idempotency-Key'])
  })

  it('is carried out to its end though whoever asked went away, and answered to who asks again', async () => {
    const [key, input] = [newKey(), orderInput()]
    const gone = new AbortController()
    const sent = fetch(`${stand.served.url}${ORDERS}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${stand.site.live.key}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': key,
      },
      body: JSON.stringify(input),
      signal: gone.signal,
    }).catch(() => undefined)
    await until(() => rowOf(key), 'the request to begin')
    gone.abort()
    await sent
    await until(async () => (await rowOf(key))?.status, 'its end')
    expect(await place(key, input)).toMatchObject({ status: 201, json: { out_trade_no: input.out_trade_no } })
  })
})
