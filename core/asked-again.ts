/** What becomes of a number of a merchant's site that comes again: the same order, open again after it ended unpaid. */
import { RetryTransaction } from '../com/db/index.ts'
import type { MerchantOrderRow, OrderRow } from '../sql/schema.ts'
import { findAsked, type MerchantOrder } from './asked-orders.ts'
import { enqueueCallbacks, wakeCallbacks } from './callbacks.ts'
import { claimAmount, shownCode, type Pool } from './claim-amount.ts'
import { fail, ShopError, type RefusalCode } from './errors.ts'
import { hashOf, onSomeChannel, type MerchantWish } from './merchant-wish.ts'
import { scopeOf } from './merchants.ts'
import { moveOrder, wakeOrder } from './order-state.ts'
import { canBePaid, findOwnClaim, getOrder, moveToChannel } from './orders.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { holdSlots } from './slots.ts'

export interface AskedAgain extends MerchantOrder {
  readonly outcome: 'same' | 'reopened'
}

/**
 * Decided once more when the order was paid, ended or opened again between reading and writing.
 *
 * @throws ShopError `order_exists`, `order_paid`, `order_changed`, `wrong_state`, and what the search for an amount
 * refuses
 */
export async function resumeOrder(shop: Shop, wish: MerchantWish, known: MerchantOrder): Promise<AskedAgain> {
  try {
    return await goOn(shop, wish, known)
  } catch (error) {
    if (!(error instanceof ShopError) || !RACED.has(error.code)) throw error
    // In a transaction: what overtook it may be seen there a moment before it is committed.
    const now = await transaction(shop, (tx) => readAgain(tx, known.order.id))
    const moved = now.order.state !== known.order.state || now.order.expires_at !== known.order.expires_at
    if (error.code === 'no_free_amount' && !moved) throw error
    return goOn(shop, wish, now)
  }
}

/** Who opened it at the same moment may have taken the last amount. */
const RACED: ReadonlySet<RefusalCode> = new Set(['wrong_state', 'no_free_amount'])

async function goOn(shop: Shop, wish: MerchantWish, { order, asked }: MerchantOrder): Promise<AskedAgain> {
  const isOpen = canBePaid(order, shop.now())
  const isSame = asked.request_hash === hashOf(wish)
  const goesOn = { resume: true, show: isOpen && isSame, refuse: false }[wish.repeat ?? 'resume']
  if (!goesOn) fail('order_exists', { outTradeNo: asked.out_trade_no })
  if (order.paid_at !== null) fail('order_paid', { outTradeNo: asked.out_trade_no, orderId: order.id })
  if (!isSame) fail('order_changed', { outTradeNo: asked.out_trade_no })
  if (order.state === 'cancelled') fail('wrong_state', { state: order.state })
  if (!isOpen) await openAgain(shop, wish, { order, asked })
  else if (wish.channel && wish.channel !== order.channel) {
    const also = (tx: Tx) => noteAgain(tx, wish, asked)
    await moveToChannel(shop, order, wish.channel, scopeOf(wish.merchant, wish.mode), {
      actor: 'merchant',
      also,
    })
  } else await noteAgain(shop, wish, asked)
  return { ...(await readAgain(shop, order.id)), outcome: isOpen ? 'same' : 'reopened' }
}

/** On the channel where it ended, unless the merchant or its buyer's browser says another. */
async function openAgain(shop: Shop, wish: MerchantWish, known: MerchantOrder): Promise<void> {
  const likelyChannel = wish.likelyChannel ?? known.order.channel
  const open = (pool: Pool) => transaction(shop, (tx) => reopen(tx, pool, wish, known))
  await onSomeChannel(shop, { ...wish, likelyChannel }, open, { mayHold: true })
  wakeOrder(shop, known.order.id)
  wakeCallbacks(shop) // its end may have been noticed just now
}

/**
 * The same number may come again for another channel or for none, in other words, signed by a newer key. In the
 * transaction that acts on it.
 */
async function noteAgain(shop: Shop, wish: MerchantWish, asked: MerchantOrderRow): Promise<void> {
  const again = {
    key_id: wish.keyId,
    request: JSON.stringify(wish.request),
    channel_fixed_at: wish.channel ? (asked.channel_fixed_at ?? shop.now()) : null,
  }
  const changed = Object.entries(again).some(([name, value]) => asked[name as keyof typeof again] !== value)
  if (!changed) return
  await shop.db.updateTable('merchant_orders').set(again).where('order_id', '=', asked.order_id).execute()
}

/**
 * A fresh amount and time: slot, then order. The amounts before stay with the order: money on its way to them still
 * pays it.
 */
async function reopen(tx: Tx, pool: Pool, wish: MerchantWish, known: MerchantOrder): Promise<void> {
  const { id } = known.order
  const order = await getOrder(tx, id)
  const isOver = order.state === 'expired' || order.state === 'pending'
  if (!isOver || canBePaid(order, tx.now())) fail('wrong_state', { state: order.state })
  const { orderTtlS, lateAcceptS, slotHoldS } = tx.settings.current
  const expiresAt = tx.now() + (wish.ttlMs ?? orderTtlS * 1000)
  const terms = { orderId: id, priceCents: order.price_cents, expiresAt, net: undefined }
  // First, so that none of them is given away between the look at them and the commit.
  await holdSlots(tx, id, expiresAt + slotHoldS * 1000)
  const claim = (await findOwnClaim(tx, id, pool)) ?? (await claimAmount(tx, pool, terms))
  const set = {
    channel: pool.channel,
    due_cents: claim.amountCents,
    ...shownCode(claim, id, tx.now()),
    expires_at: expiresAt,
    late_until: expiresAt + lateAcceptS * 1000,
    extended_at: null,
    expired_at: null,
    reported_at: null,
  }
  const ended = await markEnded(tx, order)
  const detail = { channel: pool.channel, dueCents: claim.amountCents }
  if (!(await moveOrder(tx, ended, 'pending', set, { kind: 'reopened', actor: 'merchant', detail }))) {
    throw new RetryTransaction()
  }
  await noteAgain(tx, wish, known.asked)
}

/** Its time is over, but the clock may have yet to say so. */
async function markEnded(tx: Tx, order: OrderRow): Promise<OrderRow> {
  if (order.state !== 'pending') return order
  const event = { kind: 'expired', actor: 'clock' } as const
  if (!(await moveOrder(tx, order, 'expired', { expired_at: tx.now() }, event, tx.now()))) {
    throw new RetryTransaction()
  }
  await enqueueCallbacks(tx, order, 'order.expired')
  return { ...order, state: 'expired' }
}

async function readAgain(shop: Shop, orderId: string): Promise<MerchantOrder> {
  const asked = await findAsked(shop, orderId)
  return { order: await getOrder(shop, orderId), asked: asked ?? fail('order_not_found') }
}
