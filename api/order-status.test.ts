import { afterAll, beforeAll, expect, it } from 'vitest'
import { runDueJobs } from '../core/jobs.ts'
import { cancelOrder, extendOrder } from '../core/orders.ts'
import { changeProduct, getProduct } from '../core/products.ts'
import { announceTills } from '../core/tills.ts'
import { sendRaw, serveShop, type TestApp } from '../test/support/app.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS, openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { showOrder, type OrderView } from './contract/orders.ts'

describeOnEngines('how an order stands, asked again and again', (engine) => {
  let shop: TestShop
  let trade: Trade
  let served: TestApp
  beforeAll(async () => {
    shop = await openTestShop(engine, { orderLimits: '0' })
    trade = await openTrade(shop)
    served = await serveShop(shop)
  })
  afterAll(async () => {
    await served.close()
    await shop.close()
  })

  const send = (id: string, headers: Record<string, string> = {}, method = 'GET') =>
    sendRaw(served.url, `/api/orders/${id}`, { headers, method })
  const read = async (id: string, token?: string) =>
    JSON.parse((await send(id, token === undefined ? {} : { 'X-Buyer-Token': token })).text) as OrderView

  it('is what the contract says, and the time of day moves on', async () => {
    const { id } = await trade.order(await trade.addProduct())
    const first = await read(id)
    expect(Object.keys(first).sort()).toEqual(Object.keys(showOrder.reply.shape).sort())
    expect(showOrder.reply.parse(first)).toEqual(first)
    shop.advance(7_000)
    const { serverTime, ...second } = await read(id)
    expect(second).toEqual({ ...first, serverTime: undefined })
    expect(Math.abs(serverTime - first.serverTime - 7_000)).toBeLessThan(1_000)
  })

  it('is shown to each as they may see it, in whatever order they ask', async () => {
    const productId = await trade.addProduct({ sharedText: 'the very goods', purchaseNote: 'a note' })
    const { order, buyerToken } = await trade.place(productId)
    await trade.pay(order)
    for (let round = 0; round < 2; round += 1) {
      for (const [token, proven] of [
        [buyerToken, true],
        [undefined, false],
        [order.access_token, true],
        ['A'.repeat(32), false],
        [buyerToken, true],
      ] as const) {
        const view = await read(order.id, token)
        expect([view.proven, view.goods?.items, view.purchaseNote]).toEqual(
          proven ? [true, ['the very goods'], 'a note'] : [false, undefined, ''],
        )
      }
    }
  })

  it('tells at once of every change of the order', async () => {
    const { id } = await trade.order(await trade.addProduct())
    const before = await read(id)
    await extendOrder(shop, id)
    const extended = await read(id)
    expect(extended).toMatchObject({ expiresAt: before.expiresAt + 300_000, canExtend: false })
    await shop.db.updateTable('orders').set({ reported_at: 5 }).where('id', '=', id).execute()
    expect(await read(id)).toMatchObject({ reportedAt: 5, state: 'pending' })
    await cancelOrder(shop, id, 'buyer')
    expect(await read(id)).toMatchObject({ state: 'cancelled', code: null })
  })

  it('tells of the end of its time, of the letter, and of what the seller changed', async () => {
    const productId = await trade.addProduct()
    const [ending, paid] = [await trade.order(productId), await trade.order(productId)]
    await trade.pay(paid)
    expect(await read(ending.id)).toMatchObject({ deliveryKind: 'shared', canExtend: true })
    expect((await read(paid.id)).mail).toBe('waiting')
    await runDueJobs(shop, HANDLERS)
    expect((await read(paid.id)).mail).toBe('sent')
    const { name, price_cents: priceCents } = await getProduct(shop, productId)
    const kept = { description: '', purchaseNote: '', sharedText: '', maxQuantity: 1, lowStock: 0, sort: 0 }
    const change = {
      ...kept,
      name,
      priceCents,
      deliveryKind: 'manual' as const,
      onSale: true,
      unlisted: false,
    }
    await changeProduct(shop, productId, change, SELLER)
    expect((await read(ending.id)).deliveryKind).toBe('manual')
    shop.advance(300_001)
    expect(await read(ending.id)).toMatchObject({ state: 'pending', code: null, canExtend: false })
  })

  it('names the other channels that take its price now', async () => {
    const { id } = await trade.order(await trade.addProduct())
    const switched = async (enabled_at: number | null) => {
      await shop.db.updateTable('accounts').set({ enabled_at }).where('channel', '=', 'wechat').execute()
      announceTills(shop)
      return (await read(id)).otherChannels
    }
    expect(await switched(null)).toEqual([])
    expect(await switched(1)).toEqual(['wechat'])
  })

  it('is short for whoever knows it already, and whole for whoever asks for it whole', async () => {
    const { id } = await trade.order(await trade.addProduct())
    const first = await send(id)
    const tag = first.headers.etag ?? ''
    expect(first.headers['content-length']).toBe(String(Buffer.byteLength(first.text)))
    for (const known of [tag, `"other", ${tag}`, '*', tag.slice(2)]) {
      const { status, text, headers } = await send(id, { 'If-None-Match': known })
      expect([status, text, headers.etag, headers['cache-control'], headers['x-frame-options']]).toEqual([
        304,
        '',
        tag,
        'private, no-cache',
        'DENY',
      ])
    }
    const whole = [{}, { 'If-None-Match': '"other"' }, { 'If-None-Match': tag, 'Cache-Control': 'no-cache' }]
    for (const headers of whole as Record<string, string>[]) {
      const { status, text } = await send(id, headers)
      const { serverTime: _, ...asFirst } = JSON.parse(first.text) as OrderView
      expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining(asFirst)])
    }
    expect(await send(id, {}, 'HEAD')).toMatchObject({ status: 200, text: '', headers: { etag: tag } })
  })

  it('carries what every answer carries, whole or short, as a stream, and over https', async () => {
    const { id } = await trade.order(await trade.addProduct())
    const path = `/api/orders/${id}`
    const [proxied, https] = [await serveShop(shop, { trustProxy: 1 }), { 'X-Forwarded-Proto': 'https' }]
    const headersOf = async (url: string, asked: Record<string, string>) => {
      const { headers: usual } = await sendRaw(url, '/api/shop', { headers: asked })
      const { headers: whole } = await sendRaw(url, path, { headers: asked })
      const known = { ...asked, 'If-None-Match': whole.etag ?? '' }
      const { headers: short } = await sendRaw(url, path, { headers: known })
      const { headers: head } = await sendRaw(url, path, { headers: asked, method: 'HEAD' })
      const stream = await fetch(`${url}${path}/events`, { headers: asked })
      await stream.body?.cancel()
      return [usual, whole, short, head, Object.fromEntries(stream.headers)]
    }
    for (const [url, asked, names] of [
      [served.url, {}, SECURITY],
      [proxied.url, https, [...SECURITY, 'strict-transport-security']],
    ] as const) {
      const [usual, ...others] = await headersOf(url, asked)
      for (const name of names) {
        expect([name, usual?.[name]]).toEqual([name, expect.any(String)])
        for (const headers of others) expect([name, headers[name]]).toEqual([name, usual?.[name]])
      }
    }
    await proxied.close()
  })

  it('is packed where there is much to say', async () => {
    const sharedText = 'a long text '.repeat(500)
    const { order, buyerToken } = await trade.place(await trade.addProduct({ sharedText }))
    await trade.pay(order)
    const proof = { 'X-Buyer-Token': buyerToken }
    expect((await send(order.id, { ...proof, 'Accept-Encoding': 'gzip' })).headers['content-encoding']).toBe(
      'gzip',
    )
    expect((await read(order.id, buyerToken)).goods?.items).toEqual([sharedText])
  })

  it('is refused to whoever tries addresses, after a while', async () => {
    const tries = Array.from({ length: 130 }, (_, turn) => send(String(turn).padStart(21, '0')))
    const statuses = new Set((await Promise.all(tries)).map(({ status }) => status))
    expect([...statuses].sort()).toEqual([404, 429])
  })
})

const SECURITY = [
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
]
