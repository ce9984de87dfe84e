/** I1: an amount of an account has one holder, from the claim until its time is over. */
import type { AmountSlotRow, OrderEventRow, OrderRow } from '../../sql/schema.ts'
import { groupBy, type Rows } from './invariant-rows.ts'

/** What the rows do not say themselves. */
export interface Holding {
  /** Seconds for which an amount is kept after its order ended without money. */
  readonly slotHoldS: number
  /** Seconds for which it is kept after its order was paid. */
  readonly slotCoolS: number
  /** Cents below the price that an order may be given. */
  readonly slotDepth: number
}

const UNKNOWN: Holding = { slotHoldS: 0, slotCoolS: 0, slotDepth: Number.POSITIVE_INFINITY }

/** What an order was given, by its timeline. */
interface Given {
  readonly channel: string
  readonly amountCents: number
  readonly at: number
}

const GIVING: readonly string[] = ['placed', 'channel_changed', 'reopened']

export function listGiven(events: readonly OrderEventRow[] = []): Given[] {
  return events
    .filter(({ kind }) => GIVING.includes(kind))
    .sort((a, b) => a.at - b.at)
    .map(({ at, detail }) => {
      const { channel, dueCents } = JSON.parse(detail) as { channel: string; dueCents: number }
      return { channel, amountCents: dueCents, at }
    })
}

/** Every claim names an order that was given this amount, and every open order has the amount that it shows. */
export function* checkSlots(rows: Rows): Generator<string> {
  const slots = new Map<string, AmountSlotRow>()
  for (const slot of rows.slots) {
    slots.set(`${slot.account_id} ${slot.amount_cents}`, slot)
    if (slot.order_id === null) continue
    const order = rows.orders.get(slot.order_id)
    const channel = rows.accounts.get(slot.account_id)?.channel
    const given = listGiven(rows.events.get(slot.order_id))
    if (!order) yield `I1: amount ${slot.amount_cents} is held by ${slot.order_id}, which is no order`
    else if (!given.some((one) => one.channel === channel && one.amountCents === slot.amount_cents))
      yield `I1: amount ${slot.amount_cents} is held by ${order.id}, which was never given it`
    else if (slot.claimed_at < order.created_at)
      yield `I1: amount ${slot.amount_cents} was claimed for ${order.id} before that order was placed`
  }
  for (const order of rows.orders.values()) {
    if (order.state !== 'pending') continue
    const slot = slots.get(`${order.account_id} ${order.due_cents}`)
    const held = slot?.order_id === order.id && slot.held_until >= order.expires_at
    const over = slot && slot.order_id !== order.id && slot.claimed_at > order.expires_at
    if (!held && !over) yield `I1: the open order ${order.id} does not hold its amount ${order.due_cents}`
  }
}

interface Hold {
  readonly order: OrderRow
  readonly from: number
  readonly until: number
}

/** Nobody was given an amount while it was another's; amounts stay within the pool of their price. */
export function* checkOverlaps(rows: Rows, holding: Holding = UNKNOWN): Generator<string> {
  for (const { id, due_cents: due, price_cents: price } of rows.orders.values()) {
    if (due > price || due < Math.max(1, price - holding.slotDepth))
      yield `I1: order ${id} of price ${price} was given ${due}, which is not in its pool`
  }
  const amounts = groupBy(rows.orders.values(), (order) => `${order.account_id} ${order.due_cents}`)
  for (const [amount, orders] of amounts) {
    const holds = orders.map((order) => holdOf(rows, order, holding)).sort((a, b) => a.from - b.from)
    for (const [at, hold] of holds.entries()) {
      const next = holds[at + 1]
      if (next && next.from <= hold.until)
        yield `I1: ${amount} was given to ${next.order.id} at ${next.from}, held by ${hold.order.id} until ${hold.until}`
    }
  }
}

/** The first stretch in which the order has its amount for sure; by hand it may be paid long after that. */
function holdOf(rows: Rows, order: OrderRow, { slotHoldS, slotCoolS }: Holding): Hold {
  const slot = rows.slots.find(
    (one) =>
      one.order_id === order.id &&
      one.account_id === order.account_id &&
      one.amount_cents === order.due_cents,
  )
  const given = listGiven(rows.events.get(order.id)).filter(
    (one) => one.channel === order.channel && one.amountCents === order.due_cents,
  )
  const from = slot?.claimed_at ?? given[0]?.at ?? order.created_at
  let until = order.expires_at + slotHoldS * 1000
  if (order.cancelled_at !== null && order.cancelled_at <= until)
    until = order.cancelled_at + slotHoldS * 1000
  if (order.paid_at !== null && order.paid_at <= until) until = order.paid_at + slotCoolS * 1000
  return { order, from, until }
}
