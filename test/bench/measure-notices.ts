/** Money that arrives: from the phone's report to the answer, which comes after the commit. */
import { nanoid } from 'nanoid'
import { formatYuan, cents } from '../../core/money.ts'
import { recordPayment } from '../../core/payments.ts'
import type { Shop } from '../../core/shop.ts'
import { signListener } from '../support/listener.ts'
import { openBare, writeDown, type Statement } from './bare.ts'
import type { Bench } from './bench.ts'
import type { Figure } from './figures.ts'
import { openLines, requestText, type Line } from './http-line.ts'
import { latencies, medians, quantile, rateOf } from './load.ts'
import type { LaidOrder, Stand } from './stand.ts'

const PHONES = 32
const PACE = 100

export async function measureNotices(bench: Bench): Promise<Figure[]> {
  const { size, stand, till, secret, databaseUrl } = bench
  const lines = await openLines(till.url, PHONES)
  const push = (orders: readonly LaidOrder[]) => (line: Line, turn: number) =>
    pushMoney(line, orders[turn], secret)

  await rateOf(size.pushes, lines, push(await stand.layOrders(size.pushes)))
  await stand.dropJobs()
  const paced = await stand.layOrders((PACE * size.paceMs) / 1000)
  const took = await latencies(PACE, size.paceMs, lines, push(paced))
  await stand.dropJobs()

  const { scripts, undo } = await writeDownPayments(stand, Math.min(size.scripts, size.pushes))
  const statements = scripts.reduce((sum, script) => sum + script.length, 0) / scripts.length
  const bare = await openBare(stand.shop.database.engine, databaseUrl)
  const say = (one: (typeof bare.connections)[number], turn: number) => one.say(scripts[turn] ?? [])
  await undo()
  await rateOf(scripts.length, bare.connections, say)
  await undo()
  const pacedRaw = await latencies(PACE, (scripts.length * 1000) / PACE, bare.connections, say)
  const { ours, raw } = await medians(size, {
    async ours() {
      const orders = await stand.layOrders(size.pushes)
      const rate = await rateOf(orders.length, lines, push(orders))
      await stand.dropJobs()
      return rate
    },
    async raw() {
      await undo()
      return rateOf(scripts.length, bare.connections, say)
    },
  })
  await undo()
  await bare.close()
  for (const line of lines) line.close()

  const title = `its ${statements.toFixed(1)} statements one by one through the bare driver`
  const rawAt = (share: number) => ({ title, value: quantile(share, pacedRaw) })
  return [
    {
      title: `notice to answer, median at ${PACE}/s`,
      unit: 'ms',
      value: quantile(0.5, took),
      raw: rawAt(0.5),
    },
    {
      title: `notice to answer, p99 at ${PACE}/s`,
      unit: 'ms',
      value: quantile(0.99, took),
      raw: rawAt(0.99),
      limit: 50,
    },
    { title: 'notices that pay an order', unit: '/s', value: ours, raw: { title, value: raw } },
  ]
}

export async function pushMoney(line: Line, order: LaidOrder | undefined, secret: string): Promise<void> {
  const price = formatYuan(cents(order?.dueCents ?? 0))
  const query = new URLSearchParams({ price, type: 'alipay', sign: signListener(`${price}alipay`, secret) })
  const { body } = await line.ask(requestText('GET', `/addons/pay/api/notify?${query}`))
  if (!body.startsWith('{"code":1,')) throw new Error(`A notice was answered ${body}`)
}

/** Each payment's statements are its own; `undo` makes the same payments possible again. */
async function writeDownPayments(stand: Stand, count: number) {
  const { shop, accountId, listenerId } = stand
  const orders = await stand.layOrders(count)
  const held = await shop.db
    .selectFrom('amount_slots')
    .select('held_until')
    .where('account_id', '=', accountId)
    .where('amount_cents', '=', orders[0]?.dueCents ?? 0)
    .executeTakeFirstOrThrow()
  const scripts: Statement[][] = []
  for (const { dueCents } of orders) {
    const money = { accountId, channel: 'alipay', amountCents: dueCents } as const
    const notice = {
      paymentId: nanoid(),
      listenerId,
      rawPrice: '1.00',
      rawType: 'alipay',
      address: '::1',
      money,
    }
    scripts.push(await writeDown(() => recordPayment(shop, notice)))
  }
  const ids = orders.map((order) => order.id)
  return { scripts, undo: () => undoPayments(shop, ids, held.held_until) }
}

async function undoPayments(shop: Shop, orderIds: readonly string[], heldUntil: number): Promise<void> {
  for (let from = 0; from < orderIds.length; from += 500) {
    const some = orderIds.slice(from, from + 500)
    await shop.db.deleteFrom('payments').where('order_id', 'in', some).execute()
    await shop.db.deleteFrom('jobs').where('order_id', 'in', some).execute()
    await shop.db.deleteFrom('order_events').where('order_id', 'in', some).execute()
    await shop.db
      .updateTable('orders')
      .set({ state: 'pending', paid_at: null, paid_by: null, delivered_at: null, delivered_text: null })
      .where('id', 'in', some)
      .execute()
    await shop.db
      .updateTable('amount_slots')
      .set({ held_until: heldUntil })
      .where('order_id', 'in', some)
      .execute()
  }
}
