import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { advanceToNoon, openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { addAccount, changeAccount } from './accounts.ts'
import { addCodes, changeCode, deleteCode, listCodes } from './codes.ts'
import { listCoverage } from './coverage.ts'
import { expireOrders } from './expiry.ts'
import { changeChannel } from './orders.ts'
import { forgetTills } from './tills.ts'
import { localTime } from './time-zone.ts'

describeOnEngines('a till', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeEach(async () => {
    shop = await openTestShop(engine, { orderLimits: '0' })
    trade = await openTrade(shop)
  })
  afterEach(() => shop.close())

  const codeId = async (channel: 'alipay' | 'wechat') =>
    (await listCodes(shop)).find((code) => code.channel === channel)!.id
  const closed = { code: 'no_code_for_price' }

  it('takes no more in a day than its cap: open and paid orders together, until the day is over', async () => {
    advanceToNoon(shop)
    const productId = await trade.addProduct({ priceCents: 1_000 })
    const bounds = { name: 'capped', enabled: true, dailyCapCents: 2_000 }
    await changeAccount(shop, trade.accounts.alipay, bounds, SELLER)
    const first = await trade.order(productId)
    await trade.pay(first)
    const second = await trade.order(productId)
    await expect(trade.order(productId)).rejects.toMatchObject({
      ...closed,
      details: { otherChannels: ['wechat'] },
    })
    shop.advance(301_000)
    await expireOrders(shop)
    expect((await trade.read(second.id)).state).toBe('expired') // it makes room again
    await trade.pay(await trade.order(productId))
    await expect(trade.order(productId)).rejects.toMatchObject(closed)
    shop.advance(24 * 3_600_000)
    expect((await trade.order(productId)).state).toBe('pending')
  })

  it('takes no order in its quiet hours, which may go over midnight', async () => {
    const productId = await trade.addProduct()
    const [hour, minute] = localTime(shop.now(), 'Asia/Shanghai').slice(11, 16).split(':').map(Number)
    const now = hour! * 60 + minute!
    const quiet = (from: number, to: number) =>
      changeAccount(
        shop,
        trade.accounts.alipay,
        { name: 'x', enabled: true, quiet: { from: (from + 1440) % 1440, to: (to + 1440) % 1440 } },
        SELLER,
      )
    await quiet(now - 10, now + 10)
    await expect(trade.order(productId)).rejects.toMatchObject(closed)
    await quiet(now + 10, now - 10)
    expect((await trade.order(productId)).state).toBe('pending')
    await quiet(now - 10, now - 20) // all day but ten minutes
    await expect(trade.order(productId)).rejects.toMatchObject(closed)
  })

  it('takes no order while all of its devices that report have been silent for two minutes', async () => {
    const productId = await trade.addProduct()
    await shop.db.updateTable('listeners').set({ heartbeat_at: shop.now() }).execute()
    forgetTills(shop)
    shop.advance(115_000)
    expect((await trade.order(productId)).state).toBe('pending')
    shop.advance(10_000)
    await expect(trade.order(productId)).rejects.toMatchObject(closed)
  })

  it('shares the orders of a channel with the other wallets there, each with a pool of its own', async () => {
    const second = await addAccount(shop, 'alipay', { name: 'second', enabled: true }, SELLER)
    const payload = 'https://qr.alipay.com/fkx10000examplecode0002'
    await addCodes(shop, [{ payload, amountCents: null, accountId: second.id }], SELLER)
    const productId = await trade.addProduct()
    const orders = []
    for (let count = 0; count < 22; count += 1) orders.push(await trade.order(productId))
    const claims = orders.map(({ account_id, due_cents }) => `${account_id} ${due_cents}`)
    expect(new Set(claims).size).toBe(22)
    for (const { account_id, code_payload } of orders)
      expect(code_payload === payload).toBe(account_id === second.id)
    await expect(trade.order(productId)).rejects.toMatchObject({ code: 'no_free_amount' })
    expect((await trade.pay(orders[3]!)).match).toBe('matched')
    expect((await trade.read(orders[3]!.id)).account_id).toBe(orders[3]!.account_id)
  })

  it('shows a changed, switched-off or deleted code to nobody any more, though this process had it in memory', async () => {
    const productId = await trade.addProduct()
    const open = await trade.order(productId)
    const id = await codeId('alipay')
    // another process changes it: nobody tells this one
    await shop.db.updateTable('payee_codes').set({ enabled_at: null }).where('id', '=', id).execute()
    await expect(trade.order(productId)).rejects.toMatchObject(closed)
    await changeCode(shop, id, { amountCents: null, enabled: true }, SELLER)
    expect((await trade.order(productId)).code_id).toBe(id)
    await deleteCode(shop, id, SELLER)
    await expect(trade.order(productId)).rejects.toMatchObject(closed)
    expect((await trade.read(open.id)).code_payload).toContain('qr.alipay.com') // an open page keeps its code
    expect((await trade.pay(open)).match).toBe('matched')
  })

  it('shows no code that another process gave another amount, whichever way the order comes to it', async () => {
    const productId = await trade.addProduct()
    const open = await trade.order(productId, { channel: 'wechat' })
    await trade.order(productId)
    const id = await codeId('alipay')
    await shop.db.updateTable('payee_codes').set({ amount_cents: 5_000 }).where('id', '=', id).execute()
    await expect(trade.order(productId)).rejects.toMatchObject(closed)
    await shop.db.updateTable('payee_codes').set({ amount_cents: null }).where('id', '=', id).execute()
    forgetTills(shop)
    await trade.order(productId)
    await shop.db.updateTable('payee_codes').set({ amount_cents: 5_000 }).where('id', '=', id).execute()
    await expect(changeChannel(shop, open.id, 'alipay', '203.0.113.9')).rejects.toMatchObject(closed)
    expect(await trade.read(open.id)).toMatchObject({ channel: 'wechat', due_cents: open.due_cents })
  })

  it('writes no link to a wallet that another process exchanged for another', async () => {
    await deleteCode(shop, await codeId('alipay'), SELLER)
    const bounds = { name: 'linked', enabled: true }
    const link = (alipayUserId: string) => ({ ...bounds, alipayUserId })
    await changeAccount(shop, trade.accounts.alipay, link('2088000000000001'), SELLER)
    const productId = await trade.addProduct()
    expect((await trade.order(productId)).amount_link).toContain('2088000000000001')
    await shop.db.updateTable('accounts').set({ alipay_user_id: '2088000000000002' }).execute()
    expect((await trade.order(productId)).amount_link).toContain('2088000000000002')
  })

  it('learns that a fixed code is right when its exact amount pays an order that showed it', async () => {
    await deleteCode(shop, await codeId('wechat'), SELLER)
    const added = await addCodes(
      shop,
      [{ payload: `wxp://f2f0${'f'.repeat(32)}`, amountCents: 3_000 }],
      SELLER,
    )
    const productId = await trade.addProduct({ priceCents: 3_000 })
    const order = await trade.order(productId, { channel: 'wechat' })
    const verified = async () =>
      (await listCodes(shop)).find(({ id }) => id === added.added[0]!.id)!.verified_at
    expect(await verified()).toBeNull()
    await trade.pay(order)
    expect(await verified()).not.toBeNull()
    await changeCode(shop, added.added[0]!.id, { amountCents: 2_999, enabled: true }, SELLER)
    expect(await verified()).toBeNull()
    const [coverage] = (await listCoverage(shop)).filter(({ priceCents }) => priceCents === 3_000)
    const wechat = coverage!.channels.find(({ channel }) => channel === 'wechat')!
    expect(wechat.amounts.slice(0, 3).map(({ by }) => by)).toEqual(['nothing', 'fixed', 'nothing'])
    const alipay = coverage!.channels.find(({ channel }) => channel === 'alipay')!
    expect(new Set(alipay.amounts.map(({ by }) => by))).toEqual(new Set(['free']))
  })

  it('has each code once: the same payload in another spelling is refused, other codes are kept', async () => {
    const { added, refused } = await addCodes(
      shop,
      [
        { payload: 'HTTPS://QR.ALIPAY.COM/FKX10000EXAMPLECODE0001?t=1', amountCents: 100 },
        { payload: `wxp://f2f0${'n'.repeat(32)}`, amountCents: 100 },
        { payload: `wxp://f2f0${'n'.repeat(32)}`, amountCents: 99 },
        { payload: 'https://example.com/', amountCents: null },
      ],
      SELLER,
    )
    expect(added.map(({ payload }) => payload)).toEqual([`wxp://f2f0${'n'.repeat(32)}`])
    expect(refused.map(({ reason }) => reason)).toEqual([
      'duplicate_code',
      'duplicate_code',
      'not_a_receiving_code',
    ])
  })
})
