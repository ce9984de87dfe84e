import { afterAll, beforeAll, expect, it } from 'vitest'
import { expireOrders } from '../core/expiry.ts'
import { cancelOrder } from '../core/orders.ts'
import { runDueJobs } from '../core/jobs.ts'
import { sendRaw, serveShop, type TestApp } from '../test/support/app.ts'
import { ask, order as place } from '../test/support/client.ts'
import { describeOnEngines } from '../test/support/engines.ts'
import { followOrder } from '../test/support/events.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS, openTrade, type Trade } from '../test/support/trade.ts'
import { until } from '../test/support/until.ts'
import * as contract from './contract/index.ts'

describeOnEngines('a buyer over HTTP', (engine) => {
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

  const proof = (token: string) => ({ 'X-Buyer-Token': token })
  const show = (id: string, headers: Record<string, string> = {}) =>
    ask(served.url, contract.showOrder, { params: { id }, headers })

  async function paidOrder() {
    const productId = await trade.addProduct({ sharedText: 'the very goods', purchaseNote: 'a note' })
    const { reply } = await place(served.url, productId, 'buyer.of.goods@example.com')
    const row = await trade.read(reply.order.id)
    await trade.pay(row)
    return { ...reply, row }
  }

  it('is told whether letters go out', async () => {
    expect((await ask(served.url, contract.showShop, {})).reply).toMatchObject({ mails: false })
    const mailing = await serveShop(shop, { mailToFiles: false })
    expect((await ask(mailing.url, contract.showShop, {})).reply).toMatchObject({ mails: true })
    await mailing.close()
  })

  it('places an order and sees what to pay, with which code, until when', async () => {
    const productId = await trade.addProduct()
    const { status, reply } = await place(served.url, productId, 'a@example.com', 'wechat')
    expect(status).toBe(201)
    expect(reply.order).toMatchObject({
      productId,
      channel: 'wechat',
      state: 'pending',
      canExtend: true,
      otherChannels: ['alipay'],
      maskedEmail: 'a***@example.com',
      proven: true,
      goods: null,
    })
    expect(reply.order.expiresAt - reply.order.createdAt).toBe(300_000)
    expect(reply.buyerToken).toMatch(/^[A-Za-z0-9_-]{32}$/)
  })

  it('sees how the product is handed over, with proof or without', async () => {
    for (const deliveryKind of ['shared', 'keys', 'manual'] as const) {
      const productId = await trade.addProduct({ deliveryKind }, deliveryKind === 'keys' ? ['KEY-1'] : [])
      const { reply } = await place(served.url, productId, `${deliveryKind}@example.com`)
      expect([reply.order.deliveryKind, (await show(reply.order.id)).reply.deliveryKind]).toEqual([
        deliveryKind,
        deliveryKind,
      ])
    }
  })

  it('sees a code whose picture says exactly the payload', async () => {
    const { reply } = await place(served.url, await trade.addProduct(), 'b@example.com')
    const picture = await fetch(served.url + reply.order.code!.pictureUrl)
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
    const reading = await served.api.pictures.read(new Uint8Array(await picture.arrayBuffer()))
    expect(reading).toEqual({ found: [reply.order.code!.payload] })
  })

  it('sees the goods with the browser’s token or the mailed link’s key, and only with those', async () => {
    const { order, buyerToken, row } = await paidOrder()
    const goods = { kind: 'shared', items: ['the very goods'], note: 'a note' }
    for (const token of [buyerToken, row.access_token])
      expect((await show(order.id, proof(token))).reply).toMatchObject({ proven: true, goods })
    const stranger = (await place(served.url, await trade.addProduct(), 'buyer.of.goods@example.com')).reply
    for (const headers of [
      {},
      proof(stranger.buyerToken),
      proof('A'.repeat(32)),
      proof(order.id),
      proof("' or 1=1"),
    ]) {
      const { reply } = await show(order.id, headers as Record<string, string>)
      expect([reply.state, reply.proven, reply.goods]).toEqual(['delivered', false, null])
      expect(JSON.stringify(reply)).not.toContain('the very goods')
    }
  })

  it('shows nobody the e-mail, the address, the proof or the seller’s note of an order', async () => {
    const { order, row } = await paidOrder()
    await shop.db
      .updateTable('orders')
      .set({ seller_note: 'a difficult one' })
      .where('id', '=', order.id)
      .execute()
    const texts = [(await sendRaw(served.url, `/api/orders/${order.id}`)).text]
    texts.push((await sendRaw(served.url, `/pay/${order.id}`)).text)
    for (const text of texts)
      for (const secret of [
        'buyer.of.goods',
        row.address,
        row.access_token,
        row.buyer_hash,
        'a difficult one',
      ])
        expect(text).not.toContain(secret)
  })

  it('changes nothing without proof', async () => {
    const { reply } = await place(served.url, await trade.addProduct(), 'c@example.com')
    const params = { id: reply.order.id }
    const stranger = (await place(served.url, await trade.addProduct(), 'd@example.com')).reply
    for (const headers of [{}, proof(stranger.buyerToken)] as Record<string, string>[]) {
      const answers = [
        await ask(served.url, contract.cancelOrder, { params, headers }),
        await ask(served.url, contract.extendOrder, { params, headers }),
        await ask(served.url, contract.changeChannel, { params, headers, body: { channel: 'wechat' } }),
        await ask(served.url, contract.reportPaid, { params, headers, body: {} }),
        await ask(served.url, contract.resendGoods, { params, headers }),
      ]
      for (const { status, error } of answers) expect([status, error?.code]).toEqual([403, 'proof_needed'])
    }
    expect(await trade.read(params.id)).toMatchObject({
      state: 'pending',
      extended_at: null,
      reported_at: null,
    })
  })

  it('with proof extends, changes the channel, reports and cancels', async () => {
    const { reply } = await place(served.url, await trade.addProduct(), 'e@example.com')
    const call = { params: { id: reply.order.id }, headers: proof(reply.buyerToken) }
    const extended = await ask(served.url, contract.extendOrder, call)
    expect(extended.reply.expiresAt - reply.order.expiresAt).toBe(300_000)
    const changed = await ask(served.url, contract.changeChannel, { ...call, body: { channel: 'wechat' } })
    expect(changed.reply.code!.payload).toMatch(/^wxp:/)
    const reported = await ask(served.url, contract.reportPaid, { ...call, body: { billTail: '1234' } })
    expect(reported.reply).toMatchObject({ found: false, order: { state: 'pending' } })
    expect((await ask(served.url, contract.cancelOrder, call)).reply.state).toBe('cancelled')
    expect((await ask(served.url, contract.cancelOrder, call)).status).toBe(409)
    const own = await ask(served.url, contract.listOwnOrders, { headers: call.headers })
    expect(own.reply.orders.map(({ id }) => id)).toEqual([reply.order.id])
    expect((await ask(served.url, contract.listOwnOrders)).reply.orders).toEqual([])
  })

  it('is told that a report was noticed when money that nobody has came in near it', async () => {
    const { reply } = await place(served.url, await trade.addProduct(), 'f@example.com')
    const row = await trade.read(reply.order.id)
    const money = { accountId: row.account_id, channel: row.channel, amountCents: row.due_cents + 3 }
    await trade.pay(row, { money })
    const call = { params: { id: row.id }, headers: proof(reply.buyerToken), body: {} }
    expect((await ask(served.url, contract.reportPaid, call)).reply.found).toBe(true)
    expect((await trade.read(row.id)).paid_at).toBeNull() // the seller decides
  })

  it('is answered 304 while nothing changed, and anew when it did', async () => {
    const { reply } = await place(served.url, await trade.addProduct(), 'g@example.com')
    const first = await show(reply.order.id)
    const tag = first.headers.get('etag')!
    expect([tag.length > 10, first.headers.get('cache-control')]).toEqual([true, 'private, no-cache'])
    const again = (etag: string, headers = {}) =>
      sendRaw(served.url, `/api/orders/${reply.order.id}`, { headers: { 'If-None-Match': etag, ...headers } })
    shop.advance(1_000)
    expect(await again(tag)).toMatchObject({ status: 304, text: '' })
    expect((await again(tag, proof(reply.buyerToken))).status).toBe(200) // who asks changes what is seen
    await trade.pay(await trade.read(reply.order.id))
    const { status, text } = await again(tag)
    expect([status, (JSON.parse(text) as { state: string }).state]).toEqual([200, 'delivered'])
  })

  it('is told by the stream how it stands, and within a second when that changes', async () => {
    for (let round = 0; round < 2; round += 1) {
      const { reply } = await place(served.url, await trade.addProduct(), `h${round}@example.com`)
      const stream = await followOrder(served.url, reply.order.id)
      await until(() => stream.states.length === 1, 'the first event')
      await trade.pay(await trade.read(reply.order.id))
      await until(() => stream.states.length === 2, 'the change', 1_000)
      expect(stream.states).toEqual(['pending', 'delivered'])
      stream.close()
    }
    expect((await sendRaw(served.url, `/api/orders/${'A'.repeat(21)}/events`)).status).toBe(404)
  })

  it('is told of the end of the time too', async () => {
    const { reply } = await place(served.url, await trade.addProduct(), 'i@example.com')
    const stream = await followOrder(served.url, reply.order.id)
    shop.advance(301_000)
    await expireOrders(shop)
    await until(() => stream.states.includes('expired'), 'the end', 2_000)
    stream.close()
  })

  it('gets the picture of its code only while it can be paid with it', async () => {
    const [cancelled, late] = [
      await place(served.url, await trade.addProduct(), 'k@example.com'),
      await place(served.url, await trade.addProduct(), 'l@example.com'),
    ]
    const statusOf = async ({ reply }: typeof late) =>
      (await sendRaw(served.url, reply.order.code!.pictureUrl)).status
    expect([await statusOf(cancelled), await statusOf(late)]).toEqual([200, 200])
    await cancelOrder(shop, cancelled.reply.order.id, 'buyer')
    expect([await statusOf(cancelled), await statusOf(late)]).toEqual([409, 200])
    shop.advance(301_000)
    expect(await statusOf(late)).toBe(409)
  })

  it('gets a stream by GET alone: a HEAD that never ended would hold its connection', async () => {
    const { reply } = await place(served.url, await trade.addProduct(), 'head@example.com')
    const { status } = await sendRaw(served.url, `/api/orders/${reply.order.id}/events`, { method: 'HEAD' })
    expect(status).toBe(405)
  })

  it('gets at most 20 streams of one order at a time', async () => {
    const { reply } = await place(served.url, await trade.addProduct(), 'j@example.com')
    const follow = () => followOrder(served.url, reply.order.id)
    const streams = await Promise.all(Array.from({ length: 20 }, follow))
    expect((await sendRaw(served.url, `/api/orders/${reply.order.id}/events`)).status).toBe(429)
    for (const stream of streams) stream.close()
    const next = await until(() => follow().catch(() => undefined), 'a stream to be free again')
    next.close()
  })

  it('gets the same answer whether an e-mail has orders or not, and only the owner gets a letter', async () => {
    await place(served.url, await trade.addProduct(), 'owner@example.com')
    const answers = []
    for (const email of ['owner@example.com', 'nobody@example.com'])
      answers.push(await ask(served.url, contract.mailOrderLinks, { body: { email, locale: 'en' } }))
    expect(answers.map(({ status, reply }) => [status, reply])).toEqual([
      [200, { ok: true }],
      [200, { ok: true }],
    ])
    await runDueJobs(shop, HANDLERS)
    expect(shop.letters.filter(({ to }) => /owner|nobody/.test(to)).map(({ to }) => to)).toEqual([
      'owner@example.com',
    ])
  })

  it('may ask for links five times in ten minutes, and three times for one e-mail', async () => {
    const send = (email: string) => ask(served.url, contract.mailOrderLinks, { body: { email } })
    const codes = []
    for (const email of ['x@example.com', 'x@example.com', 'x@example.com', 'x@example.com', 'y@example.com'])
      codes.push((await send(email)).status)
    expect(codes).toEqual([200, 200, 200, 429, 429]) // two were asked for in the test before
    expect((await send('z@example.com')).headers.get('retry-after')).toMatch(/^\d+$/)
  })

  it('may mail the goods again three times in ten minutes', async () => {
    const { order, buyerToken } = await paidOrder()
    const call = { params: { id: order.id }, headers: proof(buyerToken) }
    const codes = []
    for (let count = 0; count < 4; count += 1) {
      codes.push((await ask(served.url, contract.resendGoods, call)).status)
      shop.advance(10)
    }
    expect(codes).toEqual([200, 200, 200, 429])
  })

  it('who tries order numbers is stopped after 120 misses a minute', async () => {
    const codes = await Promise.all(
      Array.from({ length: 125 }, (_, at) => show(String(at).padStart(21, '0')).then(({ status }) => status)),
    )
    expect(codes.filter((status) => status === 404)).toHaveLength(120)
    expect(codes.filter((status) => status === 429)).toHaveLength(5)
  })
})
