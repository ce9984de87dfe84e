/** How orders move. The table is the rule; the conditional update is the lock; the event is the history. */
import { nanoid } from 'nanoid'
import { statement } from '../com/db/index.ts'
import type { OrderEventRow, OrderRow } from '../sql/schema.ts'
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
  endedBy = Number.MAX_SAFE_INTEGER,
): Promise<boolean> {
  if (!ORDER_MOVES[order.state].includes(target)) return false
  const { id, state } = order
  const moved = await moveRow.run(tx.db, { id, state, endedBy, set: { ...set, state: target } })
  if (moved === 0) return false
  await recordEvent(tx, order.id, event.kind, event.actor, event.detail)
  return true
}

interface RowMove {
  readonly id: string
  readonly state: OrderState
  readonly endedBy: number
  readonly set: Partial<OrderRow>
}

const moveRow = statement((db, { id, state, endedBy, set }: RowMove) =>
  db
    .updateTable('orders')
    .set(set)
    .where('id', '=', id)
    .where('state', '=', state)
    .where('expires_at', '<=', endedBy),
)

/** @param actor `buyer`, `clock`, `listener` or an admin's name. */
export async function recordEvent(
  shop: Shop,
  orderId: string,
  kind: EventKind,
  actor: string,
  detail: EventDetail = {},
): Promise<void> {
  await addEvent.run(shop.db, {
    id: nanoid(),
    order_id: orderId,
    at: shop.now(),
    step: EVENT_KINDS.indexOf(kind),
    kind,
    actor,
    detail: JSON.stringify(detail),
  })
}

const addEvent = statement((db, row: OrderEventRow) => db.insertInto('order_events').values(row))

/** Tells every open page of the order, on every process, to look again. After commit only. */
export function wakeOrder(shop: Shop, orderId: string): void {
  shop.store.publish('order', orderId)
}
