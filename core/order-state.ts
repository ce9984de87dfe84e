/** How orders move. The table is the rule; the conditional update is the lock; the event is the history. */
import { nanoid } from 'nanoid'
import type { OrderRow } from '../sql/schema.ts'
import type { Shop, Tx } from './shop.ts'
import { EVENT_KINDS, type EventKind, type OrderState } from './vocabulary.ts'

export const ORDER_MOVES: Record<OrderState, readonly OrderState[]> = {
  pending: ['paid', 'expired', 'cancelled'],
  paid: ['delivered', 'paid_waiting_stock'],
  paid_waiting_stock: ['delivered'],
  delivered: [],
  expired: ['paid', 'pending'], // money that arrived late is still money; a merchant may ask for the order again
  cancelled: ['paid'], // only by hand
}

/** Facts of an event that a person may read: amounts in cents, reasons, channels. */
export type EventDetail = Readonly<Record<string, string | number | boolean | null>>

/**
 * Moves an order that was seen in `order.state`.
 *
 * @param event what the timeline says; the columns in `set` change with the state.
 * @param endedBy Unix ms: only when its time is over by then, whatever was seen.
 * @returns false when that move does not exist, or when someone else moved the order first.
 */
export async function moveOrder(
  tx: Tx,
  order: Pick<OrderRow, 'id' | 'state'>,
  target: OrderState,
  set: Partial<OrderRow>,
  event: { kind: EventKind; actor: string; detail?: EventDetail },
  endedBy?: number,
): Promise<boolean> {
  if (!ORDER_MOVES[order.state].includes(target)) return false
  let update = tx.db
    .updateTable('orders')
    .set({ ...set, state: target })
    .where('id', '=', order.id)
    .where('state', '=', order.state)
  if (endedBy !== undefined) update = update.where('expires_at', '<=', endedBy)
  const { numUpdatedRows } = await update.executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return false
  await recordEvent(tx, order.id, event.kind, event.actor, event.detail)
  return true
}

/** @param actor `buyer`, `clock`, `listener` or an admin's name. */
export async function recordEvent(
  shop: Shop,
  orderId: string,
  kind: EventKind,
  actor: string,
  detail: EventDetail = {},
): Promise<void> {
  await shop.db
    .insertInto('order_events')
    .values({
      id: nanoid(),
      order_id: orderId,
      at: shop.now(),
      step: EVENT_KINDS.indexOf(kind),
      kind,
      actor,
      detail: JSON.stringify(detail),
    })
    .execute()
}

/** Tells every open page of the order, on every process, to look again. After commit only. */
export function wakeOrder(shop: Shop, orderId: string): void {
  shop.store.publish('order', orderId)
}
