import { afterAll, beforeAll, expect, it } from 'vitest'
import { extendOrder } from '../../api/contract/index.ts'
import { ask } from '../support/client.ts'
import { until } from '../support/until.ts'
import { openTwoTills, waitUntil, type Bought, type TwoTills } from './two-tills.ts'

const ROUNDS = [1, 2, 3]

/** Between two beats of a process's clock. */
const BEAT_MS = 1_000

let shop: TwoTills
let priceCents = 0
beforeAll(async () => {
  shop = await openTwoTills({ ORDER_TTL_S: 2 })
})
afterAll(() => shop.close())

async function buyAll(): Promise<Bought[]> {
  priceCents += 1_00
  return shop.buyAll(await shop.seller.addProduct({ priceCents }))
}

const ordersOf = async (bought: readonly Bought[]) => {
  const ids = new Set(bought.map(({ id }) => id))
  return (await shop.readOrders()).filter(({ id }) => ids.has(id))
}

it.each(ROUNDS)('pays every order whose money comes while it expires (round %i)', async () => {
  const bought = await buyAll()
  await Promise.all(
    bought.map(async (one, at) => {
      await waitUntil(one.expiresAt + (at * BEAT_MS) / bought.length - 20)
      await shop.push(at % 2 === 0 ? 0 : 1, one)
    }),
  )
  const orders = await ordersOf(bought)
  expect(orders.map(({ state }) => state)).toEqual(bought.map(() => 'delivered'))
  await shop.expectAllRules()
})

it.each(ROUNDS)(
  'expires or has more time, never both, when that is asked for at the end (round %i)',
  async () => {
    const bought = await buyAll()
    const answers = await Promise.all(
      bought.map(async (one, at) => {
        await waitUntil(one.expiresAt - 6 + at)
        const call = { headers: one.headers, params: { id: one.id } }
        const { status } = await ask(shop.urls[at % 2 === 0 ? 0 : 1], extendOrder, call)
        return { id: one.id, status }
      }),
    )
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
    const refused = bought.filter(({ id }) => answers.some((one) => one.id === id && one.status === 409))
    await until(
      async () => (await ordersOf(refused)).every(({ state }) => state === 'expired'),
      'the orders without more time to expire',
    )
    for (const order of await ordersOf(bought))
      expect(order.extended_at !== null).toBe(!refused.some(({ id }) => id === order.id))
    await shop.expectAllRules()
  },
)
