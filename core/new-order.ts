/** The row of a new order with the amount that it claims: the same for the shop's own orders and for merchants'. */
import { statement } from '../com/db/index.ts'
import { randomToken } from '../com/tokens.ts'
import type { OrderRow } from '../sql/schema.ts'
import { claimAmount, shownCode, type AmountWish, type Pool } from './claim-amount.ts'
import { recordEvent } from './order-state.ts'
import type { Tx } from './shop.ts'

export type OrderDraft = Pick<
  OrderRow,
  | 'id'
  | 'product_id'
  | 'product_name'
  | 'quantity'
  | 'price_cents'
  | 'email'
  | 'locale'
  | 'buyer_hash'
  | 'address'
  | 'merchant_id'
  | 'test_at'
>

/**
 * Inside the transaction that places the order.
 *
 * @param terms.net whose share of the pool it counts in; undefined counts in nobody's.
 * @param terms.ttlMs time to pay; the shop's own unless given.
 * @throws ShopError `no_free_amount`, `too_many_open_orders`
 */
export async function insertOrder(
  tx: Tx,
  pool: Pool,
  draft: OrderDraft,
  terms: Pick<AmountWish, 'firstSlots'> & { actor: string; net?: string; ttlMs?: number | undefined },
): Promise<OrderRow> {
  const { orderTtlS, lateAcceptS } = tx.settings.current
  const expiresAt = tx.now() + (terms.ttlMs ?? orderTtlS * 1000)
  const { net, firstSlots } = terms
  const wish = { orderId: draft.id, priceCents: draft.price_cents, expiresAt, net }
  const claim = await claimAmount(tx, pool, { ...wish, ...(firstSlots && { firstSlots }) })
  const order: OrderRow = {
    ...draft,
    due_cents: claim.amountCents,
    channel: pool.channel,
    ...shownCode(claim, draft.id, tx.now()),
    state: 'pending',
    access_token: randomToken(24),
    created_at: tx.now(),
    expires_at: expiresAt,
    late_until: expiresAt + lateAcceptS * 1000,
    extended_at: null,
    expired_at: null,
    cancelled_at: null,
    paid_at: null,
    paid_by: null,
    delivered_at: null,
    delivered_text: null,
    reported_at: null,
    seller_note: '',
    link_opened_at: null,
  }
  await addOrder.runLater(tx.db, order)
  const detail = { dueCents: order.due_cents, channel: order.channel }
  await recordEvent(tx, order.id, 'placed', terms.actor, detail)
  return order
}

const addOrder = statement((db, row: OrderRow) => db.insertInto('orders').values(row))
