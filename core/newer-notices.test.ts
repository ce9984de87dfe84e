import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { nanoid } from 'nanoid'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openDb } from '../com/db/index.ts'
import { openSpool, type Spool } from '../com/spool.ts'
import type { OrderRow } from '../sql/schema.ts'
import { describeOnEngines, newFolder } from '../test/support/engines.ts'
import { signListener } from '../test/support/listener.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { listOpenAlerts, markAlertsSeen } from './alerts.ts'
import { expireOrders } from './expiry.ts'
import { changeListener, listListeners } from './listeners.ts'
import { drainSpool } from './notices.ts'
import { receiveNewerNotice, receiveNotice, type NewerNotice } from './own-notices.ts'
import type { Notice } from './payments.ts'

const SECRET = '0123456789abcdef'
const HOME = '198.51.100.7'

const hmac = (text: string, secret = SECRET) =>
  createHmac('sha256', secret).update(text, 'utf8').digest('hex')

/** A message of the phone, signed as the protocol says. */
function message(
  one: { price: string; type?: string; t: number; seen?: number; nonce?: string },
  change: Partial<NewerNotice> = {},
): NewerNotice {
  const { price, type = 'alipay', t, seen = t, nonce = nanoid() } = one
  const text = `v2|${price}|${type}|${t}|${seen}|${nonce}`
  return {
    ...{ price, type, t: String(t), seen: String(seen), nonce },
    ...{ sign2: hmac(text), address: HOME, ...change },
  }
}

