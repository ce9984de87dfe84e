import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDb } from '../com/db/index.ts'
import { openSpool, type Spool } from '../com/spool.ts'
import type { OrderRow } from '../sql/schema.ts'
import { describeOnEngines, newFolder } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { listOpenAlerts, markAlertsSeen } from './alerts.ts'
import { changeListener, listListeners } from './listeners.ts'
import { drainSpool, finishNoting } from './notices.ts'
import type { Notice } from './payments.ts'
import { receiveVmqBeat, receiveVmqPush, type VmqPush } from './vmq-notices.ts'

const SECRET = '0123456789abcdef'
const HOME = '198.51.100.7'

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex')

describeOnEngines('the V免签 app', (engine) => {
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

  let ticks = 0
  /** Of a moment that no other push has. */
  const now = () => shop.now() + (ticks += 1)
  const message = (type: string, price: string, t: string | number = now()): VmqPush => ({
    ...{ t: String(t), type, price, address: HOME },
    sign: md5(`${type}${price}${t}${SECRET}`),
  })
  const push = (type: string, price: string, t?: string | number) =>
    receiveVmqPush(shop, spool, message(type, price, t))
  const beat = (t: string | number, sign = md5(`${t}${SECRET}`)) =>
    receiveVmqBeat(shop, { t: String(t), sign, address: HOME })
  const order = async (channel: 'alipay' | 'wechat' = 'alipay', change = {}) =>
    trade.order(await trade.addProduct(change), { channel })
  const priceOf = ({ due_cents }: OrderRow) => (due_cents / 100).toFixed(2)
  const rows = (price: string) =>
    shop.db.selectFrom('payments').selectAll().where('raw_price', '=', price).execute()
  const read = async () => (await listListeners(shop))[0]!

  it('signs as computed by hand, over the text as it came', async () => {
    expect(md5(`21.01763812345678${SECRET}`)).toBe('41b204b971f2a2b233254889be53c915')
    const sign = '41b204b971f2a2b233254889be53c915'
    const raw = { t: '1763812345678', type: '2', price: '1.0', sign, address: HOME }
    expect(await receiveVmqPush(shop, spool, raw)).toBe('unmatched')
    expect(await receiveVmqPush(shop, spool, { ...raw, price: '1.00' })).toBe('bad_signature')
    expect(md5(`1763812345678${SECRET}`)).toBe('81205615de93350869a3f17afb9c25ce')
    expect(await beat('1763812345678', '81205615de93350869a3f17afb9c25ce')).toBe('alive')
  })

  it('pays on both channels: 1 is WeChat, 2 is Alipay', async () => {
    const [wechat, alipay] = [await order('wechat'), await order('alipay')]
    expect(await push('1', priceOf(wechat))).toBe('matched')
    expect(await push('2', priceOf(alipay))).toBe('matched')
    expect((await trade.read(wechat.id)).state).toBe('delivered')
    expect(await rows(priceOf(wechat))).toMatchObject([{ channel: 'wechat', raw_type: '1' }])
  })

  it('prints amounts like a Java double, which 1.0 and 12.5 are', async () => {
    const productId = await trade.addProduct({ priceCents: 88_800 })
    const due = await trade.order(productId)
    expect([due.due_cents, await push('2', '888.0')]).toEqual([88_800, 'matched'])
    const other = await trade.order(await trade.addProduct({ priceCents: 88_850 }))
    expect([other.due_cents, await push('2', '888.5')]).toEqual([88_850, 'matched'])
  })

  it.each([
    ['2', '1.0E7'],
    ['2', '0.0'],
    ['2', '1.234'],
    ['2', ''],
    ['3', '1.00'],
    ['', '1.00'],
    ['alipay', '1.00'],
  ])('reports type %j, price %j, which is kept as it came but is not money', async (type, price) => {
    expect(await push(type, price)).toBe('quarantined')
    const kept = (await rows(price)).filter((row) => row.raw_type === type)
    expect(kept).toMatchObject([{ match_kind: 'quarantined', amount_cents: null }])
  })

  it('says a thing once: the very same message again is answered alike, and is no second payment', async () => {
    const due = await order()
    const one = message('2', priceOf(due))
    expect(await receiveVmqPush(shop, spool, one)).toBe('matched')
    const again = await Promise.all([1, 2, 3].map(() => receiveVmqPush(shop, spool, one)))
    expect(again).toEqual(['matched', 'matched', 'matched'])
    expect(await rows(priceOf(due))).toHaveLength(1)
  })

  it('says it twice with a new time when it repeats itself: the slot’s rules tell', async () => {
    const due = await order()
    expect(await push('2', priceOf(due))).toBe('matched')
    expect(await push('2', priceOf(due))).toBe('surplus')
    expect((await rows(priceOf(due))).map((row) => row.match_kind).sort()).toEqual(['matched', 'surplus'])
  })

  it('is believed whatever its clock says, in seconds too', async () => {
    for (const [at, t] of [
      [0, String(Math.floor(shop.now() / 1000))],
      [1, String(shop.now() + 30 * 86_400_000)],
      [2, '946684800000'],
    ] as const) {
      const due = await order()
      expect([at, await push('2', priceOf(due), t)]).toEqual([at, 'matched'])
    }
  })

  it('is alive whatever its clock says, and its clock is shown', async () => {
    const shown = async (t: () => number, offset: number) => {
      shop.advance(11_000)
      expect(await beat(t())).toBe('alive')
      const { clock_offset_ms, heartbeat_at } = await read()
      return [Math.abs(clock_offset_ms! - offset) < 3_000, shop.now() - heartbeat_at! < 3_000]
    }
    const [fast, slow] = [() => shop.now() + 7_200_000, () => Math.floor(shop.now() / 1000) - 60]
    await expect.poll(() => shown(fast, 7_200_000)).toEqual([true, true]) // pushes before it tell the time too
    await expect.poll(() => shown(slow, -60_000)).toEqual([true, true])
  })

  it('is not alive by a heartbeat that somebody saw and sends again', async () => {
    const seen = now()
    expect(await beat(seen)).toBe('alive')
    shop.advance(11_000)
    const later = message('2', '0.77')
    expect(await beat(now())).toBe('alive')
    expect(await receiveVmqPush(shop, spool, later)).toBe('unmatched')
    await finishNoting(shop)
    const { heartbeat_at } = await read()
    shop.advance(600_000)
    expect(await receiveVmqPush(shop, spool, later)).toBe('unmatched') // an old push says nothing of the clock
    await finishNoting(shop)
    expect(await beat(seen)).toBe('clock')
    expect(await read()).toMatchObject({ heartbeat_at })
    expect(await beat(now())).toBe('alive')
  })

  it('whose clock was turned back and is still wrong is told of, until it is right', async () => {
    const clocks = async () =>
      (await listOpenAlerts(shop)).filter(({ kind }) => kind === 'listener_clock').length
    await markAlertsSeen(shop)
    expect(await beat(now() + 7_200_000)).toBe('alive')
    const { heartbeat_at, clock_offset_ms } = await read()
    const told = []
    for (let turn = 0; turn < 6; turn += 1) {
      shop.advance(35_000)
      expect(await beat(now() - 600_000)).toBe('clock')
      told.push(await clocks())
    }
    expect(told).toEqual([0, 0, 0, 1, 1, 1]) // while it beats well, an old beat is somebody else's
    expect(await read()).toMatchObject({ heartbeat_at, clock_offset_ms })
    expect([await beat(now()), await clocks()]).toEqual(['alive', 0])
  })

  it('cannot be made to say more by moving digits from the time to the price', async () => {
    const t = String(now())
    const said = message('2', '1.0', t)
    const moved = { ...said, price: `1.0${t[0]}`, t: t.slice(1) }
    expect(moved.sign).toBe(md5(`2${moved.price}${moved.t}${SECRET}`))
    expect(await receiveVmqPush(shop, spool, moved)).toBe('ambiguous')
    const whole = message('2', '5', t)
    const grown = { ...whole, price: `5${t.slice(0, 3)}`, t: t.slice(3) }
    expect(await receiveVmqPush(shop, spool, grown)).toBe('ambiguous')
    for (const { price } of [moved, grown])
      expect(await rows(price)).toMatchObject([{ match_kind: 'quarantined', warning: 'ambiguous' }])
    expect(await receiveVmqPush(shop, spool, said)).toBe('unmatched')
    expect(await receiveVmqPush(shop, spool, whole)).toBe('unmatched')
  })

  it('cannot be made to say more on the day that the end of its old time is the present in seconds', async () => {
    const seconds = String(Math.floor(shop.now() / 1000))
    const before = [...'0123456789']
      .map((digit) => `17${digit}`)
      .findLast((one) => +(one + seconds) < shop.now())
    const old = message('2', '1', `${before}${seconds}`) // of some weeks ago
    const forged = { ...old, price: `1${before}`, t: seconds }
    expect(forged.sign).toBe(md5(`2${forged.price}${forged.t}${SECRET}`))
    expect(await receiveVmqPush(shop, spool, forged)).toBe('ambiguous')
    expect(await rows(forged.price)).toMatchObject([{ match_kind: 'quarantined', warning: 'ambiguous' }])
  })

  it('cannot be made to report money by its heartbeats', async () => {
    const t = '1763812345678'
    const sign = md5(`${t}${SECRET}`) // what it sends every half minute, in plain text
    for (const price of ['7', '76']) {
      const forged = { type: '1', price, t: t.slice(1 + price.length), sign, address: HOME }
      expect(await receiveVmqPush(shop, spool, forged)).toBe('ambiguous')
      expect(await rows(price)).toMatchObject([{ match_kind: 'quarantined', warning: 'ambiguous' }])
    }
  })

  it('is refused with a wrong signature, and leaves no row', async () => {
    const before = (await shop.db.selectFrom('payments').select('id').execute()).length
    const good = message('2', '3.21')
    for (const change of [{ price: '3.22' }, { type: '1' }, { t: String(now()) }, { sign: 'x'.repeat(32) }])
      expect(await receiveVmqPush(shop, spool, { ...good, ...change })).toBe('bad_signature')
    expect(await beat(now(), md5(`1${SECRET}`))).toBe('bad_signature')
    expect((await shop.db.selectFrom('payments').select('id').execute()).length).toBe(before)
  })

  it('is safe on the disk while the database is away, once', async () => {
    const due = await order()
    const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch((error: unknown) => error)
    const { transaction } = shop.database
    shop.database.transaction = () => Promise.reject(away)
    const one = message('2', priceOf(due))
    expect(await receiveVmqPush(shop, spool, one)).toBe('spooled')
    expect(await receiveVmqPush(shop, spool, one)).toBe('spooled')
    shop.database.transaction = transaction
    await drainSpool(shop, spool)
    expect(await rows(priceOf(due))).toMatchObject([{ match_kind: 'matched', settles_order_id: due.id }])
  })

  it('is nothing to a device that may use the newer form only, or reports from elsewhere', async () => {
    const { id, accountIds } = await read()
    const input = { name: '手机', enabled: true, accountIds }
    await changeListener(shop, id, { ...input, newerOnly: true }, SELLER)
    const due = await order()
    expect(await push('2', priceOf(due))).toBe('old_form')
    expect(await beat(now())).toBe('old_form')
    await changeListener(shop, id, { ...input, newerOnly: false, boundTo: ['203.0.113.0/24'] }, SELLER)
    expect(await push('2', priceOf(due))).toBe('address')
    expect(await beat(now())).toBe('address')
    expect((await trade.read(due.id)).state).toBe('pending')
    await changeListener(shop, id, { ...input, boundTo: [] }, SELLER)
    expect(await push('2', priceOf(due))).toBe('matched')
  })
})
