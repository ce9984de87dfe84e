/** I4, I5, I6: orders move forward only, and whoever is delivered has the goods. */
import type { OrderRow } from '../../sql/schema.ts'
import type { EventKind, OrderState } from '../../core/vocabulary.ts'
import { groupBy, type Rows } from './invariant-rows.ts'

const STEPS = ['placed', 'expired', 'cancelled', 'paid', 'waiting_stock', 'delivered'] as const
const BY_HAND = ['assigned', 'marked']

/**
 * The state is the furthest that the timeline tells, each step at most once. Their times are not compared: a
 * process may read the clock just before another one commits.
 */
export function* checkStates(rows: Rows): Generator<string> {
  for (const order of rows.orders.values()) {
    const kinds = (rows.events.get(order.id) ?? []).map(({ kind }) => kind)
    const has = (kind: EventKind) => (kind === 'expired' ? isExpired(kinds) : kinds.includes(kind))
    for (const step of STEPS) {
      const times = kinds.filter((kind) => kind === step).length
      const most = step === 'expired' ? 1 + reopenings(kinds) : 1
      if (times > most) yield `I5: order ${order.id} has ${times} events ${step}`
    }
    if (!has('placed')) yield `I5: order ${order.id} was never placed`
    if (has('expired') && has('cancelled')) yield `I5: order ${order.id} expired and was cancelled`
    if (!has('paid') && (has('waiting_stock') || has('delivered')))
      yield `I5: order ${order.id} has goods coming and was never paid`
    if (has('cancelled') && has('paid') && !BY_HAND.includes(order.paid_by ?? ''))
      yield `I5: the cancelled order ${order.id} was paid as ${order.paid_by}`
    if (order.state !== furthest(has)) yield `I5: order ${order.id} is ${order.state} after ${kinds.join()}`
    yield* checkColumns(order, has)
  }
}

function reopenings(kinds: readonly EventKind[]): number {
  return kinds.filter((kind) => kind === 'reopened').length
}

/** More often ended than asked for again. */
function isExpired(kinds: readonly EventKind[]): boolean {
  return kinds.filter((kind) => kind === 'expired').length > reopenings(kinds)
}

function furthest(has: (kind: EventKind) => boolean): OrderState {
  if (has('delivered')) return 'delivered'
  if (has('waiting_stock')) return 'paid_waiting_stock'
  if (has('paid')) return 'paid'
  if (has('cancelled')) return 'cancelled'
  return has('expired') ? 'expired' : 'pending'
}

function* checkColumns(order: OrderRow, has: (kind: EventKind) => boolean): Generator<string> {
  const columns = {
    expired: order.expired_at,
    cancelled: order.cancelled_at,
    paid: order.paid_at,
    delivered: order.delivered_at,
  } as const
  for (const kind of ['expired', 'cancelled', 'paid', 'delivered'] as const) {
    if (has(kind) !== (columns[kind] !== null))
      yield `I5: order ${order.id} is not ${kind} in both its row and its timeline`
  }
  if (order.expired_at !== null && order.expired_at < order.expires_at)
    yield `I5: order ${order.id} expired at ${order.expired_at}, before its end at ${order.expires_at}`
  if ((order.paid_at === null) !== (order.paid_by === null))
    yield `I5: order ${order.id} does not say how it was paid`
}

/** A key belongs to one order, which has all of its keys or none; what is delivered is also on its way by mail. */
export function* checkDeliveries(rows: Rows): Generator<string> {
  const keys = groupBy(
    rows.keys.filter((key) => key.order_id !== null),
    (key) => key.order_id ?? '',
  )
  for (const [orderId, own] of keys) {
    const order = rows.orders.get(orderId)
    if (!order || order.state !== 'delivered')
      yield `I4: ${own.length} keys belong to ${orderId}, not delivered`
    if (own.some((key) => key.voided_at !== null)) yield `I4: order ${orderId} has a voided key`
    if (own.some((key) => key.product_id !== order?.product_id))
      yield `I4: order ${orderId} has a key of another product`
  }
  const contents = groupBy(rows.keys, (key) => `${key.product_id} ${key.content}`)
  for (const [content, { length }] of contents)
    if (length > 1) yield `I4: ${content} is in stock ${length} times`
  for (const order of rows.orders.values()) {
    if (order.state !== 'delivered') continue
    const expected = order.delivered_text === null ? order.quantity : 0
    const got = keys.get(order.id)?.length ?? 0
    if (got !== expected) yield `I4: order ${order.id} was delivered ${got} keys, not ${expected}`
    if (!rows.jobs.has(`delivery_mail:${order.id}`))
      yield `I6: order ${order.id} was delivered without a letter`
  }
}
