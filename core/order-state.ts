/** How orders move. The table is the rule; the conditional update is the lock; the event is the history. */
import { nanoid } from 'nanoid'
import { RetryTransaction, statement } from '../com/db/index.ts'
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

/** What the timeline says of a move. */
interface MoveEvent {
  readonly kind: EventKind
  readonly actor: string
  readonly detail?: EventDetail
}

/**
 * Moves an order that was seen in `order.state`.
 *
 * @param set columns that change with the state.
 * @param endedBy Unix ms: only when its time is over by then, whatever was seen.
 * @returns false when that move does not exist, or when someone else moved the order first.
 */
export async function moveOrder(
  tx: Tx,
  order: Pick<OrderRow, 'id' | 'state'>,
  target: OrderState,
  set: Partial<OrderRow>,
  event: MoveEvent,
  endedBy = Number.MAX_SAFE_INTEGER,
): Promise<boolean> {
  if (!ORDER_MOVES[order.state].includes(target)) return false
  const { id, state } = order
  const moved = await moveRow.run(tx.db, { id, state, endedBy, set: { ...set, state: target } })
  if (moved === 0) return false
  await recordEvent(tx, order.id, event.kind, event.actor, event.detail)
  return true
}

export interface Step {
  readonly target: OrderState
  /** Columns that change with the state. */
  readonly set: Partial<OrderRow>
  readonly event: MoveEvent
}

/**
 * Moves an order that this transaction has seen in `order.state` step by step, and goes on without waiting for the
 * answer: when someone else moved it first, everything starts over.
 */
export async function mustMoveOrder(
  tx: Tx,
  { id, state }: Pick<OrderRow, 'id' | 'state'>,
  ...steps: readonly [Step, ...Step[]]
): Promise<void> {
  let reached = state
  for (const { target } of steps) {
    if (!ORDER_MOVES[reached].includes(target)) throw new RetryTransaction()
    reached = target
  }
  const set = Object.assign({}, ...steps.map((step) => step.set), { state: reached }) as Partial<OrderRow>
  await moveRow.mustRunLater(tx.db, { id, state, endedBy: Number.MAX_SAFE_INTEGER, set })
  await addEvents.runLater(tx.db, { rows: steps.map(({ event }) => eventRow(tx, id, event)) })
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
  await addEvents.runLater(shop.db, { rows: [eventRow(shop, orderId, { kind, actor, detail })] })
}

function eventRow(shop: Shop, orderId: string, { kind, actor, detail = {} }: MoveEvent): OrderEventRow {
  return {
    id: nanoid(),
    order_id: orderId,
    at: shop.now(),
    step: EVENT_KINDS.indexOf(kind),
    kind,
    actor,
    detail: JSON.stringify(detail),
  }
}

const addEvents = statement((db, the: { rows: readonly OrderEventRow[] }) =>
  db.insertInto('order_events').values(the.rows),
)

/** Tells every open page of the order, on every process, to look again. After commit only. */
export function wakeOrder(shop: Shop, orderId: string): void {
  shop.store.publish('order', orderId)
}
