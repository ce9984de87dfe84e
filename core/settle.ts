/** A payment, or the seller's word, makes an order paid: once. */
import type { OrderRow } from '../sql/schema.ts'
import { enqueueCallbacks } from './callbacks.ts'
import { payAndHandOver, type Goods } from './delivery.ts'
import type { EventDetail } from './order-state.ts'
import type { Tx } from './shop.ts'
import { holdSlots } from './slots.ts'
import type { PaidBy } from './vocabulary.ts'

export interface Settlement {
  readonly by: PaidBy
  readonly actor: string
  readonly detail?: EventDetail
  /** What the payment says, where it differs from what the order shows now: an amount of its other channel. */
  readonly paidWith?: Pick<OrderRow, 'account_id' | 'channel' | 'due_cents'>
}

/**
 * Inside the transaction of the payment, after its slot was taken: slot, then order, then keys, then outbox.
 *
 * @param order as it was seen in this transaction; when someone moved it meanwhile everything starts over.
 * @param goods of its product, as they were seen in this transaction.
 */
export async function settleOrder(
  tx: Tx,
  order: OrderRow,
  goods: Goods,
  settlement: Settlement,
): Promise<void> {
  await holdSlots(tx, order.id, tx.now() + tx.settings.current.slotCoolS * 1000)
  const set = { paid_at: tx.now(), paid_by: settlement.by, ...settlement.paidWith }
  const event = {
    kind: 'paid',
    actor: settlement.actor,
    detail: { by: settlement.by, ...settlement.detail },
  } as const
  await payAndHandOver(tx, order, goods, { target: 'paid', set, event })
  await enqueueCallbacks(tx, order, settlement.by === 'late' ? 'order.paid_late' : 'order.paid')
}
