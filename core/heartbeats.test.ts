import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDb } from '../com/db/index.ts'
import { openSpool } from '../com/spool.ts'
import { describeOnEngines, newFolder } from '../test/support/engines.ts'
import { signListener } from '../test/support/listener.ts'
import { openMerchant } from '../test/support/merchants.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { listOpenAlerts } from './alerts.ts'
import { noteAlive } from './expiry.ts'
import { noteSilence } from './heartbeats.ts'
import { changeListener, listListeners } from './listeners.ts'
import { receiveBeat, receiveNewerNotice, receiveNotice } from './own-notices.ts'
import type { Notice } from './payments.ts'
import { prepareShop } from './start.ts'
import { addWebhookEndpoint } from './webhook-endpoints.ts'

const SECRET = '0123456789abcdef'
const HOME = '198.51.100.7'

const hmac = (text: string) => createHmac('sha256', SECRET).update(text, 'utf8').digest('hex')

describeOnEngines('a device that says that it is alive', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeEach(async () => {
    shop = await openTestShop(engine, { orderLimits: '0' }, { listenerSecret: SECRET })
    trade = await openTrade(shop)
  })
  afterEach(() => shop.close())

  const beat = (off = 0, address = HOME) => {
    const t = String(shop.now() + off)
    return receiveBeat(shop, { t, sign2: hmac(`v2|heartbeat|${t}`), address })
  }
  const read = async () => (await listListeners(shop))[0]!
  const alerts = async () => (await listOpenAlerts(shop)).map(({ kind, subject }) => [kind, subject])
  const silent = [['listener_silent', '手机']]

  it('signs as the documented example says', async () => {
    const sign2 = 'd88f04e190c3a5a6e3089064f3187a45d6468372b2d557c3f9c53f4a9e8906a6'
    expect(hmac('v2|heartbeat|1763812345678')).toBe(sign2)
    expect(await receiveBeat(shop, { t: '1763812345678', sign2, address: HOME })).not.toBe('bad_signature')
    expect(await receiveBeat(shop, { t: '1763812345679', sign2, address: HOME })).toBe('bad_signature')
    expect((await read()).heartbeat_at).toBeNull()
  })

  it('is missed once after two minutes of silence, by one of those who look, and is back with its next beat', async () => {
    expect(await beat()).toBe('alive')
    shop.advance(119_000)
    expect([await noteSilence(shop), await alerts()]).toEqual([0, []])
    shop.advance(3_000)
    await Promise.all([noteSilence(shop), noteSilence(shop), noteSilence(shop)])
    expect(await alerts()).toEqual(silent)
    expect((await read()).silent_at).not.toBeNull()
    shop.advance(600_000)
    expect([await noteSilence(shop), await alerts()]).toEqual([0, silent])
    const log = () => shop.logged.filter(({ to }) => to === 'offline' || to === 'online').map(({ to }) => to)
    expect(log()).toEqual(['offline'])
    expect(await beat()).toBe('alive')
    expect([await alerts(), (await read()).silent_at, log()]).toEqual([[], null, ['offline', 'online']])
    shop.advance(121_000)
    expect([await noteSilence(shop), await alerts()]).toEqual([1, silent])
  })

  it('closes its till while it is silent, and opens it again', async () => {
    const productId = await trade.addProduct()
    await beat()
    shop.advance(121_000)
    await noteSilence(shop)
    await expect(trade.order(productId)).rejects.toMatchObject({ code: 'no_code_for_price' })
    await beat()
    expect((await trade.order(productId)).state).toBe('pending')
  })

  it('is told of to the sites that ask for it, both ways and once', async () => {
    const { merchant } = await openMerchant(shop)
    const events = ['device.offline', 'device.online'] as const
    const input = { url: 'https://shop.example.com/hook', events, enabled: true }
    await addWebhookEndpoint(shop, { merchantId: merchant.id, mode: 'live' }, input, SELLER)
    const told = async () =>
      (await shop.db.selectFrom('callbacks').selectAll().orderBy('created_at').execute()).map((row) => ({
        event: row.event,
        ...(JSON.parse(row.body) as { data: { device: object; since: string } }).data,
      }))
    await beat()
    const { id, heartbeat_at } = await read()
    shop.advance(121_000)
    await Promise.all([noteSilence(shop), noteSilence(shop)])
    shop.advance(60_000)
    await beat()
    const device = { id, name: '手机' }
    expect(await told()).toMatchObject([
      { event: 'device.offline', device, since: new Date(heartbeat_at!).toISOString() },
      { event: 'device.online', device },
    ])
  })

  it('is written down once in ten seconds at most', async () => {
    await beat()
    const first = (await read()).heartbeat_at
    shop.advance(9_000)
    await beat()
    expect((await read()).heartbeat_at).toBe(first)
    shop.advance(2_000)
    await beat()
    expect((await read()).heartbeat_at).toBeGreaterThan(first!)
  })

  it('is not alive by an old message, which may be anyone’s, but its clock is looked at', async () => {
    expect(await beat(-121_000)).toBe('clock')
    expect((await read()).heartbeat_at).toBeNull()
    expect(Math.abs((await read()).clock_offset_ms! + 121_000)).toBeLessThan(3_000)
    expect(await alerts()).toEqual([['listener_clock', '手机']])
    expect(await beat(90_000)).toBe('alive')
    expect(await alerts()).toEqual([]) // the clock was put right
  })

  it('is not alive from an address that it is not bound to', async () => {
    const { id, accountIds } = await read()
    await changeListener(shop, id, { name: 'x', enabled: true, accountIds, boundTo: [HOME] }, SELLER)
    expect(await beat(0, '203.0.113.66')).toBe('address')
    expect((await read()).heartbeat_at).toBeNull()
    expect(await beat()).toBe('alive')
  })

  it('is answered while the database is away, and written down with the next beat after', async () => {
    const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch((error: unknown) => error)
    const { db } = shop
    const broken = { ...shop, db: { selectFrom: () => fail(away), updateTable: () => fail(away) } } as never
    const t = String(shop.now())
    const raw = { t, sign2: hmac(`v2|heartbeat|${t}`), address: HOME }
    expect(await receiveBeat(broken, raw)).toBe('alive')
    expect((await read()).heartbeat_at).toBeNull()
    expect(await receiveBeat({ ...shop, db }, raw)).toBe('alive')
    expect((await read()).heartbeat_at).not.toBeNull()
  })

  it('publishes nothing for a beat', async () => {
    const heard: string[] = []
    const leave = shop.store.subscribe((topic) => void heard.push(topic))
    await beat()
    shop.advance(11_000)
    await beat()
    expect(heard).toEqual([])
    leave()
  })

  it('is alive too when it reports money, but not by a message that anyone who saw it can send again', async () => {
    const spool = await openSpool<Notice>(join(await newFolder(), 'spool.jsonl'))
    await beat()
    const first = (await read()).heartbeat_at!
    shop.advance(60_000)
    const sign = signListener('0.01alipay', SECRET)
    await receiveNotice(shop, spool, { price: '0.01', type: 'alipay', sign, address: HOME })
    await expect.poll(async () => (await read()).noticed_at).not.toBeNull()
    shop.advance(60_000)
    const t = String(shop.now())
    const newer = { price: '0.01', type: 'alipay', t, seen: t, nonce: 'n1' }
    const sign2 = hmac(`v2|0.01|alipay|${t}|${t}|n1`)
    expect((await read()).heartbeat_at).toBe(first)
    await receiveNewerNotice(shop, spool, { ...newer, sign2, address: HOME })
    await expect.poll(async () => (await read()).heartbeat_at).toBeGreaterThan(first)
    await spool.close()
  })

  it('has two minutes from when the till is back, which could not hear it while it was away', async () => {
    const productId = await trade.addProduct()
    await beat()
    await noteAlive(shop)
    shop.advance(3_600_000)
    await prepareShop(shop, { listenerSecret: SECRET })
    expect([await noteSilence(shop), (await trade.order(productId)).state]).toEqual([0, 'pending'])
    shop.advance(121_000)
    expect(await noteSilence(shop)).toBe(1)
    await noteAlive(shop)
    shop.advance(3_600_000)
    await prepareShop(shop, { listenerSecret: SECRET })
    expect((await read()).silent_at).not.toBeNull() // it was silent before the till went away
  })

  it('that never did so is never missed', async () => {
    const spool = await openSpool<Notice>(join(await newFolder(), 'spool.jsonl'))
    const sign = signListener('0.01alipay', SECRET)
    await receiveNotice(shop, spool, { price: '0.01', type: 'alipay', sign, address: HOME })
    await expect.poll(async () => (await read()).noticed_at).not.toBeNull()
    shop.advance(86_400_000)
    expect([await noteSilence(shop), (await read()).heartbeat_at]).toEqual([0, null])
    await spool.close()
  })

  it('is forgotten when the device is switched off, or another app is to report', async () => {
    const { id, accountIds } = await read()
    const input = { name: 'x', enabled: true, accountIds }
    await beat()
    shop.advance(121_000)
    await noteSilence(shop)
    await changeListener(shop, id, { ...input, enabled: false }, SELLER)
    expect(await alerts()).toEqual([])
    await changeListener(shop, id, input, SELLER)
    expect(await read()).toMatchObject({ heartbeat_at: null, silent_at: null })
    await beat()
    await changeListener(shop, id, { ...input, dialect: 'forwarder' }, SELLER)
    expect(await read()).toMatchObject({ heartbeat_at: null, dialect: 'forwarder' })
  })

  it('is told to be back when its silence is forgotten, and no alert of it stays', async () => {
    const { merchant } = await openMerchant(shop)
    const events = ['device.offline', 'device.online'] as const
    const hook = { url: 'https://shop.example.com/hook', events, enabled: true }
    await addWebhookEndpoint(shop, { merchantId: merchant.id, mode: 'live' }, hook, SELLER)
    const { id, accountIds } = await read()
    const input = { name: '手机', enabled: true, accountIds }
    const fallSilent = async () => {
      await beat()
      shop.advance(121_000)
      expect(await noteSilence(shop)).toBe(1)
    }
    const told = async () => {
      const rows = await shop.db.selectFrom('callbacks').select(['event', 'created_at']).execute()
      return rows.map(({ event }) => event).sort()
    }
    await fallSilent()
    await changeListener(shop, id, { ...input, name: 'renamed' }, SELLER)
    expect(await told()).toEqual(['device.offline'])
    await changeListener(shop, id, { ...input, dialect: 'vmq' }, SELLER)
    expect([await told(), await alerts()]).toEqual([['device.offline', 'device.online'], []])
    await changeListener(shop, id, { ...input, dialect: 'own' }, SELLER)
    await fallSilent()
    for (const enabled of [false, true]) await changeListener(shop, id, { ...input, enabled }, SELLER)
    const twice = ['device.offline', 'device.offline', 'device.online', 'device.online']
    expect([await told(), await alerts()]).toEqual([twice, []])
  })
})

function fail(error: unknown): never {
  throw error
}
