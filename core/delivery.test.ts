import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngines } from '../test/support/engines.ts'
import { openTestShop, type TestShop } from '../test/support/shop.ts'
import { HANDLERS, openTrade, SELLER, type Trade } from '../test/support/trade.ts'
import type { OrderRow } from '../sql/schema.ts'
import { deliverByHand, deliverWaiting, findGoods } from './delivery.ts'
import { runDueJobs } from './jobs.ts'
import { changeProduct } from './products.ts'
import { importStock } from './stock-import.ts'
import { listStock, voidStock } from './stock.ts'
import type { OrderState } from './vocabulary.ts'

const keysOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => `KEY-${String(from + at).padStart(3, '0')}`)

describeOnEngines('I4: a card key belongs to at most one order', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine, { slotDepth: 40, orderLimits: '0' })
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  const byState = async (productId: string) => {
    const rows = await shop.db.selectFrom('orders').selectAll().where('product_id', '=', productId).execute()
    const inState = (state: OrderState) => rows.filter((order) => order.state === state)
    return { delivered: inState('delivered'), waiting: inState('paid_waiting_stock') }
  }
  const goodsOf = async (orders: readonly OrderRow[]) =>
    (await Promise.all(orders.map((order) => findGoods(shop, order)))).flatMap(
      (goods) => goods ?? ['nothing'],
    )
  const stockUp = (productId: string, keys: readonly string[]) =>
    importStock(shop, productId, keys.join('\n'), { dryRun: false, actor: SELLER })

  it('delivers 20 of 30 orders that are paid at once for 20 keys, and the others with the next import', async () => {
    const productId = await trade.addProduct({ deliveryKind: 'keys' }, keysOf(0, 20))
    const orders = await Promise.all(Array.from({ length: 30 }, () => trade.order(productId)))
    await Promise.all(orders.map((order) => trade.pay(order)))
    const first = await byState(productId)
    expect([first.delivered.length, first.waiting.length]).toEqual([20, 10])
    expect((await goodsOf(first.delivered)).sort()).toEqual(keysOf(0, 20))
    expect(first.waiting.every((order) => order.paid_at !== null)).toBe(true)

    expect(await stockUp(productId, keysOf(20, 15))).toMatchObject({ added: 15, deliveredOrders: 10 })
    const second = await byState(productId)
    expect(second.delivered).toHaveLength(30)
    expect(new Set(await goodsOf(second.delivered)).size).toBe(30)
    expect(await runDueJobs(shop, HANDLERS)).toBe(30)
  })

  it('hands over all keys of an order or none of them', async () => {
    const productId = await trade.addProduct({ deliveryKind: 'keys' }, keysOf(0, 5))
    const [big, small] = [
      await trade.order(productId, { quantity: 4 }),
      await trade.order(productId, { quantity: 3 }),
    ]
    await Promise.all([trade.pay(big), trade.pay(small)])
    const states = await byState(productId)
    const [served] = states.delivered
    const [waiting] = states.waiting
    expect(await goodsOf([served!])).toHaveLength(served!.quantity)
    const { total } = await listStock(shop, productId, { state: 'free', page: 1, size: 9 })
    expect(total).toBe(5 - served!.quantity)
    expect(await findGoods(shop, waiting!)).toBeUndefined()

    await stockUp(productId, keysOf(5, 2))
    expect(await goodsOf([await trade.read(waiting!.id)])).toHaveLength(waiting!.quantity)
  })

  it('gives back what an order took when somebody else takes one of its keys at the same moment', async () => {
    const productId = await trade.addProduct({ deliveryKind: 'keys' }, keysOf(0, 3))
    const order = await trade.order(productId, { quantity: 3 })
    let taken = (): void => undefined
    const tookOne = new Promise<void>((resolve) => (taken = resolve))
    const other = shop.database.transaction(async (trx) => {
      await trx
        .updateTable('stock_items')
        .set({ order_id: 'another-order' })
        .where('product_id', '=', productId)
        .where('content', '=', 'KEY-001')
        .execute()
      taken()
      await sleep(300) // the payment below waits for this row, or for this transaction
    })
    await tookOne
    await Promise.all([trade.pay(order), other])
    expect((await trade.read(order.id)).state).toBe('paid_waiting_stock')
    expect((await listStock(shop, productId, { state: 'free', page: 1, size: 9 })).total).toBe(2)
  })

  it('delivers a waiting order once when many processes find the new stock', async () => {
    const productId = await trade.addProduct({ deliveryKind: 'keys' }, ['A'])
    const orders = [await trade.order(productId), await trade.order(productId)]
    for (const order of orders) await trade.pay(order)
    await shop.db
      .insertInto('stock_items')
      .values(
        ['B', 'C'].map((key, position) => ({
          id: `${productId.slice(1)}${key}`,
          product_id: productId,
          batch_id: 'batch',
          position,
          content: key,
          content_hash: key,
          order_id: null,
          created_at: shop.now(),
          assigned_at: null,
          voided_at: null,
        })),
      )
      .execute()
    const delivered = await Promise.all(Array.from({ length: 5 }, () => deliverWaiting(shop, productId)))
    expect(delivered.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect((await listStock(shop, productId, { state: 'free', page: 1, size: 9 })).total).toBe(1)
  })

  it('never hands out a key that was taken out of stock', async () => {
    const productId = await trade.addProduct({ deliveryKind: 'keys' }, ['GOOD', 'BAD'])
    const { items } = await listStock(shop, productId, { page: 1, size: 9 })
    const bad = items.find(({ content }) => content === 'BAD')!
    const orders = [await trade.order(productId), await trade.order(productId)]
    expect(await voidStock(shop, productId, { itemIds: [bad.id] }, SELLER)).toBe(1)
    for (const order of orders) await trade.pay(order)
    const states = await byState(productId)
    expect(await goodsOf(states.delivered)).toEqual(['GOOD'])
    expect(states.waiting).toHaveLength(1)
  })

  it('keeps a sold key sold when someone tries to take it out of stock', async () => {
    const productId = await trade.addProduct({ deliveryKind: 'keys' }, ['ONLY'])
    const order = await trade.order(productId)
    await trade.pay(order)
    const [item] = (await listStock(shop, productId, { page: 1, size: 9 })).items
    expect(await voidStock(shop, productId, { itemIds: [item!.id] }, SELLER)).toBe(0)
    expect(await goodsOf([await trade.read(order.id)])).toEqual(['ONLY'])
  })

  it('is imported once, however often and by however many at once; each line is counted once', async () => {
    const productId = await trade.addProduct({ deliveryKind: 'keys' }, ['SOLD', 'OLD'])
    await trade.pay(await trade.order(productId))
    const text = ['SOLD', 'OLD', 'NEW', ' NEW ', '', '   ', 'NEW2'].join('\r\n')
    const dry = await importStock(shop, productId, text, { dryRun: true, actor: SELLER })
    expect(dry).toMatchObject({
      added: 2,
      twiceInText: 1,
      alreadyInStock: 1,
      alreadySold: 1,
      empty: 2,
      batchId: null,
    })
    const imports = await Promise.all(
      [1, 2, 3].map(() => importStock(shop, productId, text, { dryRun: false, actor: SELLER })),
    )
    expect(imports.reduce((sum, one) => sum + one.added, 0)).toBe(2)
    for (const one of imports) {
      const { added, twiceInText, alreadyInStock, alreadySold, empty } = one
      expect(added + twiceInText + alreadyInStock + alreadySold + empty).toBe(7)
    }
    expect((await listStock(shop, productId, { page: 1, size: 9 })).total).toBe(4)
  })
})

