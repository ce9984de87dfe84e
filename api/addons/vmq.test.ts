import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDb } from '../../com/db/index.ts'
import { listListeners } from '../../core/listeners.ts'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, type Trade } from '../../test/support/trade.ts'

const SECRET = 'the secret of the phone 01'
const WELL = { code: 1, msg: '成功', data: null }

const md5 = (text: string) => createHash('md5').update(text, 'utf8').digest('hex')

describeOnEngines('the V免签 app over http', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  beforeAll(async () => {
    shop = await openTestShop(engine, {}, { listenerSecret: SECRET })
    trade = await openTrade(shop)
    served = await serveShop(shop, { badSignLimit: { limit: 0, windowMs: 60_000 } })
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const pushed = (price: string, type = '2', t = String(Date.now()), secret = SECRET) => ({
    ...{ t, type, price },
    sign: md5(type + price + t + secret),
  })
  const send = async (path: string, query: Record<string, string> | string, method = 'GET') => {
    const text = typeof query === 'string' ? query : new URLSearchParams(query).toString()
    const answer = await sendRaw(served.url, `${path}?${text}`, { method })
    return { status: answer.status, body: method === 'HEAD' ? null : JSON.parse(answer.text) }
  }
  const countPayments = async () => (await shop.db.selectFrom('payments').select('id').execute()).length
  const heartbeatAt = async () => (await listListeners(shop))[0]!.heartbeat_at

  it('answers its heartbeat and its push with the three keys that it knows', async () => {
    const t = String(Date.now())
    expect(await send('/appHeart', { t, sign: md5(t + SECRET) })).toEqual({ status: 200, body: WELL })
    expect(Date.now() - (await heartbeatAt())!).toBeLessThan(10_000)
    const order = await trade.order(await trade.addProduct())
    const price = (order.due_cents / 100).toFixed(2)
    expect(await send('/appPush', pushed(price))).toEqual({ status: 200, body: WELL })
    expect((await trade.read(order.id)).state).toBe('delivered')
    expect((await send('/appPush', pushed('0.07'))).body).toEqual(WELL) // nobody waits for it, and it is recorded
  })

  it('says no with code -1 and the reason', async () => {
    const { body } = await send('/appPush', pushed('0.08', '2', String(Date.now()), 'another'))
    expect(body).toEqual({ code: -1, msg: '密匙不正确!', data: null })
    const t = String(Date.now())
    expect((await send('/appHeart', { t, sign: md5(`${t}x`) })).body).toEqual({ ...body })
    const unread = await send('/appPush', pushed('1.0E7'))
    expect(unread.body).toEqual({ code: -1, msg: '金额或类型无法识别，已留存待核对', data: null })
  })

  it.each(['HEAD', 'POST', 'PUT', 'DELETE'])('does nothing on %s', async (method) => {
    await shop.db.updateTable('listeners').set({ heartbeat_at: null }).execute()
    shop.advance(60_000)
    const before = await countPayments()
    const t = String(shop.now())
    expect((await send('/appHeart', { t, sign: md5(t + SECRET) }, method)).status).toBe(200)
    expect((await send('/appPush', pushed('0.09'), method)).status).toBe(200)
    expect([await countPayments(), await heartbeatAt()]).toEqual([before, null])
  })

  it.each([
    ['no time', 'type=2&price=0.11&sign=x'],
    ['a time of letters', { ...pushed('0.11', '2', 'now') }],
    ['a time that is too short', { ...pushed('0.11', '2', '123456789') }],
    ['a time that is too long', { ...pushed('0.11', '2', '17638123456780') }],
    ['a time that could be a merchant’s order number', { ...pushed('0.11', '2', '1.00') }],
    ['a price said twice', `${new URLSearchParams(pushed('0.11'))}&price=0.11`],
    ['a list', `${new URLSearchParams(pushed('0.11'))}`.replace('price', 'price[]')],
    ['bytes of GBK', `${new URLSearchParams(pushed('0.11'))}&x=%B3%C9`],
    ['two thousand characters', `${new URLSearchParams(pushed('0.11'))}&x=${'y'.repeat(2_000)}`],
  ])('refuses %s and records nothing', async (_, query) => {
    const before = await countPayments()
    expect(await send('/appPush', query)).toMatchObject({ status: 200, body: { code: -1, data: null } })
    expect(await countPayments()).toBe(before)
  })

  it('keeps what is odd but signed', async () => {
    const odd = ['💥', '￥1.00', '一元', '收款'.repeat(20)]
    for (const price of odd) expect((await send('/appPush', pushed(price))).body.code).toBe(-1)
    const kept = await shop.db
      .selectFrom('payments')
      .select('raw_price')
      .where('raw_price', 'in', odd)
      .execute()
    expect(kept.map((row) => row.raw_price).sort()).toEqual(odd.sort())
  })

  it('says that money was recorded while the database is away, and nothing at all when it could not be kept', async () => {
    const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch((error: unknown) => error)
    const { transaction } = shop.database
    shop.database.transaction = () => Promise.reject(away)
    expect((await send('/appPush', pushed('0.12'))).body).toEqual(WELL)
    expect(served.api.spool.size()).toBe(1)
    await served.api.spool.close()
    await expect(send('/appPush', pushed('0.12'))).rejects.toThrow()
    shop.database.transaction = transaction
  })
})
