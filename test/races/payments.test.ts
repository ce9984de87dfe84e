import { afterAll, beforeAll, expect, it } from 'vitest'
import { cancelOrder, changeChannel, markPaid } from '../../api/contract/index.ts'
import { ask } from '../support/client.ts'
import { openTwoTills, type Bought, type TwoTills } from './two-tills.ts'

const ROUNDS = [1, 2, 3]

let shop: TwoTills
let priceCents = 0
beforeAll(async () => {
  shop = await openTwoTills()
})
afterAll(() => shop.close())

async function buyAll(): Promise<Bought[]> {
  priceCents += 1_00
  return shop.buyAll(await shop.seller.addProduct({ priceCents }))
}

/** Both acts at the same moment, whichever process comes first, on every order of a pool. */
async function race(bought: readonly Bought[], act: (one: Bought, url: string) => Promise<unknown>) {
  await Promise.all(
    bought.flatMap((one, at) => {
      const pushed = () => shop.push(at % 2 === 0 ? 0 : 1, one)
      const acted = () => act(one, shop.urls[at % 2 === 0 ? 1 : 0])
      return at % 3 === 0 ? [pushed(), acted()] : [acted(), pushed()]
    }),
  )
}

async function outcomesOf(bought: readonly Bought[]) {
  const ids = new Set(bought.map(({ id }) => id))
  const payments = (await shop.readPayments()).filter(({ order_id }) => ids.has(order_id ?? ''))
  const orders = (await shop.readOrders()).filter(({ id }) => ids.has(id))
  return orders.map((order) => {
    const matches = payments.filter(({ order_id }) => order_id === order.id).map((one) => one.match_kind)
    return `${order.state} ${order.paid_by} ${matches.join('+')}`
  })
}

it('pays an order once when 200 pushes of its money come to both processes at once', async () => {
  const [one] = await buyAll()
  if (!one) throw new Error('Nothing was bought')
  await Promise.all(Array.from({ length: 200 }, (_, at) => shop.push(at % 2 === 0 ? 0 : 1, one)))
  const matches = (await shop.readPayments()).filter(({ order_id }) => order_id === one.id)
  expect(matches.filter(({ match_kind }) => match_kind === 'matched')).toHaveLength(1)
  expect(matches.filter(({ match_kind }) => match_kind === 'surplus')).toHaveLength(199)
  await shop.expectAllRules()
})

it.each(ROUNDS)('pays once when the seller marks it and the push comes (round %i)', async () => {
  const bought = await buyAll()
  const call = { headers: shop.seller.headers, body: { reason: 'seen' } }
  await race(bought, (one, url) => ask(url, markPaid, { ...call, params: { id: one.id } }).then(mustBe(200)))
  for (const outcome of await outcomesOf(bought))
    expect(['delivered matched matched', 'delivered marked surplus']).toContain(outcome)
  await shop.expectAllRules()
})

it.each(ROUNDS)('is cancelled or paid, never both, when both come at once (round %i)', async () => {
  const bought = await buyAll()
  await race(bought, (one, url) =>
    ask(url, cancelOrder, { headers: one.headers, params: { id: one.id } }).then(mustBe(200, 409)),
  )
  for (const outcome of await outcomesOf(bought))
    expect(['delivered matched matched', 'cancelled null suggested']).toContain(outcome)
  await shop.expectAllRules()
})

it.each(ROUNDS)('is paid on the first amount though its channel changes (round %i)', async () => {
  const bought = await buyAll()
  await race(bought, (one, url) => {
    const body = { channel: 'wechat' as const }
    return ask(url, changeChannel, { headers: one.headers, params: { id: one.id }, body }).then(
      mustBe(200, 409),
    )
  })
  for (const outcome of await outcomesOf(bought)) expect(outcome).toBe('delivered matched matched')
  await shop.expectAllRules()
})

function mustBe(...statuses: number[]): (answer: { status: number }) => void {
  return ({ status }) => expect(statuses).toContain(status)
}
