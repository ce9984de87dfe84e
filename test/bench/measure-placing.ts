/** Placing orders: each by a buyer of their own, from an address of their own. */
import { placeOrder } from '../../core/place-order.ts'
import type { Shop } from '../../core/shop.ts'
import { openBare, writeDown, type Statement } from './bare.ts'
import type { Bench } from './bench.ts'
import { orderRequest, wishFor } from './buyers.ts'
import type { Figure } from './figures.ts'
import { openLines, type Line } from './http-line.ts'
import { medians, rateOf } from './load.ts'
import { POOL } from './stand.ts'

const BUYERS = 32

export async function measurePlacing(bench: Bench): Promise<Figure[]> {
  const { size, stand, till, databaseUrl } = bench
  const { shop, roomIds } = stand
  const lines = await openLines(till.url, BUYERS)
  const place = async (line: Line, turn: number) => {
    const { status, body } = await line.ask(orderRequest(roomIds[turn % roomIds.length] ?? ''))
    if (status !== 201) throw new Error(`An order was answered ${status}: ${body}`)
  }
  await stand.freeRoom()
  await rateOf(roomIds.length, lines, place) // the till gets to know each pool

  await stand.freeRoom()
  const { scripts, orderIds } = await writeDownOrders(shop, roomIds, size.scripts)
  const statements = scripts.reduce((sum, script) => sum + script.length, 0) / scripts.length
  const bare = await openBare(shop.database.engine, databaseUrl)
  const { ours, raw } = await medians(size, {
    async ours() {
      await stand.freeRoom()
      return rateOf(roomIds.length * (POOL - 1), lines, place)
    },
    async raw() {
      await stand.freeRoom()
      await deleteOrders(shop, orderIds)
      return rateOf(scripts.length, bare.connections, (one, turn) => one.say(scripts[turn] ?? []))
    },
  })
  await bare.close()
  await stand.freeRoom()
  for (const line of lines) line.close()
  const title = `its ${statements.toFixed(1)} statements one by one through the bare driver`
  return [{ title: 'orders placed', unit: '/s', value: ours, raw: { title, value: raw }, goal: '≥ 0.5' }]
}

/** One after another, so that each order's statements are its own. */
async function writeDownOrders(shop: Shop, productIds: readonly string[], count: number) {
  const scripts: Statement[][] = []
  const orderIds: string[] = []
  for (const productId of productIds) await placeOrder(shop, wishFor(productId)) // this process too
  for (let turn = 0; turn < count; turn += 1) {
    const wish = wishFor(productIds[turn % productIds.length] ?? '')
    const script = await writeDown(async () => {
      const { order } = await placeOrder(shop, wish)
      orderIds.push(order.id)
    })
    scripts.push(script)
  }
  return { scripts, orderIds }
}

async function deleteOrders(shop: Shop, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += 500) {
    const some = ids.slice(from, from + 500)
    await shop.db.deleteFrom('order_events').where('order_id', 'in', some).execute()
    await shop.db.deleteFrom('orders').where('id', 'in', some).execute()
  }
}
