/** Asking how an order stands, which open pages do most of all. */
import type { Bench } from './bench.ts'
import type { Figure } from './figures.ts'
import { openLines, requestText, type Line } from './http-line.ts'
import { medians, rateWithin } from './load.ts'
import { startBaseline } from './servers.ts'
import type { LaidOrder } from './stand.ts'

const PAGES = 50
const ORDERS = 200

export async function measureStatus({ size, stand, till }: Bench): Promise<Figure[]> {
  const baseline = await startBaseline() // the one that has held thousands of streams is slower
  const orders = await stand.layOrders(ORDERS)
  const lines = await openLines(till.url, PAGES)
  const rawLines = await openLines(baseline.url, PAGES)
  const plain = orders.map((order) => statusRequest(order))
  const known: string[] = []
  for (const order of orders) known.push(statusRequest(order, await tagOf(lines[0], order)))

  const ask = (requests: readonly string[], status: number) => async (line: Line, turn: number) => {
    const answer = await line.ask(requests[turn % requests.length] ?? '')
    if (answer.status !== status) throw new Error(`Status answered ${answer.status}: ${answer.body}`)
  }
  const { raw, full, same } = await medians(size, {
    raw: () => rateWithin(size.roundMs, rawLines, ask(plain, 200)),
    full: () => rateWithin(size.roundMs, lines, ask(plain, 200)),
    same: () => rateWithin(size.roundMs, lines, ask(known, 304)),
  })
  for (const line of [...lines, ...rawLines]) line.close()
  await baseline.stop()

  const limit = { title: 'a constant from Koa and its router', value: raw }
  return [
    { title: 'status of an order', unit: '/s', value: full, raw: limit, goal: '≥ 0.4' },
    { title: 'the same, unchanged (304)', unit: '/s', value: same, raw: limit, goal: '≥ 0.6' },
  ]
}

function statusRequest({ id, token }: LaidOrder, tag?: string): string {
  const headers = { 'X-Buyer-Token': token, ...(tag && { 'If-None-Match': tag }) }
  return requestText('GET', `/api/orders/${id}`, headers)
}

async function tagOf(line: Line | undefined, order: LaidOrder): Promise<string> {
  const answer = await line?.ask(statusRequest(order))
  return /\r\netag: (\S+)/i.exec(answer?.head ?? '')?.[1] ?? ''
}
