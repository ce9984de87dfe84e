/**
 * What merchants' sites heard, against what happened. Lost: a paid order of which the site never took the news, or
 * news that is marked as taken and never was. Double: one piece of news under two numbers, or heard again while or
 * after it was taken, though nothing broke in between. Wrong: unsigned, changed on the way, of another's order, or not true.
 */
import type { Kysely } from 'kysely'
import type { CallbackRow, Database, OrderRow } from '../../sql/schema.ts'
import { groupBy } from '../support/invariant-rows.ts'
import type { Ledger } from './ledger.ts'
import type { Hearing, MerchantSite } from './merchant-site.ts'

export interface News {
  readonly taken: number
  readonly lost: readonly string[]
  readonly double: readonly string[]
  readonly wrong: readonly string[]
}

/** @param settled nothing is on its way any more. */
export async function judgeCallbacks(
  db: Kysely<Database>,
  { sites, breaks }: Ledger,
  settled: boolean,
): Promise<News> {
  if (sites.length === 0) return { taken: 0, lost: [], double: [], wrong: [] }
  const callbacks = await db.selectFrom('callbacks').selectAll().execute()
  const orders = await db.selectFrom('orders').selectAll().where('merchant_id', 'is not', null).execute()
  const rows = new Map(callbacks.map((row) => [row.id, row]))
  const paid = new Map(orders.filter((order) => order.paid_at !== null).map((order) => [order.id, order]))
  const each = <T>(tell: (site: MerchantSite) => Iterable<T>) => sites.flatMap((site) => [...tell(site)])
  return {
    taken: sites.reduce((sum, { heard }) => sum + heard.filter(isTaken).length, 0),
    lost: settled ? each((site) => findLost(site, paid, callbacks)) : [],
    double: each((site) => findDouble(site, breaks)),
    wrong: each((site) => findWrong(site, rows, paid)),
  }
}

function isTaken({ answer }: Hearing): boolean {
  return answer !== null && answer.status >= 200 && answer.status <= 299
}

function isOfPayment({ event }: Hearing): boolean {
  return event === 'order.paid' || event === 'order.paid_late'
}

function* findLost(
  site: MerchantSite,
  paid: ReadonlyMap<string, OrderRow>,
  callbacks: readonly CallbackRow[],
): Generator<string> {
  const taken = site.heard.filter(isTaken)
  for (const id of site.orders)
    if (paid.has(id) && !taken.some((one) => one.orderId === id && isOfPayment(one)))
      yield `order ${id} was paid and ${site.hostPort} was not told`
  for (const { id, order_id: orderId, delivered_at: at } of callbacks)
    if (at !== null && site.orders.has(orderId ?? '') && !taken.some((one) => one.id === id))
      yield `callback ${id} of order ${orderId} is marked as taken and never was`
}

export function* findDouble(
  site: Pick<MerchantSite, 'hostPort' | 'heard'>,
  breaks: readonly number[],
): Generator<string> {
  for (const [news, hearings] of groupBy(site.heard, ({ orderId, event }) => `${event} of ${orderId}`)) {
    const ids = new Set(hearings.map(({ id }) => id))
    if (ids.size > 1) yield `${site.hostPort} heard ${news} under ${ids.size} numbers`
    const atOnce = hearings.filter((one, at) =>
      hearings.slice(0, at).some((before) => isMeanwhile(one, before, breaks)),
    )
    if (atOnce.length > 0)
      yield `${site.hostPort} heard ${news} ${atOnce.length} times more while it was taking it`
    const first = hearings.find(isTaken)?.answer?.at
    if (first === undefined) continue
    const again = hearings.filter(({ at }) => at > first)
    const excused = breaks.filter((at) => at >= first && at <= (again.at(-1)?.at ?? 0))
    if (again.length > excused.length)
      yield `${site.hostPort} heard ${news} ${again.length} times more after it had taken it, over ${excused.length} breaks`
  }
}

/** How long the till waits for an answer; after that it may call again. */
const CALL_MS = 10_000

/** It began while one before it was under way, which the till had every reason to wait for. */
function isMeanwhile({ id, at }: Hearing, before: Hearing, breaks: readonly number[]): boolean {
  const taken = isTaken(before) ? before.answer : null
  if (taken === null || before.id !== id || taken.at - before.at >= CALL_MS) return false
  return at <= taken.at && !breaks.some((one) => one >= before.at && one <= at)
}

function* findWrong(
  site: MerchantSite,
  rows: ReadonlyMap<string, CallbackRow>,
  paid: ReadonlyMap<string, OrderRow>,
): Generator<string> {
  const bodies = new Map<string, string>()
  for (const hearing of site.heard) {
    const { id, event, orderId, body } = hearing
    const row = rows.get(id)
    if (!hearing.isSigned) yield `${site.hostPort} heard ${event} of ${orderId} without a right signature`
    if (row?.order_id !== orderId || row.event !== event)
      yield `${site.hostPort} heard ${event} of ${orderId}, which ${id} is not`
    if (!site.orders.has(orderId) && paid.has(orderId))
      yield `${site.hostPort} heard ${event} of ${orderId}, which it never asked for`
    if (isOfPayment(hearing) && !paid.has(orderId)) yield `${site.hostPort} heard that ${orderId} was paid`
    if ((bodies.get(id) ?? body) !== body) yield `${site.hostPort} heard ${id} in two wordings`
    bodies.set(id, body)
  }
}
