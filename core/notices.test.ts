import { createHash } from 'node:crypto'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nanoid } from 'nanoid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDb } from '../com/db/index.ts'
import { openSpool, type Spool } from '../com/spool.ts'
import { describeOnEngines, newFolder } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import type { OrderRow } from '../sql/schema.ts'
import { addAccount } from './accounts.ts'
import { expireOrders } from './expiry.ts'
import { renewListenerSecret } from './listener-secrets.ts'
import { addListener, changeListener, getListener } from './listeners.ts'
import { drainSpool, finishNoting } from './notices.ts'
import { receiveNotice } from './own-notices.ts'
import type { Notice } from './payments.ts'
import { listAddresses } from './signs-of-life.ts'

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex')
const sign = (text: string, secret: string) => md5(md5(text) + secret)

const SECRET = '0123456789abcdef'

describeOnEngines('a listener’s notice', (engine) => {
  let shop: TestShop
  let trade: Trade
  let path: string
  let spool: Spool<Notice>
  beforeAll(async () => {
    shop = await openTestShop(engine, {}, { listenerSecret: SECRET })
    trade = await openTrade(shop)
    path = join(await newFolder(), 'spool.jsonl')
    spool = await openSpool<Notice>(path)
  })
  afterAll(async () => {
    await spool.close()
    await shop.close()
  })

  const push = (price: string, type: string, signature = sign(price + type, SECRET)) =>
    receiveNotice(shop, spool, { price, type, sign: signature, address: '198.51.100.7' })
  const priceOf = ({ due_cents }: OrderRow) => (due_cents / 100).toFixed(2)
  const countPayments = async () => (await shop.db.selectFrom('payments').select('id').execute()).length
  const paymentsOf = (order: OrderRow) =>
    shop.db
      .selectFrom('payments')
      .selectAll()
      .where('amount_cents', '=', order.due_cents)
      .orderBy('received_at')
      .execute()

  it('is signed as the documented example says, and pays', async () => {
    expect(sign('0.99alipay', SECRET)).toBe('78dd93ac6b28ca8efca7412450e250d1')
    expect(await push('0.99', 'alipay', '78dd93ac6b28ca8efca7412450e250d1')).toBe('unmatched')
    const order = await trade.order(await trade.addProduct())
    expect(await push(priceOf(order), 'alipay')).toBe('matched')
    expect((await trade.read(order.id)).state).toBe('delivered')
  })

  it('pays with 1, 1.0 and 1.00 alike, each signed as it is written', async () => {
    const productId = await trade.addProduct({ priceCents: 77_700 })
    for (const price of ['777', '777.0', '777.00']) {
      const order = await trade.order(productId)
      expect([order.due_cents, price, await push(price, 'alipay')]).toEqual([77_700, price, 'matched'])
      expect((await trade.read(order.id)).state).toBe('delivered')
      shop.advance(50 * 60_000) // so that the plain price is given out again
    }
  })

  it('with a signature over anything but the very characters is refused and leaves no row', async () => {
    const before = await countPayments()
    for (const [price, type, signature] of [
      ['1.00', 'alipay', sign('1.0alipay', SECRET)],
      ['1.00', 'alipay', sign('1.00wechat', SECRET)],
      ['1.00', 'alipay', sign('1.00alipay', `${SECRET} `)],
      ['1.00', 'alipay', md5(`1.00alipay${SECRET}`)],
      ['1.00', 'alipay', ''],
      ['1.00', 'alipay', 'x'.repeat(32)],
    ] as const)
      expect([price, type, await push(price, type, signature)]).toEqual([price, type, 'bad_signature'])
    expect(await countPayments()).toBe(before)
  })

  it.each([
    ['01.00', 'alipay'],
    ['1e0', 'alipay'],
    ['１.００', 'alipay'],
    ['+1', 'wechat'],
    ['1,00', 'wechat'],
    ['-1', 'alipay'],
    ['0', 'alipay'],
    ['0.00', 'alipay'],
    ['', 'alipay'],
    [' 1', 'alipay'],
    ['10000000', 'alipay'],
    ['1.00', 'paypal'],
    ['1.00', 'Alipay'],
    ['1.00', ''],
  ])('of %j by %j is kept as it came but is not money', async (price, type) => {
    expect(await push(price, type)).toBe('quarantined')
    const row = await shop.db
      .selectFrom('payments')
      .selectAll()
      .where('raw_price', '=', price)
      .where('raw_type', '=', type)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      match_kind: 'quarantined',
      amount_cents: null,
      raw_price: price,
      raw_type: type,
    })
  })

  it('is verified by each device’s own secret and pays only the account of that device', async () => {
    const account = await addAccount(shop, 'alipay', { name: 'second', enabled: false }, SELLER)
    const device = await addListener(
      shop,
      { name: 'tablet', enabled: true, accountIds: [account.id] },
      SELLER,
    )
    const order = await trade.order(await trade.addProduct())
    expect(await push(priceOf(order), 'alipay', sign(`${priceOf(order)}alipay`, device.secret))).toBe(
      'unmatched',
    )
    expect(await push('1.00', 'wechat', sign('1.00wechat', device.secret))).toBe('no_account')
    expect(await push(priceOf(order), 'alipay')).toBe('matched')

    const secret = await renewListenerSecret(shop, device.id, SELLER)
    expect(await push('1.00', 'alipay', sign('1.00alipay', device.secret))).toBe('bad_signature')
    expect(await push('1.00', 'alipay', sign('1.00alipay', secret))).toBe('unmatched')
    await changeListener(
      shop,
      device.id,
      { name: 'tablet', enabled: false, accountIds: [account.id] },
      SELLER,
    )
    expect(await push('1.00', 'alipay', sign('1.00alipay', secret))).toBe('bad_signature')
  })

  it('of a device that is added switched off is refused until it is switched on', async () => {
    const input = { name: 'spare', enabled: false, accountIds: [trade.accounts.wechat] }
    const device = await addListener(shop, input, SELLER)
    expect(await push('1.00', 'wechat', sign('1.00wechat', device.secret))).toBe('bad_signature')
    await changeListener(shop, device.id, { ...input, enabled: true }, SELLER)
    expect(await push('1.00', 'wechat', sign('1.00wechat', device.secret))).toBe('unmatched')
  })

  /** What the driver itself says when nobody listens, after a wait; until the returned function is called. */
  async function takeDatabaseAway(waitMs = 0): Promise<() => void> {
    const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch((error: unknown) => error)
    const { transaction } = shop.database
    shop.database.transaction = () => {
      shop.advance(waitMs)
      return Promise.reject(away)
    }
    return () => void (shop.database.transaction = transaction)
  }

  it('is safe on the disk while the database is away, and pays as of its own time once it is back', async () => {
    const order = await trade.order(await trade.addProduct())
    const bringBack = await takeDatabaseAway()
    const before = await countPayments()
    expect(await push(priceOf(order), 'alipay')).toBe('spooled')
    expect(await push(priceOf(order), 'alipay', 'f'.repeat(32))).toBe('bad_signature')
    expect([spool.size(), await countPayments()]).toEqual([1, before])
    const receivedAt = shop.now()
    shop.advance(600_000) // long after the end of the order, and of its late window
    bringBack()
    await expireOrders(shop)
    expect(await drainSpool(shop, spool)).toBe(1)
    const [payment] = await paymentsOf(order)
    expect(payment).toMatchObject({ match_kind: 'matched', settles_order_id: order.id })
    expect(Math.abs(payment!.received_at - receivedAt)).toBeLessThan(5_000)
    expect(payment!.recorded_at - payment!.received_at).toBeGreaterThan(590_000)
    expect((await trade.read(order.id)).state).toBe('delivered')
  })

  it('came when it came, not when the wait for the database was given up', async () => {
    const order = await trade.order(await trade.addProduct())
    const bringBack = await takeDatabaseAway(order.late_until - order.created_at + 1_000)
    expect(await push(priceOf(order), 'alipay')).toBe('spooled')
    bringBack()
    await drainSpool(shop, spool)
    const [payment] = await paymentsOf(order)
    expect(payment).toMatchObject({ match_kind: 'matched', settles_order_id: order.id })
  })

  it('that was spooled never pays whoever has its amount by then', async () => {
    const old = await trade.order(await trade.addProduct())
    shop.advance(700_000) // its hold is over
    await expireOrders(shop)
    const bringBack = await takeDatabaseAway()
    expect(await push(priceOf(old), 'alipay')).toBe('spooled')
    bringBack()
    shop.advance(1_000)
    let next: OrderRow
    do next = await trade.order(old.product_id)
    while (next.due_cents !== old.due_cents)
    await drainSpool(shop, spool)
    expect((await trade.read(next.id)).state).toBe('pending')
    expect(await paymentsOf(old)).toMatchObject([{ match_kind: 'unmatched', order_id: null }])
  })

  it('that was spooled tells of its device what a live one tells, as of its own time', async () => {
    const { id, secret } = await addListener(
      shop,
      { name: 'spooled', enabled: true, accountIds: [trade.accounts.alipay] },
      SELLER,
    )
    const at = shop.now()
    const bringBack = await takeDatabaseAway()
    expect(await push('0.31', 'alipay', sign('0.31alipay', secret))).toBe('spooled')
    bringBack()
    shop.advance(3_600_000)
    await drainSpool(shop, spool)
    await finishNoting(shop)
    const told = await getListener(shop, id)
    expect(told).toMatchObject({ last_address: '198.51.100.7' })
    for (const time of [told.noticed_at, told.old_form_at])
      expect(Math.abs((time ?? 0) - at)).toBeLessThan(60_000)
    expect((await listAddresses(shop, id)).map(({ network }) => network)).toEqual(['198.51.100.7'])
  })

  it('from an address that is not its device’s says nothing of the device, and makes no address known', async () => {
    const input = {
      name: 'bound',
      enabled: true,
      accountIds: [trade.accounts.alipay],
      boundTo: ['203.0.113.7'],
    }
    const { id, secret } = await addListener(shop, input, SELLER)
    expect(await push('0.32', 'alipay', sign('0.32alipay', secret))).toBe('address')
    await finishNoting(shop)
    expect(await getListener(shop, id)).toMatchObject({
      last_address: null,
      noticed_at: null,
      old_form_at: null,
    })
    expect(await listAddresses(shop, id)).toEqual([])
  })

  it('is replayed in order, and once, though the process died between recording and tidying up', async () => {
    const [first, second] = [
      await trade.order(await trade.addProduct()),
      await trade.order(await trade.addProduct()),
    ]
    const bringBack = await takeDatabaseAway()
    for (const order of [first, first, second]) await push(priceOf(order), 'alipay')
    const copy = `${path}.before`
    await copyFile(path, copy)
    bringBack()
    expect(await drainSpool(shop, spool)).toBe(3)
    const after = await shop.db.selectFrom('payments').selectAll().orderBy('id').execute()
    const again = await openSpool<Notice>(copy)
    expect(await drainSpool(shop, again)).toBe(3)
    await again.close()
    expect(await shop.db.selectFrom('payments').selectAll().orderBy('id').execute()).toEqual(after)
    expect((await paymentsOf(first)).map(({ match_kind }) => match_kind).sort()).toEqual([
      'matched',
      'surplus',
    ])
    expect((await trade.read(second.id)).state).toBe('delivered')
  })

  it('stays in the spool as long as the database is away', async () => {
    const bringBack = await takeDatabaseAway()
    expect(await push('3.33', 'alipay')).toBe('spooled')
    expect([await drainSpool(shop, spool), spool.size()]).toEqual([0, 1])
    bringBack()
    expect([await drainSpool(shop, spool), spool.size()]).toEqual([1, 0])
  })

  it('that can never be settled is kept for the seller, and holds up none behind it', async () => {
    const order = await trade.order(await trade.addProduct())
    const good = trade.noticeFor(order, { receivedAt: shop.now() })
    const amountCents = {} as unknown as number // no driver takes it
    const bad: Notice = {
      ...good,
      paymentId: nanoid(),
      money: { accountId: trade.accounts.alipay, channel: 'alipay', amountCents },
    }
    await spool.append(bad)
    await spool.append(good)
    expect([await drainSpool(shop, spool), spool.size()]).toEqual([2, 0])
    const { match_kind } = await shop.db
      .selectFrom('payments')
      .select('match_kind')
      .where('id', '=', bad.paymentId)
      .executeTakeFirstOrThrow()
    expect([match_kind, (await trade.read(order.id)).state]).toEqual(['quarantined', 'delivered'])
  })

  it('that can be made safe nowhere is not answered as if it were', async () => {
    const broken = await openSpool<Notice>(join(await newFolder(), 'spool.jsonl'))
    await broken.close()
    const bringBack = await takeDatabaseAway()
    const raw = { price: '1.00', type: 'alipay', sign: sign('1.00alipay', SECRET), address: '::1' }
    await expect(receiveNotice(shop, broken, raw)).rejects.toThrow()
    bringBack()
  })
})
