import { afterAll, beforeAll, expect, it } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { openTwoTills, waitUntil, type Bought, type TwoTills } from './two-tills.ts'

/** Amounts of one price. */
const POOL = 11

/** So short that amounts come free and are given again while the next crowd arrives. */
const TIMING = { ORDER_TTL_S: 1, LATE_ACCEPT_S: 1, SLOT_HOLD_S: 1, SLOT_COOL_S: 1 }

let shop: TwoTills
beforeAll(async () => {
  shop = await openTwoTills(TIMING)
})
afterAll(() => shop.close())

it('gives no amount to two orders while 64 at a time ask for one price and others expire or are paid', async () => {
  const productId = await shop.seller.addProduct({ priceCents: 100 })
  const bought: Bought[] = []
  for (let crowd = 0; crowd < 8; crowd += 1) {
    const asked = await Promise.all(Array.from({ length: 64 }, () => shop.buy(productId)))
    const placed = asked.filter((one) => one !== undefined)
    bought.push(...placed)
    await Promise.all(placed.slice(0, 3).map((one, at) => shop.push(at % 2 === 0 ? 0 : 1, one)))
    await sleep(400)
  }
  await shop.expectAllRules()
  const orders = await shop.readOrders()
  expect(orders.map(({ id }) => id).sort()).toEqual(bought.map(({ id }) => id).sort())
  expect(orders.length).toBeGreaterThan(2 * POOL) // amounts were given again
})

it('gives every amount of a pool, and one amount more at the very moment in which it comes free', async () => {
  const productId = await shop.seller.addProduct({ priceCents: 3_00 })
  const first = await shop.buyAll(productId)
  expect(first.map(({ dueCents }) => dueCents).sort((a, b) => a - b)).toEqual(
    [...Array(POOL).keys()].map((at) => 2_90 + at),
  )
  await waitUntil(Math.min(...first.map(({ expiresAt }) => expiresAt)) + TIMING.SLOT_HOLD_S * 1000)
  const again: (Bought | undefined)[] = []
  for (let wave = 0; wave < 40; wave += 1) {
    again.push(...(await Promise.all([shop.buy(productId), shop.buy(productId), shop.buy(productId)])))
    await sleep(10)
  }
  expect(again.filter((one) => one !== undefined).length).toBeGreaterThanOrEqual(POOL)
  await shop.expectAllRules()
})