describeOnEngines('a notice of the newer form', (engine) => {
  let shop: TestShop
  let trade: Trade
  let spool: Spool<Notice>
  beforeAll(async () => {
    shop = await openTestShop(engine, { orderLimits: '0' }, { listenerSecret: SECRET })
    trade = await openTrade(shop)
    spool = await openSpool<Notice>(join(await newFolder(), 'spool.jsonl'))
  })
  afterAll(async () => {
    await spool.close()
    await shop.close()
  })
  beforeEach(() => markAlertsSeen(shop))

  const push = (notice: NewerNotice) => receiveNewerNotice(shop, spool, notice)
  const priceOf = ({ due_cents }: OrderRow) => (due_cents / 100).toFixed(2)
  const order = async () => trade.order(await trade.addProduct())
  const paymentsOf = ({ due_cents }: OrderRow) =>
    shop.db.selectFrom('payments').selectAll().where('amount_cents', '=', due_cents).execute()
  const countPayments = async () => (await shop.db.selectFrom('payments').select('id').execute()).length
  const alerts = async () => (await listOpenAlerts(shop)).map(({ kind, subject }) => [kind, subject])
  const takeDatabaseAway = async () => {
    const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch((error: unknown) => error)
    const { transaction } = shop.database
    shop.database.transaction = () => Promise.reject(away)
    return () => void (shop.database.transaction = transaction)
  }

  it('is signed as the documented example says', async () => {
    const sign2 = '57c580d330b20153f1a4bc1e3f39ce6657f6ade71a38f7e16ce2fb8ce6d2843d'
    expect(hmac('v2|0.99|alipay|1763812345678|1763812340000|Vv3kQ0a1')).toBe(sign2)
    const example = { price: '0.99', t: 1763812345678, seen: 1763812340000, nonce: 'Vv3kQ0a1' }
    expect(await push(message(example, { sign2 }))).not.toBe('bad_signature')
  })

  it('pays, and a repetition with a later time and the same nonce is answered alike and is no second row', async () => {
    const due = await order()
    const one = { price: priceOf(due), seen: shop.now(), nonce: nanoid() }
    expect(await push(message({ ...one, t: shop.now() }))).toBe('matched')
    shop.advance(45_000)
    expect(await push(message({ ...one, t: shop.now() }))).toBe('matched')
    expect(await push(message({ ...one, t: shop.now() - 3_600_000 }))).toBe('matched')
    expect(await paymentsOf(due)).toMatchObject([{ match_kind: 'matched', settles_order_id: due.id }])
    expect((await trade.read(due.id)).state).toBe('delivered')
    const other = message({ ...one, t: shop.now(), nonce: nanoid() })
    expect(await push(other)).toBe('surplus') // another notification for the same amount is another payment
  })

  it('is one payment when twelve attempts come at once', async () => {
    const due = await order()
    const one = { price: priceOf(due), seen: shop.now(), nonce: nanoid() }
    const attempts = Array.from({ length: 12 }, (_, at) => push(message({ ...one, t: shop.now() + at })))
    expect(new Set(await Promise.all(attempts))).toEqual(new Set(['matched']))
    expect(await paymentsOf(due)).toHaveLength(1)
  })

  it('is refused when a single character differs from what was signed, and leaves no row', async () => {
    const before = await countPayments()
    const good = message({ price: '1.00', t: shop.now() })
    for (const change of [
      { price: '1.0' },
      { price: '2.00' },
      { type: 'wechat' },
      { t: String(Number(good.t) + 1) },
      { seen: String(Number(good.seen) - 1) },
      { nonce: `${good.nonce}x` },
      { sign2: hmac('v2|1.00|alipay', 'another secret 0001') },
      { sign2: signListener('1.00alipay', SECRET) },
      { sign2: '' },
    ])
      expect([change, await push({ ...good, ...change })]).toEqual([change, 'bad_signature'])
    expect(await countPayments()).toBe(before)
    expect(await push({ ...good, sign2: good.sign2.toUpperCase() })).toBe('unmatched')
  })

  it('signs another thing than the old form: neither is worth anything as the other', async () => {
    const good = message({ price: '1.00', t: shop.now() })
    const old = { price: good.price, type: good.type, sign: good.sign2, address: HOME }
    expect(await receiveNotice(shop, spool, old)).toBe('bad_signature')
  })

  it.each([121_000, -121_000, 3_600_000, -400 * 86_400_000])(
    'whose clock is %i ms off is kept for the seller and pays nothing by itself',
    async (off) => {
      const due = await order()
      const t = shop.now() + off
      expect(await push(message({ price: priceOf(due), t }))).toBe('clock')
      expect(await paymentsOf(due)).toMatchObject([
        { match_kind: 'unmatched', warning: 'clock', order_id: null },
      ])
      expect((await trade.read(due.id)).state).toBe('pending')
      await expect.poll(alerts).toContainEqual(['listener_clock', '手机'])
    },
  )

  it.each([118_000, -118_000])('whose clock is %i ms off is believed', async (off) => {
    const due = await order()
    expect(await push(message({ price: priceOf(due), t: shop.now() + off }))).toBe('matched')
  })

  it('that was held up on the phone pays as of when the phone saw it', async () => {
    const due = await order()
    shop.advance(20_000)
    const seen = shop.now()
    shop.advance(2 * 3_600_000)
    await expireOrders(shop)
    expect(await push(message({ price: priceOf(due), t: shop.now(), seen }))).toBe('matched')
    const [payment] = await paymentsOf(due)
    expect(Math.abs(payment!.happened_at! - seen)).toBeLessThan(5_000)
    expect(payment!.received_at - payment!.happened_at!).toBeGreaterThan(7_190_000)
    expect((await trade.read(due.id)).state).toBe('delivered')
  })

  it('that was seen before its amount was given to this order never pays it', async () => {
    const old = await order()
    const seen = shop.now()
    shop.advance(800_000)
    await expireOrders(shop)
    let next: OrderRow
    do next = await trade.order(old.product_id)
    while (next.due_cents !== old.due_cents)
    shop.advance(1_000)
    expect(await push(message({ price: priceOf(old), t: shop.now(), seen }))).toBe('unmatched')
    expect(await push(message({ price: priceOf(old), t: shop.now(), seen: 0 }))).toBe('unmatched')
    expect((await trade.read(next.id)).state).toBe('pending')
  })

  it('that claims to have been seen in the future came now', async () => {
    const due = await order()
    shop.advance(420_000 + 1_000) // the late window is over
    await expireOrders(shop)
    const t = shop.now()
    expect(await push(message({ price: priceOf(due), t, seen: t + 86_400_000 }))).toBe('suggested')
    const [payment] = await paymentsOf(due)
    expect(payment!.happened_at).toBe(payment!.received_at)
  })

  it('measures how long it was held up by the phone’s own clock, which may be fast or slow', async () => {
    const due = await order()
    shop.advance(10_000)
    const seen = shop.now() + 100_000 // by a clock that is 100 s fast
    shop.advance(300_000)
    await expireOrders(shop)
    const t = shop.now() + 100_000
    expect(await push(message({ price: priceOf(due), t, seen }))).toBe('matched')
  })

  it('with a known nonce and other content is no repetition: it is kept for the seller and pays nothing', async () => {
    const [first, second] = [await order(), await order()]
    const nonce = nanoid()
    const t = shop.now()
    expect(await push(message({ price: priceOf(first), t, nonce }))).toBe('matched')
    expect(await push(message({ price: priceOf(second), t, nonce }))).toBe('reused')
    expect(await push(message({ price: priceOf(first), t, seen: t - 1, nonce }))).toBe('reused')
    expect((await trade.read(second.id)).state).toBe('pending')
    const kept = await shop.db.selectFrom('payments').selectAll().where('warning', '=', 'reused').execute()
    expect(kept.map((row) => [row.match_kind, row.raw_price, row.amount_cents]).sort()).toEqual(
      [
        ['quarantined', priceOf(first), null],
        ['quarantined', priceOf(second), null],
      ].sort(),
    )
    await expect.poll(alerts).toHaveLength(2)
  })

  it('that is not money is kept, also when it comes twice, and answered alike', async () => {
    const one = { price: '1e0', nonce: nanoid(), seen: shop.now() }
    const before = await countPayments()
    expect(await push(message({ ...one, t: shop.now() }))).toBe('quarantined')
    expect(await push(message({ ...one, t: shop.now() + 1_000 }))).toBe('quarantined')
    expect(await countPayments()).toBe(before + 1)
  })

  it('is one payment when the first attempt came while the database was away, and pays as of then', async () => {
    const due = await order()
    const one = { price: priceOf(due), seen: shop.now(), nonce: nanoid() }
    const bringBack = await takeDatabaseAway()
    expect(await push(message({ ...one, t: shop.now() }))).toBe('spooled')
    expect(await push(message({ ...one, t: shop.now() + 2_000 }))).toBe('spooled')
    bringBack()
    shop.advance(600_000)
    expect(await push(message({ ...one, t: shop.now() }))).toBe('matched')
    expect([await drainSpool(shop, spool), spool.size()]).toEqual([0, 0])
    expect(await paymentsOf(due)).toMatchObject([{ match_kind: 'matched', settles_order_id: due.id }])
  })

  it('that was spooled with a clock that is off is kept for the seller once the database is back', async () => {
    const due = await order()
    const bringBack = await takeDatabaseAway()
    expect(await push(message({ price: priceOf(due), t: shop.now() - 600_000 }))).toBe('spooled')
    bringBack()
    await drainSpool(shop, spool)
    expect(await paymentsOf(due)).toMatchObject([{ match_kind: 'unmatched', warning: 'clock' }])
    await expect.poll(alerts).toContainEqual(['listener_clock', '手机'])
  })

  it('is the only one that a device may send when it is set so: the old form is kept and pays nothing', async () => {
    const [device] = await listListeners(shop)
    const input = { name: '手机', enabled: true, accountIds: device!.accountIds }
    await changeListener(shop, device!.id, { ...input, newerOnly: true }, SELLER)
    const due = await order()
    const [price, type] = [priceOf(due), 'alipay']
    const old = { price, type, sign: signListener(price + type, SECRET), address: HOME }
    expect(await receiveNotice(shop, spool, old)).toBe('old_form')
    expect((await trade.read(due.id)).state).toBe('pending')
    const row = await shop.db
      .selectFrom('payments')
      .selectAll()
      .where('warning', '=', 'old_form')
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({ match_kind: 'quarantined', raw_price: price, amount_cents: null })
    await expect.poll(alerts).toContainEqual(['listener_old_form', '手机'])
    const bringBack = await takeDatabaseAway()
    expect(await receiveNotice(shop, spool, old)).toBe('old_form') // safe, and no all the same
    bringBack()
    await drainSpool(shop, spool)
    expect(await push(message({ price, t: shop.now() }))).toBe('matched')
    await changeListener(shop, device!.id, { ...input, newerOnly: false }, SELLER)
  })

  it('from an address that its device is not bound to is kept and pays nothing', async () => {
    const [device] = await listListeners(shop)
    const input = { name: '手机', enabled: true, accountIds: device!.accountIds }
    await changeListener(
      shop,
      device!.id,
      { ...input, boundTo: ['198.51.100.0/24', '2001:db8::/32'] },
      SELLER,
    )
    const due = await order()
    const one = { price: priceOf(due), t: shop.now() }
    expect(await push(message(one, { address: '203.0.113.66' }))).toBe('address')
    expect((await trade.read(due.id)).state).toBe('pending')
    await expect.poll(alerts).toContainEqual(['listener_unbound', '203.0.113.66'])
    expect(await push(message(one, { address: '2001:db8:1::9' }))).toBe('matched')
    await changeListener(shop, device!.id, { ...input, boundTo: [] }, SELLER)
  })

  it('tells by how much the phone’s clock is off, and that the old form was used', async () => {
    const read = async () => (await listListeners(shop))[0]!
    shop.advance(5_000)
    await push(message({ price: '0.01', t: shop.now() + 30_000 }))
    const offset = async () => Math.abs(((await read()).clock_offset_ms ?? 0) - 30_000) < 3_000
    await expect.poll(offset).toBe(true)
    const before = (await read()).old_form_at
    shop.advance(5_000)
    const sign = signListener('0.01alipay', SECRET)
    await receiveNotice(shop, spool, { price: '0.01', type: 'alipay', sign, address: HOME, app: 'okhttp/3' })
    await expect.poll(async () => (await read()).old_form_at).not.toBe(before)
    expect((await read()).app).toBe('okhttp/3')
  })
})
