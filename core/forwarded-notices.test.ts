import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openDb } from '../com/db/index.ts'
import { openSpool, type Spool } from '../com/spool.ts'
import type { OrderRow } from '../sql/schema.ts'
import { describeOnEngines, newFolder } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { listOpenAlerts, markAlertsSeen } from './alerts.ts'
import { receiveForwarded, type Forwarded } from './forwarded-notices.ts'
import { addListener, changeListener, getListener } from './listeners.ts'
import { drainSpool, finishNoting } from './notices.ts'
import type { Notice } from './payments.ts'
import { dropSpentSigns } from './spent-signs.ts'

const HOME = '198.51.100.7'
const ALIPAY = 'com.eg.android.AlipayGphone'

describeOnEngines('a forwarder of notifications', (engine) => {
  let shop: TestShop
  let trade: Trade
  let spool: Spool<Notice>
  let deviceId: string
  let secret: string
  beforeAll(async () => {
    shop = await openTestShop(engine, { orderLimits: '0' })
    trade = await openTrade(shop)
    spool = await openSpool<Notice>(join(await newFolder(), 'spool.jsonl'))
    const { alipay, wechat } = trade.accounts
    const input = {
      name: '旧手机',
      enabled: true,
      accountIds: [alipay, wechat],
      dialect: 'forwarder',
    } as const
    ;({ id: deviceId, secret } = await addListener(shop, input, SELLER))
  })
  afterAll(async () => {
    await spool.close()
    await shop.close()
  })
  beforeEach(() => markAlertsSeen(shop))

  const signed = (timestamp: number, key = secret): Forwarded['proof'] => ({
    kind: 'signed',
    timestamp: String(timestamp),
    sign: createHmac('sha256', key).update(`${timestamp}\n${key}`, 'utf8').digest('base64'),
  })
  let ticks = 0
  const fresh = () => signed(shop.now() + (ticks += 50))
  const bearer = (id?: string): Forwarded['proof'] => ({ kind: 'bearer', secret, id })
  const shown = (text: string, title = '收钱码到账通知', app = ALIPAY) => [{ app, title, text }]
  const paid = (price: string) => shown(`成功收款${price}元。享免费提现等更多专属服务，点击查看`)
  const send = (
    notifications: Forwarded['notifications'],
    proof = fresh(),
    change: Partial<Forwarded> = {},
  ) => receiveForwarded(shop, spool, { deviceId, proof, notifications, address: HOME, ...change })
  const order = async () => trade.order(await trade.addProduct())
  const priceOf = ({ due_cents }: OrderRow) => (due_cents / 100).toFixed(2)
  const rowsOf = ({ due_cents }: OrderRow) =>
    shop.db.selectFrom('payments').selectAll().where('amount_cents', '=', due_cents).execute()
  const rows = () => shop.db.selectFrom('payments').selectAll().execute()
  const alerts = async () => (await listOpenAlerts(shop)).map(({ kind, subject }) => [kind, subject])

  it('signs as computed by hand', () => {
    const key = '0123456789abcdef'
    expect(signed(1763812345678, key)).toMatchObject({ sign: 'Ve7EgYPtU5XZQgOf9V5fkQYQxGZ1B2PcbLrJNCleaBY=' })
  })

  it('pays by what the wallet shows, and keeps what it showed and which rule read it', async () => {
    const due = await order()
    expect(await send(paid(priceOf(due)))).toBe('matched')
    expect((await trade.read(due.id)).state).toBe('delivered')
    const [row] = await rowsOf(due)
    expect(row).toMatchObject({ channel: 'alipay', raw_price: priceOf(due), raw_type: ALIPAY, warning: null })
    expect(row!.raw_text).toBe(`收钱码到账通知\n${paid(priceOf(due))[0]!.text}`)
    expect(row!.read_by).toMatch(/^[\w-]{21}@1$/)
  })

  it('may repeat itself with the same signature: answered alike, and no second payment', async () => {
    const due = await order()
    const proof = fresh()
    expect(await send(paid(priceOf(due)), proof)).toBe('matched')
    expect(await Promise.all([1, 2, 3].map(() => send(paid(priceOf(due)), proof)))).toEqual(
      Array(3).fill('matched'),
    )
    expect(await rowsOf(due)).toHaveLength(1)
    expect(await send(paid(priceOf(due)))).toBe('surplus') // a signature of its own is a notification of its own
  })

  it('cannot say anything else with a signature that has served', async () => {
    const due = await order()
    const proof = fresh()
    expect(await send(paid('0.07'), proof)).toBe('unmatched')
    expect(await send(paid(priceOf(due)), proof)).toBe('reused')
    const chat = fresh() // a chat is forwarded too, and is not money
    expect(await send(shown('晚上吃什么', '张三', 'com.tencent.mm'), chat)).toBe('ignored')
    expect(await send(paid(priceOf(due)), chat)).toBe('reused')
    expect(await send(shown('你好', '李四', 'com.tencent.mm'), chat)).toBe('spent')
    expect(await send(shown('晚上吃什么', '张三', 'com.tencent.mm'), chat)).toBe('ignored')
    expect((await trade.read(due.id)).state).toBe('pending')
    const kept = (await rows()).filter(({ warning }) => warning === 'reused')
    expect(kept.map((row) => [row.match_kind, row.amount_cents, row.raw_price])).toEqual(
      Array(2).fill(['quarantined', null, priceOf(due)]),
    )
    await expect.poll(async () => (await alerts()).map(([kind]) => kind)).toContain('notice_quarantined')
  })

  it('is refused once its signature is ten minutes old or ahead, and the seller is told of the clock', async () => {
    for (const off of [-601_000, 601_000]) {
      expect(await send(paid('0.08'), signed(shop.now() + off))).toBe('stale')
      shop.advance(20_000)
    }
    const clocks = async () => (await alerts()).filter(([kind]) => kind === 'listener_clock')
    expect(await clocks()).toEqual([['listener_clock', '旧手机']])
    expect((await getListener(shop, deviceId)).clock_offset_ms).toBeGreaterThan(500_000)
    expect(await send(paid('0.08'), signed(shop.now() - 590_000))).toBe('unmatched')
    await send(paid('0.09'), signed(shop.now() + 100))
    await expect.poll(clocks).toEqual([]) // the clock was put right
  })

  it('has money of an old signature kept for the seller, of each signature once, and nothing else of it', async () => {
    const due = await order()
    const stranger = { address: '203.0.113.99' }
    const stale = signed(shop.now() - 601_000)
    const kept = async () => (await rows()).filter(({ warning }) => warning === 'clock')
    const before = (await kept()).length
    expect(await send(paid(priceOf(due)), stale, stranger)).toBe('stale')
    for (const one of [paid(priceOf(due)), paid('9.99'), shown('到账 3.00 元', '收款小助手'), []])
      expect(await Promise.all([1, 2].map(() => send(one, stale, stranger)))).toEqual(['stale', 'stale'])
    expect(await kept()).toHaveLength(before + 1)
    expect((await kept()).filter((row) => row.raw_price === priceOf(due))).toMatchObject([
      { match_kind: 'quarantined', amount_cents: null, settles_order_id: null },
    ])
    expect((await trade.read(due.id)).state).toBe('pending')
    shop.advance(4 * 3_600_000)
    await dropSpentSigns(shop)
    expect(await send(paid('9.99'), stale, stranger)).toBe('stale')
    expect(await kept()).toHaveLength(before + 1)
    for (const text of ['到账 3.07 元', '支付宝成功收款8.88元。通过扫码向你付款0.01元'])
      await send(shown(text, '支付宝'), signed(shop.now() - 700_000 - (ticks += 50)))
    expect(await kept()).toHaveLength(before + 3)
    await send(shown('晚上吃什么', '张三', 'com.tencent.mm'), signed(shop.now() - 800_000))
    expect(await kept()).toHaveLength(before + 3)
    await finishNoting(shop)
    expect((await getListener(shop, deviceId)).last_address).toBe(HOME)
  })

  it('is not kept twice when its sender did not hear that it was taken while it was fresh', async () => {
    const due = await order()
    const proof = fresh()
    expect(await send(paid(priceOf(due)), proof)).toBe('matched')
    shop.advance(700_000)
    const before = (await rows()).length
    expect(await send(paid(priceOf(due)), proof)).toBe('stale')
    expect(await rows()).toHaveLength(before)
  })

  it('is refused with a signature of another time or secret, or of another device', async () => {
    const before = (await rows()).length
    const good = fresh()
    const other = await addListener(shop, { name: 'other', enabled: true, accountIds: [] }, SELLER)
    for (const [proof, change] of [
      [{ ...good, timestamp: String(shop.now() - 60_000) }, {}],
      [signed(shop.now(), 'another secret 0001'), {}],
      [{ kind: 'bearer', secret: `${secret}x`, id: undefined }, {}],
      [bearer(), { deviceId: other.id }],
      [good, { deviceId: 'Z'.repeat(21) }],
    ] as const)
      expect(await send(paid('0.11'), proof as never, change)).toBe('bad_signature')
    expect((await rows()).length).toBe(before)
  })

  it('may send the secret itself where it cannot sign: each time is a notice, unless it names it', async () => {
    const due = await order()
    expect(await send(paid(priceOf(due)), bearer())).toBe('matched')
    expect(await send(paid(priceOf(due)), bearer())).toBe('surplus')
    const next = await order()
    expect(await send(paid(priceOf(next)), bearer('n-1'))).toBe('matched')
    expect(await send(paid(priceOf(next)), bearer('n-1'))).toBe('matched')
    expect(await send(paid('0.12'), bearer('n-1'))).toBe('reused')
    expect(await rowsOf(next)).toHaveLength(1)
  })

  it('is told what is no money, and nothing is kept of it', async () => {
    const before = (await rows()).length
    expect(await send(shown('已支付¥31.59', '微信支付', 'com.tencent.mm'))).toBe('ignored')
    expect(await send(shown('您的验证码是1234', '', 'com.android.mms'))).toBe('unknown_app')
    expect(await send(shown('李四已成功向你转了1笔钱', '李四'))).toBe('alerted')
    expect((await rows()).length).toBe(before)
    expect(await alerts()).toContainEqual(['notice_transfer', '李四 李四已成功向你转了1笔钱'])
    expect((await getListener(shop, deviceId)).checked_at).not.toBeNull()
  })

  it('has what looks like money and cannot be read kept for the seller, as it was shown', async () => {
    const text = '小店收款提醒：到账 3.00 元'
    expect(await send(shown(text, '微信收款助手', 'com.tencent.mm'))).toBe('unread')
    const two = '支付宝成功收款9.99元。通过扫码向你付款0.01元'
    expect(await send(shown(two, '收款通知'))).toBe('ambiguous')
    const kept = (await rows()).filter(({ raw_text }) => raw_text?.includes(text) || raw_text?.includes(two))
    expect(kept.map((row) => [row.match_kind, row.warning, row.amount_cents]).sort()).toEqual([
      ['quarantined', 'ambiguous', null],
      ['quarantined', 'unread', null],
    ])
    await expect.poll(alerts).toContainEqual(['notice_unread', `微信收款助手\n${text}`])
  })

  it('has a merged notification paid and marked, since it may stand for several', async () => {
    const due = await trade.order(await trade.addProduct(), { channel: 'wechat' })
    const text = `[4条]微信支付: 微信支付收款${priceOf(due)}元(朋友到店)`
    expect(await send(shown(text, '微信支付', 'com.tencent.mm'))).toBe('matched')
    expect(await rowsOf(due)).toMatchObject([{ match_kind: 'matched', warning: 'merged' }])
  })

  it('has a payment that nobody reported found by the wallet’s own count', async () => {
    const card = (nth: number) => `收款金额￥0.02\n汇总今日第${nth}笔收款，共计￥${(nth * 0.02).toFixed(2)}`
    for (const nth of [3, 4, 6]) await send(shown(card(nth), '微信收款助手', 'com.tencent.mm'))
    await expect.poll(alerts).toContainEqual(['notice_gap', '旧手机'])
  })

  it('is bound to addresses, and to the newer form, like every other', async () => {
    const due = await order()
    const { accounts } = trade
    const input = { name: '旧手机', enabled: true, accountIds: Object.values(accounts) }
    await changeListener(shop, deviceId, { ...input, boundTo: ['203.0.113.7'] }, SELLER)
    expect(await send(paid(priceOf(due)))).toBe('address')
    await changeListener(shop, deviceId, { ...input, boundTo: [], newerOnly: true }, SELLER)
    expect(await send(paid(priceOf(due)))).toBe('old_form')
    await changeListener(shop, deviceId, { ...input, newerOnly: false }, SELLER)
    expect((await trade.read(due.id)).state).toBe('pending')
    expect(await send(paid(priceOf(due)))).toBe('matched')
  })

  it('is safe on the disk while the database is away; what is no money must come again', async () => {
    const due = await order()
    const away: unknown = await openDb('mysql://till:till@127.0.0.1:9/till').catch((error: unknown) => error)
    const { transaction } = shop.database
    shop.database.transaction = () => Promise.reject(away)
    const proof = fresh()
    expect(await send(paid(priceOf(due)), proof)).toBe('spooled')
    expect(await send(shown('小店收款提醒：到账 3.01 元', '微信收款助手', 'com.tencent.mm'))).toBe('unread')
    await expect(send(shown('你好', '李四', 'com.tencent.mm'))).rejects.toBe(away)
    shop.database.transaction = transaction
    expect(await send(paid(priceOf(due)), proof)).toBe('matched')
    expect(await rowsOf(due)).toMatchObject([{ match_kind: 'matched', settles_order_id: due.id }])
    expect((await rows()).filter(({ raw_text }) => raw_text?.includes('3.01'))).toHaveLength(1)
    expect(await drainSpool(shop, spool)).toBe(0)
  })

  it('has its used signatures forgotten long after they are worth anything', async () => {
    const count = async () => (await shop.db.selectFrom('spent_signs').select('sign_key').execute()).length
    await send(paid('0.13'))
    expect(await count()).toBeGreaterThan(0)
    await dropSpentSigns(shop)
    expect(await count()).toBeGreaterThan(0)
    shop.advance(3_700_000)
    await dropSpentSigns(shop)
    expect(await count()).toBe(0)
  })
})
