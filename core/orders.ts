/** An order after it was placed: reading it, ending it, giving it more time or another channel. */
import { hashToken, safeEqual } from '../com/tokens.ts'
import { RetryTransaction, statement } from '../com/db/index.ts'
import type { OrderRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { enqueueCallbacks, wakeCallbacks } from './callbacks.ts'
import { claimAmount, shownCode, withPool, type Claim, type Pool } from './claim-amount.ts'
import { fail } from './errors.ts'
import { gathered } from './gathered.ts'
import { findScope } from './merchants.ts'
import { networkOf } from './network.ts'
import { moveOrder, recordEvent, wakeOrder } from './order-state.ts'
import { orderLimits } from './settings.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { holdSlots } from './slots.ts'
import { codeFor, type TillScope } from './tills.ts'
import type { Channel } from './vocabulary.ts'

/** @throws ShopError `order_not_found` */
export async function getOrder(shop: Shop, id: string): Promise<OrderRow> {
  const row = await shop.db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst()
  return row ?? fail('order_not_found')
}

/**
 * The same for open pages, which ask all the time: together with whatever else is asked for at this moment. Outside of
 * transactions only.
 *
 * @throws ShopError `order_not_found`
 */
export async function getOrderWithOthers(shop: Shop, id: string): Promise<OrderRow> {
  return (await findOrder(shop, id)) ?? fail('order_not_found')
}

const ordersById = statement((db, the: { ids: readonly string[] }) =>
  db.selectFrom('orders').selectAll().where('id', 'in', the.ids),
)

const findOrder = gathered<string, OrderRow>(async (shop, ids) => {
  const rows = await ordersById.all(shop.db, { ids })
  return new Map(rows.map((row) => [row.id, row]))
})

/** What an open page must hear of. */
export async function listOrderStates(shop: Shop, ids: readonly string[]) {
  if (ids.length === 0) return []
  return shop.db
    .selectFrom('orders')
    .select(['id', 'state', 'channel', 'expires_at', 'reported_at'])
    .where('id', 'in', ids)
    .execute()
}

/**
 * The browser that ordered, or whoever has the link that was mailed. A merchant's order has no goods to protect:
 * whoever was sent to its page may act there.
 */
export function isProof(
  order: Pick<OrderRow, 'buyer_hash' | 'access_token' | 'merchant_id'>,
  token: string | undefined,
): boolean {
  if (order.merchant_id !== null) return true
  if (token === undefined) return false
  return safeEqual(order.access_token, token) || safeEqual(order.buyer_hash, hashToken(token))
}

/** @throws ShopError `order_not_found`, `proof_needed` */
export async function getOwnOrder(shop: Shop, id: string, token: string | undefined): Promise<OrderRow> {
  const order = await getOrder(shop, id)
  return isProof(order, token) ? order : fail('proof_needed')
}

export async function listOrdersOf(shop: Shop, token: string | undefined): Promise<OrderRow[]> {
  if (token === undefined) return []
  return shop.db
    .selectFrom('orders')
    .selectAll()
    .where('buyer_hash', '=', hashToken(token))
    .orderBy('created_at', 'desc')
    .limit(30)
    .execute()
}

/**
 * Ends an open order; its amounts stay held like an expired one's.
 *
 * @throws ShopError `wrong_state`; `not_allowed` for the buyer of a merchant's order, who goes back to the merchant
 */
export async function cancelOrder(
  shop: Shop,
  id: string,
  by: 'buyer' | 'merchant' | Actor,
  reason = '',
): Promise<void> {
  await transaction(shop, async (tx) => {
    const order = await getOrder(tx, id)
    if (by === 'buyer' && order.merchant_id !== null) fail('not_allowed')
    await holdSlots(tx, id, tx.now() + tx.settings.current.slotHoldS * 1000)
    const actor = typeof by === 'string' ? by : by.name
    const event = { kind: 'cancelled', actor, detail: reason ? { reason } : {} } as const
    if (!(await moveOrder(tx, order, 'cancelled', { cancelled_at: tx.now() }, event))) {
      fail('wrong_state', { state: order.state })
    }
    if (typeof by !== 'string')
      await recordAudit(tx, by, 'orders.cancel', id, { state: order.state }, { reason })
    await enqueueCallbacks(tx, order, 'order.closed')
  })
  wakeOrder(shop, id)
  wakeCallbacks(shop)
}

/** Whether its code may be shown: after its end the amount goes to somebody else. */
export function canBePaid(order: Pick<OrderRow, 'state' | 'expires_at'>, now: number): boolean {
  return order.state === 'pending' && order.expires_at > now
}

/** An open order may be given its time once more, once. */
export function canExtend(
  order: Pick<OrderRow, 'state' | 'expires_at' | 'extended_at'>,
  now: number,
): boolean {
  return canBePaid(order, now) && order.extended_at === null
}

/** Moves the end and the hold in one transaction. @throws ShopError `wrong_state` */
export async function extendOrder(shop: Shop, id: string): Promise<void> {
  await transaction(shop, async (tx) => {
    const order = await getOrder(tx, id)
    if (!canExtend(order, tx.now())) fail('wrong_state', { state: order.state })
    const { orderTtlS, lateAcceptS, slotHoldS } = tx.settings.current
    const expiresAt = order.expires_at + orderTtlS * 1000
    await holdSlots(tx, id, expiresAt + slotHoldS * 1000)
    const { numUpdatedRows } = await tx.db
      .updateTable('orders')
      .set({ expires_at: expiresAt, late_until: expiresAt + lateAcceptS * 1000, extended_at: tx.now() })
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .where('extended_at', 'is', null)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw new RetryTransaction()
    await recordEvent(tx, id, 'extended', 'buyer')
  })
  wakeOrder(shop, id)
}

/**
 * Pays an open order on another channel with an amount of its own. The first amount stays held by the order to
 * its end, and money that arrives on it still pays the order; going back gives the same amount again.
 */
export async function changeChannel(
  shop: Shop,
  id: string,
  channel: Channel,
  address: string,
): Promise<void> {
  const order = await getOrder(shop, id)
  if (order.channel === channel) return
  const scope = await findScope(shop, order)
  if (!scope.mayChange) fail('wrong_state', { state: order.state })
  await checkRate(shop, address)
  const locks = order.merchant_id === null ? [`net:${order.address}`] : [] // a merchant's order has no share to count
  await shop.store.withLocks(locks, () => moveToChannel(shop, order, channel, scope.tills))
}

/**
 * @param options.also written in the same transaction.
 * @throws ShopError `wrong_state`, and what the search for an amount refuses
 */
export async function moveToChannel(
  shop: Shop,
  order: OrderRow,
  channel: Channel,
  scope: TillScope,
  { actor = 'buyer', also }: { actor?: 'buyer' | 'merchant'; also?: (tx: Tx) => Promise<void> } = {},
): Promise<void> {
  const work = (pool: Pool) =>
    transaction(shop, async (tx) => {
      await claimOnChannel(tx, order.id, pool, actor)
      await also?.(tx)
    })
  await withPool(shop, channel, order.price_cents, work, scope)
  wakeOrder(shop, order.id)
}

async function claimOnChannel(tx: Tx, id: string, pool: Pool, actor: string): Promise<void> {
  const order = await getOrder(tx, id)
  if (order.state !== 'pending' || order.expires_at <= tx.now()) fail('wrong_state', { state: order.state })
  const { price_cents: priceCents, expires_at: expiresAt } = order
  const net = order.merchant_id === null ? order.address : undefined
  const wish = { orderId: id, priceCents, expiresAt, net }
  const claim = (await findOwnClaim(tx, id, pool)) ?? (await claimAmount(tx, pool, wish))
  const { numUpdatedRows } = await tx.db
    .updateTable('orders')
    .set({ channel: pool.channel, due_cents: claim.amountCents, ...shownCode(claim, id, tx.now()) })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw new RetryTransaction()
  const detail = { channel: pool.channel, dueCents: claim.amountCents }
  await recordEvent(tx, id, 'channel_changed', actor, detail)
}

async function checkRate(shop: Shop, address: string): Promise<void> {
  const { perAddress, windowMs } = orderLimits(shop)
  if (perAddress === 0) return
  const rate = await shop.store.hit(`orders:${networkOf(address)}`, perAddress, windowMs)
  if (!rate.allowed) fail('too_many_requests', { retryInSeconds: Math.ceil(rate.retryAfterMs / 1000) })
}

/** The amount of this pool that the order still holds. */
export async function findOwnClaim(tx: Tx, orderId: string, pool: Pool): Promise<Claim | undefined> {
  const slots = await tx.db
    .selectFrom('amount_slots')
    .selectAll()
    .where('order_id', '=', orderId)
    .where('held_until', '>=', tx.now())
    .execute()
  for (const { till } of pool.tills) {
    const slot = slots.find((one) => one.account_id === till.account.id)
    const code = slot && codeFor(till, slot.amount_cents)
    if (slot && code) return { till, code, amountCents: slot.amount_cents }
  }
  return undefined
}