describeOnEngines('handing over', (engine) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await openTestShop(engine)
    trade = await openTrade(shop)
  })
  afterAll(() => shop.close())

  it('keeps what was handed over when the product changes afterwards', async () => {
    const productId = await trade.addProduct({ sharedText: 'the link of May' })
    const order = await trade.order(productId)
    await trade.pay(order)
    const product = await shop.db
      .selectFrom('products')
      .selectAll()
      .where('id', '=', productId)
      .executeTakeFirstOrThrow()
    const input = {
      name: 'x',
      description: '',
      purchaseNote: '',
      priceCents: product.price_cents,
      maxQuantity: 1,
    }
    const rest = { lowStock: 0, sort: 0, onSale: true, unlisted: false } as const
    const changed = { ...input, ...rest, deliveryKind: 'shared' as const, sharedText: 'the link of June' }
    await changeProduct(shop, productId, changed, SELLER)
    expect(await findGoods(shop, await trade.read(order.id))).toEqual(['the link of May'])
  })

  it('leaves a manual order with the seller, who hands it over once', async () => {
    const order = await trade.order(await trade.addProduct({ deliveryKind: 'manual' }))
    await expect(deliverByHand(shop, order.id, 'early', SELLER)).rejects.toMatchObject({
      code: 'wrong_state',
    })
    await trade.pay(order)
    expect((await trade.read(order.id)).state).toBe('paid')
    await expect(deliverByHand(shop, order.id, ' \n', SELLER)).rejects.toMatchObject({ code: 'bad_input' })
    const twice = await Promise.allSettled(
      ['your account', 'another one'].map((text) => deliverByHand(shop, order.id, text, SELLER)),
    )
    expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await findGoods(shop, await trade.read(order.id))).toHaveLength(1)
    await expect(deliverByHand(shop, order.id, 'again', SELLER)).rejects.toMatchObject({
      code: 'wrong_state',
    })
  })
})
