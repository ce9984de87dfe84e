import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS, openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import { expireOrders } from './expiry.ts'
import { runDueJobs } from './jobs.ts'
import { markPaid } from './mark-paid.ts'
import { cancelOrder } from './orders.ts'

describeOnEngines('marking an order paid by hand', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  const countOf = async (orderId: string) => {
    const events = await shop.db
      .selectFrom('order_events')
      .select('kind')
      .where('order_id', '=', orderId)
      .where('kind', 'in', ['paid', 'delivered'])
      .execute()
    const jobs = await shop.db.selectFrom('jobs').select('id').where('order_id', '=', orderId).execute()
    return { events: events.map(({ kind }) => kind).sort(), letters: jobs.length }
  }
  const ONCE = { events: ['delivered', 'paid'], letters: 1 }

  it('runs the full paid flow: delivers, mails, and is remembered as marked', async () => {
    const order = await trade.order(await trade.addProduct())
    const before = shop.letters.length
    await markPaid(shop, order.id, 'seen in the wallet', SELLER)
    expect(await trade.read(order.id)).toMatchObject({ state: 'delivered', paid_by: 'marked' })
    await runDueJobs(shop, HANDLERS)
    expect(shop.letters.length - before).toBe(1)
  })

  it('happens once, however often it is asked for, one after the other or at once', async () => {
    const order = await trade.order(await trade.addProduct())
    await Promise.all(Array.from({ length: 8 }, () => markPaid(shop, order.id, 'seen', SELLER)))
    await markPaid(shop, order.id, 'seen again', SELLER)
    expect(await countOf(order.id)).toEqual(ONCE)
    const audits = await shop.db
      .selectFrom('audit_entries')
      .select('id')
      .where('subject', '=', order.id)
      .execute()
    expect(audits).toHaveLength(1)
  })

  it.each(Array.from({ length: 6 }, (_, round) => round))(
    'and money that arrives at the same moment pay the order once (round %i)',
    async () => {
      const order = await trade.order(await trade.addProduct())
      const [, { match }] = await Promise.all([markPaid(shop, order.id, 'seen', SELLER), trade.pay(order)])
      const { paid_by, state } = await trade.read(order.id)
      expect([paid_by, match]).toEqual(match === 'matched' ? ['matched', 'matched'] : ['marked', 'surplus'])
      expect(state).toBe('delivered')
      expect(await countOf(order.id)).toEqual(ONCE)
    },
  )

  it('is possible for an expired and for a cancelled order', async () => {
    const [expired, cancelled] = [
      await trade.order(await trade.addProduct()),
      await trade.order(await trade.addProduct()),
    ]
    await cancelOrder(shop, cancelled.id, 'buyer')
    shop.advance(400_000)
    await expireOrders(shop)
    for (const { id } of [expired, cancelled]) {
      await markPaid(shop, id, 'paid by transfer', SELLER)
      expect((await trade.read(id)).state).toBe('delivered')
    }
  })

  it('of an order that does not exist is refused', async () => {
    await expect(markPaid(shop, 'A'.repeat(21), 'x', SELLER)).rejects.toMatchObject({
      code: 'order_not_found',
    })
  })
})
