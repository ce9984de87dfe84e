/** “I have paid but nothing happens”: the buyer's word goes to the seller, never straight to delivery. */
import { fail } from './errors.ts'
import { recordEvent, wakeOrder } from './order-state.ts'
import { getOrder } from './orders.ts'
import { transaction, type Shop } from './shop.ts'

export interface PaidReport {
  readonly amountCents?: number | undefined
  /** Unix ms. */
  readonly paidAt?: number | undefined
  readonly billTail?: string | undefined
  readonly message?: string | undefined
}

/** Cents and ms around what the buyer says within which a payment counts as likely theirs. */
const NEAR = { cents: 10, ms: 15 * 60_000 }

const HOUR = { limit: 6, windowMs: 3_600_000 }

/** @returns whether a payment that no order has was seen near it. @throws ShopError `wrong_state`, `too_many_requests` */
export async function reportPaid(shop: Shop, orderId: string, report: PaidReport): Promise<boolean> {
  const hit = await shop.store.hit(`report:${orderId}`, HOUR.limit, HOUR.windowMs)
  if (!hit.allowed) fail('too_many_requests', { retryInSeconds: Math.ceil(hit.retryAfterMs / 1000) })
  const found = await transaction(shop, async (tx) => {
    const order = await getOrder(tx, orderId)
    if (order.paid_at !== null) fail('wrong_state', { state: order.state })
    const amountCents = report.amountCents ?? order.due_cents
    const near = await tx.db
      .selectFrom('payments')
      .select('id')
      .where('match_kind', 'in', ['unmatched', 'suggested'])
      .where('amount_cents', '>=', amountCents - NEAR.cents)
      .where('amount_cents', '<=', amountCents + NEAR.cents)
      .where('received_at', '>=', order.created_at - NEAR.ms)
      .where('received_at', '<=', Math.max(report.paidAt ?? 0, order.late_until) + NEAR.ms)
      .executeTakeFirst()
    await tx.db.updateTable('orders').set({ reported_at: tx.now() }).where('id', '=', orderId).execute()
    await recordEvent(tx, orderId, 'reported', 'buyer', {
      amountCents,
      paidAt: report.paidAt ?? null,
      billTail: report.billTail ?? '',
      message: report.message ?? '',
      found: near !== undefined,
    })
    return near !== undefined
  })
  wakeOrder(shop, orderId)
  return found
}
