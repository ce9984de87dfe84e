/** What the rows say, against what the model says: nothing that a function returned is believed. */
import { DEFAULT_SETTINGS } from '../../core/settings.ts'
import { readRows, type Rows } from '../support/invariant-rows.ts'
import { checkRows } from '../support/invariants.ts'
import { poolOf } from './model-claims.ts'
import { priceOf, slotKey, type Model } from './model.ts'
import type { World } from './world.ts'

/** @returns each difference and each broken rule in words. */
export async function compare(model: Model, world: World): Promise<string[]> {
  const rows = await readRows(world.shop.db)
  return [
    ...differences('order', ordersOf(model), orderRows(rows)),
    ...differences('amount', slotsOf(model), slotRows(rows)),
    ...differences('payment', paymentsOf(model), paymentRows(rows)),
    ...differences('stock', [['free', [model.freeKeys]]], [['free', [countFree(rows)]]]),
    ...checkShown(model, world, rows),
    ...checkRows(rows, DEFAULT_SETTINGS),
  ]
}

type Facts = readonly (string | number | boolean | null)[]
type Entries = readonly (readonly [id: string, facts: Facts])[]

function differences(what: string, expected: Entries, found: Entries): string[] {
  const left = new Map(found.map(([id, facts]) => [id, facts.join()]))
  const told: string[] = []
  for (const [id, facts] of expected) {
    const row = left.get(id)
    if (row !== facts.join())
      told.push(`${what} ${id} should be\n  ${facts.join()}, is\n  ${row ?? 'nowhere'}`)
    left.delete(id)
  }
  return [...told, ...[...left].map(([id, row]) => `${what} ${id} should not be there: ${row}`)]
}

function ordersOf(model: Model): Entries {
  return model.orders.map((order) => [
    order.id,
    [
      ...[order.state, order.channel, order.accountId, order.dueCents, priceOf(order), order.quantity],
      ...[order.expiresAt, order.lateUntil, order.isExtended, order.expiredAt, order.cancelledAt],
      ...[order.paidAt, order.paidBy],
    ],
  ])
}

function orderRows(rows: Rows): Entries {
  return [...rows.orders.values()].map((row) => [
    row.id,
    [
      ...[row.state, row.channel, row.account_id, row.due_cents, row.price_cents, row.quantity],
      ...[row.expires_at, row.late_until, row.extended_at !== null, row.expired_at, row.cancelled_at],
      ...[row.paid_at, row.paid_by],
    ],
  ])
}

function slotsOf(model: Model): Entries {
  return [...model.slots].map(([key, slot]) => [key, [slot.orderId, slot.claimedAt, slot.heldUntil]])
}

function slotRows(rows: Rows): Entries {
  return rows.slots
    .filter((row) => row.order_id !== null)
    .map((row) => [slotKey(row.account_id, row.amount_cents), [row.order_id, row.claimed_at, row.held_until]])
}

function paymentsOf(model: Model): Entries {
  return model.payments.map(({ id, money, receivedAt, match, orderId, decision }) => {
    const settles = match === 'matched' || match === 'late' || match === 'assigned' ? orderId : null
    const decided = decision ? [decision.state, decision.orderId] : [null, null]
    const said = [money?.accountId ?? null, money?.channel ?? null, money?.amountCents ?? null]
    return [id, [match, orderId, settles, receivedAt, ...said, ...decided]]
  })
}

function paymentRows(rows: Rows): Entries {
  return rows.payments.map((row) => {
    const decided = rows.cases.get(row.id)
    const said = [row.account_id, row.channel, row.amount_cents]
    const facts = [row.match_kind, row.order_id, row.settles_order_id, row.received_at, ...said]
    return [row.id, [...facts, decided?.state ?? null, decided?.order_id ?? null]]
  })
}

function countFree(rows: Rows): number {
  return rows.keys.filter((key) => key.order_id === null).length
}

/** Whoever still has to pay sees a code for exactly the amount that is due, or one without an amount. */
function* checkShown(model: Model, world: World, rows: Rows): Generator<string> {
  for (const order of model.orders) {
    const account = world.accounts.find(({ id }) => id === order.accountId)
    const code = world.codes.get(rows.orders.get(order.id)?.code_id ?? '')
    if (!account || !poolOf(account, priceOf(order)).includes(order.dueCents))
      yield `order ${order.id} should pay ${order.dueCents}, which cannot be shown`
    if (order.paidAt !== null) continue // paid with its other amount it keeps the code that it showed last
    const amount = account?.fixed.includes(order.dueCents) ? order.dueCents : null
    if (!code || code.accountId !== order.accountId || code.amountCents !== amount)
      yield `order ${order.id} of ${order.dueCents} shows a code of ${code?.amountCents} at ${code?.accountId}`
  }
}
