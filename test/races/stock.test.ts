import { afterAll, beforeAll, expect, it } from 'vitest'
import { importStock } from '../../api/contract/index.ts'
import { get } from '../support/client.ts'
import { openTwoTills, type TwoTills } from './two-tills.ts'

const ORDERS = 30

let shop: TwoTills
let priceCents = 0
beforeAll(async () => {
  shop = await openTwoTills({ SLOT_DEPTH: ORDERS - 1 })
})
afterAll(() => shop.close())

const keys = (from: number, count: number) => Array.from({ length: count }, (_, at) => `KEY-${from + at}`)

function importAt(which: 0 | 1, productId: string, lines: readonly string[]) {
  const body = { text: lines.join('\n'), dryRun: false }
  return get(shop.urls[which], importStock, {
    headers: shop.seller.headers,
    params: { id: productId },
    body,
  })
}

async function countStates(productId: string): Promise<Record<string, number>> {
  const orders = (await shop.readOrders()).filter(({ product_id }) => product_id === productId)
  const counts: Record<string, number> = {}
  for (const { state } of orders) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

/** Thirty orders that are paid at once, through both processes, for twenty keys. */
async function payThirtyForTwenty(during: (productId: string) => Promise<unknown>): Promise<string> {
  priceCents += 5_00
  const productId = await shop.seller.addProduct({ priceCents, deliveryKind: 'keys' })
  await shop.seller.importKeys(productId, keys(0, 20))
  const bought = await shop.buyAll(productId)
  const pushes = bought.map((one, at) => shop.push(at % 2 === 0 ? 0 : 1, one))
  await Promise.all([...pushes, during(productId)])
  return productId
}

it('hands 20 keys to 20 of 30 orders that are paid at once, and what is imported then to the others', async () => {
  const productId = await payThirtyForTwenty(async () => undefined)
  expect(await countStates(productId)).toEqual({ delivered: 20, paid_waiting_stock: 10 })
  await shop.expectAllRules()
  expect(await importAt(1, productId, keys(20, 4))).toMatchObject({ added: 4, deliveredOrders: 4 })
  expect(await countStates(productId)).toEqual({ delivered: 24, paid_waiting_stock: 6 })
  await shop.expectAllRules()
})

it('hands every key out once when both processes import the same keys while the orders are paid', async () => {
  const productId = await payThirtyForTwenty((id) =>
    Promise.all([importAt(0, id, keys(20, 15)), importAt(1, id, keys(25, 15))]),
  )
  await importAt(0, productId, keys(40, 1)) // whoever was paid behind the back of the imports
  expect(await countStates(productId)).toEqual({ delivered: ORDERS })
  await shop.expectAllRules()
  const items = await shop.db.kysely
    .selectFrom('stock_items')
    .select(['content', 'order_id'])
    .where('product_id', '=', productId)
    .execute()
  expect(items.map(({ content }) => content).sort()).toEqual(keys(0, 41).sort())
  expect(items.filter(({ order_id }) => order_id !== null)).toHaveLength(ORDERS)
})
