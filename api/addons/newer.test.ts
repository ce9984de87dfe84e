import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendRaw, serveShop, type TestApp } from '../../test/support/app.ts'
import { describeOnEngines } from '../../test/support/engines.ts'
import { createPhone, signListener, signNewer, type Phone } from '../../test/support/listener.ts'
import { openTestShop, type TestShop } from '../../test/support/shop.ts'
import { openTrade, type Trade } from '../../test/support/trade.ts'
import { listOpenAlerts } from '../../core/alerts.ts'
import { listListeners } from '../../core/listeners.ts'

const SECRET = 'the secret of the phone 01'
const NOTIFY = '/addons/pay/api/notify'
const HEARTBEAT = '/addons/pay/api/heartbeat'

describeOnEngines('the newer form of the listener’s protocol', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  let phone: Phone
  beforeAll(async () => {
    shop = await openTestShop(engine, {}, { listenerSecret: SECRET })
    trade = await openTrade(shop)
    served = await serveShop(shop, { badSignLimit: { limit: 0, windowMs: 60_000 } })
    phone = createPhone(`${served.url}/addons/pay/`, SECRET)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const countPayments = async () => (await shop.db.selectFrom('payments').select('id').execute()).length
  const answerOf = async (path: string, options?: Parameters<typeof sendRaw>[2]) => {
    const { status, text } = await sendRaw(served.url, path, options)
    return { status, ...(JSON.parse(text) as { code: number; msg: string }) }
  }
  const parts = (price: string, nonce: string, t = Date.now()) => ({
    ...{ price, type: 'alipay', t: String(t), seen: String(t), nonce },
    sign2: signNewer([price, 'alipay', t, t, nonce], SECRET),
  })
  const queryOf = (one: Record<string, string>) => new URLSearchParams(one).toString()

  it('answers money that pays, and its repetition, in the words and the five keys of the old one', async () => {
    const order = await trade.order(await trade.addProduct())
    const price = (order.due_cents / 100).toFixed(2)
    const push = { price, type: 'alipay', seen: Date.now(), nonce: 'a-nonce_01' } as const
    const paid = { code: 1, msg: '收款处理成功!', data: '', url: '', wait: 3 }
    expect(await phone.pushNewer({ ...push, t: Date.now() })).toEqual(paid)
    expect(await phone.pushNewer({ ...push, t: Date.now() })).toEqual(paid)
    expect((await trade.read(order.id)).state).toBe('delivered')
  })

  it('keeps a report without a price for the seller, once, and says so', async () => {
    const before = await countPayments()
    const seen = Date.now()
    const push = { price: '', type: 'alipay', seen, nonce: 'a-doubt_01' } as const
    const kept = { code: 0, msg: '金额或类型无法识别，已留存待核对', data: '', url: '', wait: 3 }
    expect(await phone.pushNewer({ ...push, t: Date.now() })).toEqual(kept)
    expect(await phone.pushNewer({ ...push, t: Date.now() })).toEqual(kept)
    expect(await countPayments()).toBe(before + 1)
    await expect
      .poll(async () => (await listOpenAlerts(shop)).map(({ kind }) => kind))
      .toContain('notice_quarantined')
  })

  it('says so when the clock of the phone is off', async () => {
    const t = Date.now() - 3_600_000
    const { code, msg } = await phone.pushNewer({ price: '0.31', type: 'alipay', t, seen: t, nonce: 'late' })
    expect([code, msg.includes('手机时间不准')]).toEqual([1, true])
    const beat = await phone.beat(t)
    expect([beat.code, beat.msg.includes('手机时间不准')]).toEqual([0, true])
  })

  it('takes a heartbeat, and shows when it came', async () => {
    expect(await phone.beat(Date.now())).toEqual({ code: 1, msg: '心跳正常', data: '', url: '', wait: 3 })
    const [device] = await listListeners(shop)
    expect(shop.now() - device!.heartbeat_at!).toBeLessThan(10_000)
    const wrong = await createPhone(`${served.url}/addons/pay/`, `${SECRET}x`).beat(Date.now())
    expect(wrong).toMatchObject({ code: 0, msg: '密匙不正确!' })
  })

  it('leaves nothing that is worth anything when its signature is stripped', async () => {
    const before = await countPayments()
    const { sign2: _stripped, ...rest } = parts('0.32', 'stripped')
    expect(await answerOf(`${NOTIFY}?${queryOf(rest)}`)).toMatchObject({ status: 200, code: 0 })
    expect(await countPayments()).toBe(before)
  })

  it.each([
    ['both signatures, each of them right', { sign: signListener('0.33alipay', SECRET) }],
    ['both signatures, the old one empty', { sign: '' }],
    ['a time that is no number', { t: 'now' }],
    ['a time with a fraction', { t: '1763812345678.5' }],
    ['a time before time', { seen: '-1' }],
    ['a nonce that is empty', { nonce: '' }],
    ['a nonce with a separator', { nonce: 'a|b' }],
    ['a nonce without end', { nonce: 'n'.repeat(129) }],
  ])('refuses %s with code 0 and records nothing', async (_, change) => {
    const before = await countPayments()
    const one: Record<string, string> = { ...parts('0.33', 'fresh'), ...change }
    one.sign2 = createHmac('sha256', SECRET)
      .update(`v2|${one.price}|${one.type}|${one.t}|${one.seen}|${one.nonce}`)
      .digest('hex')
    expect(await answerOf(`${NOTIFY}?${queryOf(one)}`)).toMatchObject({ status: 200, code: 0 })
    expect(await countPayments()).toBe(before)
  })

  it.each(['price', 'type', 't', 'seen', 'nonce'])(
    'refuses a message without its %s, or with two',
    async (name) => {
      const before = await countPayments()
      const whole = parts('0.34', 'whole')
      const without = Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name))
      for (const query of [queryOf(without), `${queryOf(whole)}&${name}=${whole.price}`])
        expect(await answerOf(`${NOTIFY}?${query}`)).toMatchObject({ code: 0, msg: '参数不完整或有重复' })
      expect(await countPayments()).toBe(before)
    },
  )

  it.each(['HEAD', 'POST', 'PUT', 'DELETE'])('does nothing on %s', async (method) => {
    const before = await countPayments()
    await sendRaw(served.url, `${NOTIFY}?${queryOf(parts('0.35', 'method'))}`, { method })
    await shop.db.updateTable('listeners').set({ heartbeat_at: null }).execute()
    shop.advance(60_000)
    const t = String(shop.now())
    const query = queryOf({ t, sign2: signNewer(['heartbeat', t], SECRET) })
    await sendRaw(served.url, `${HEARTBEAT}?${query}`, { method })
    expect(await countPayments()).toBe(before)
    expect((await listListeners(shop))[0]!.heartbeat_at).toBeNull()
  })

  it('never writes a signature into the log', async () => {
    const one = parts('0.36', 'logged')
    await answerOf(`${NOTIFY}?${queryOf(one)}`)
    await answerOf(`${NOTIFY}?${queryOf({ ...one, sign2: 'e'.repeat(64) })}`)
    const log = JSON.stringify(shop.logged)
    expect([log.includes(one.sign2), log.includes('e'.repeat(64))]).toEqual([false, false])
  })

  it('tells an app that was configured without the last slash what is missing', async () => {
    const { code, msg } = await answerOf('/addons/payapi/heartbeat?t=1&sign2=x')
    expect([code, msg.includes('/ 结尾')]).toEqual([0, true])
  })
})
