/** Compares what the outside world was told with the rows, once everything has settled. */
import type { Kysely } from 'kysely'
import type { Database, OrderRow, PaymentRow } from '../../sql/schema.ts'
import { checkInvariants } from '../support/invariants.ts'
import { groupBy } from '../support/invariant-rows.ts'
import type { Holding } from '../support/invariant-slots.ts'
import type { CaughtLetter } from '../support/mail-catcher.ts'
import { judgeCallbacks } from './judge-callbacks.ts'
import { acceptedPushes, type Ledger } from './ledger.ts'

export interface Verdict {
  readonly acknowledged: number
  /** Told, and not there. */
  readonly lost: readonly string[]
  /** There twice where once was told. */
  readonly double: readonly string[]
  /** Given to another than it was meant for, or against a rule. */
  readonly wrong: readonly string[]
}

interface Facts {
  readonly ledger: Ledger
  readonly orders: ReadonlyMap<string, OrderRow>
  readonly payments: readonly PaymentRow[]
  /** Contents of the keys of an order. */
  readonly keys: ReadonlyMap<string, readonly string[]>
  /** By address of the receiver. */
  readonly letters: ReadonlyMap<string, readonly CaughtLetter[]>
}

/** Asked while nothing is being written. @param letters undefined while some may still be on their way. */
export async function judge(
  db: Kysely<Database>,
  ledger: Ledger,
  letters: readonly CaughtLetter[] | undefined,
  holding: Holding,
): Promise<Verdict> {
  const facts = await readFacts(db, ledger, letters ?? [])
  const news = await judgeCallbacks(db, ledger, letters !== undefined)
  return {
    acknowledged: ledger.orders.size + acceptedPushes(ledger).length + ledger.seen.size + news.taken,
    lost: [...findLost(facts), ...(letters ? findLostLetters(facts) : []), ...news.lost],
    double: [...findDouble(facts), ...news.double],
    wrong: [...findWrong(facts), ...news.wrong, ...(await checkInvariants(db, holding))],
  }
}

async function readFacts(
  db: Kysely<Database>,
  ledger: Ledger,
  letters: readonly CaughtLetter[],
): Promise<Facts> {
  const orders = await db.selectFrom('orders').selectAll().execute()
  const keys = await db
    .selectFrom('stock_items')
    .select(['order_id', 'content'])
    .where('order_id', 'is not', null)
    .execute()
  const own = groupBy(keys, (key) => key.order_id ?? '')
  return {
    ledger,
    orders: new Map(orders.map((order) => [order.id, order])),
    payments: await db.selectFrom('payments').selectAll().execute(),
    keys: new Map(Array.from(own, ([id, items]) => [id, items.map(({ content }) => content)])),
    letters: groupBy(letters, (letter) => letter.to.join()),
  }
}

function* findLost({ ledger, orders, payments, keys }: Facts): Generator<string> {
  for (const placed of ledger.orders.values()) {
    const order = orders.get(placed.id)
    if (!order) yield `order ${placed.id} was answered with 201 and is gone`
    else if (order.due_cents !== placed.dueCents || order.channel !== placed.channel)
      yield `order ${placed.id} was told to pay ${placed.dueCents} and is ${order.due_cents} of ${order.channel}`
  }
  const rows = new Map(payments.map((payment) => [payment.address, payment]))
  for (const push of acceptedPushes(ledger)) {
    const row = rows.get(push.address)
    if (!row || row.raw_price !== push.price || row.raw_type !== push.type)
      yield `push ${push.address} of ${push.price} was answered "${push.answer?.msg}" and has no row`
    else if (push.answer?.msg === '收款处理成功!' && row.settles_order_id !== push.orderId)
      yield `push ${push.address} was said to have paid ${push.orderId} and settles ${row.settles_order_id}`
  }
  for (const [id, seen] of ledger.seen)
    for (const key of seen)
      if (!keys.get(id)?.includes(key)) yield `order ${id} was shown ${key}, which is not its key`
}

/** Every delivered order has its letter, and every copy of it has all of the goods. */
function* findLostLetters({ orders, keys, letters }: Facts): Generator<string> {
  for (const order of orders.values()) {
    if (order.state !== 'delivered') continue
    const mine = letters.get(order.email) ?? []
    if (mine.length === 0) yield `order ${order.id} was delivered and no letter came`
    for (const key of keys.get(order.id) ?? [])
      if (mine.some(({ text }) => !text.includes(key)))
        yield `a letter of order ${order.id} is without ${key}`
  }
}

function* findDouble({ ledger, payments, letters }: Facts): Generator<string> {
  const sent = new Set(ledger.pushes.map((push) => push.address))
  for (const [address, rows] of groupBy(payments, (payment) => payment.address)) {
    if (rows.length > 1) yield `push ${address} was recorded ${rows.length} times`
    if (!sent.has(address)) yield `payment ${rows[0]?.id} was recorded and never sent`
  }
  for (const [email, mine] of letters) {
    const ids = new Set(mine.map(({ messageId }) => messageId))
    if (ids.size > 1) yield `${email} got letters with ${ids.size} different Message-IDs`
  }
  const owners = new Map<string, string>()
  for (const [id, seen] of ledger.seen)
    for (const key of seen) {
      const other = owners.get(key)
      if (other !== undefined) yield `${key} was shown to ${id} and to ${other}`
      owners.set(key, id)
    }
}

/** What a busy machine may need to take up a notice. */
const LATEST_MS = 3_000

/** Money pays the order whose buyer paid, or waits for the seller; it never pays another's. */
function* findWrong({ ledger, payments }: Facts): Generator<string> {
  const pushes = new Map(ledger.pushes.map((push) => [push.address, push]))
  for (const { address, match_kind: match, order_id: got, received_at: at } of payments) {
    const push = pushes.get(address)
    if (got !== null && got !== push?.orderId)
      yield `push ${address} for ${push?.orderId} became ${match} of ${got}`
    if (push?.answer?.msg === '收款已记录' && Math.abs(at - push.sentAt) > LATEST_MS)
      yield `push ${address} came without a database, and is noted ${at - push.sentAt} ms after it was sent`
  }
}
