/** Notices as rows, and the rows that answer when a notice comes again. */
import type { PaymentRow } from '../sql/schema.ts'
import type { Notice, Recorded } from './payments.ts'
import type { Tx } from './shop.ts'

/** How far a phone's clock may be from ours before what it says of time is not believed. */
export const CLOCK_MS = 120_000

/** A payment's row, but for what becomes of it. */
export type PaymentFacts = Omit<PaymentRow, 'match_kind' | 'order_id' | 'settles_order_id'>

export function paymentFacts(notice: Notice, receivedAt: number, now: number): PaymentFacts {
  const { clock, once } = notice
  const isOff = clock && Math.abs(clock.sentAt - receivedAt) > CLOCK_MS
  return {
    id: notice.paymentId,
    listener_id: notice.listenerId,
    account_id: notice.money?.accountId ?? null,
    channel: notice.money?.channel ?? null,
    amount_cents: notice.money?.amountCents ?? null,
    raw_price: notice.rawPrice,
    raw_type: notice.rawType,
    address: notice.address,
    received_at: receivedAt,
    recorded_at: now,
    notice_key: once?.key ?? null,
    test_at: notice.test ? now : null,
    notice_content: once?.content ?? null,
    // Both times are the phone's: what lies between them is right although its clock is not.
    happened_at: clock && !isOff ? receivedAt - Math.max(0, clock.sentAt - clock.seenAt) : null,
    warning: notice.warning ?? (isOff && notice.money ? 'clock' : null),
    raw_text: notice.rawText ?? null,
    read_by: notice.readBy ?? null,
  }
}

/** Something else with the key of a notice that was recorded before: kept for the seller, without money. */
export function withForeignKey(foreign: Notice): Notice {
  const { once: _key, money: _unsettled, ...notice } = foreign
  return { ...notice, warning: 'reused' }
}

/**
 * @returns what became of the very notice, or of the one that it repeats; `foreign` when its key is that of another;
 * undefined when neither is there.
 */
export async function findFirst(
  tx: Tx,
  { paymentId, once }: Notice,
): Promise<Recorded | 'foreign' | undefined> {
  const payments = tx.db.selectFrom('payments').selectAll()
  const own = await payments.where('id', '=', paymentId).executeTakeFirst()
  if (own) return recordedOf(own)
  const first = once && (await payments.where('notice_key', '=', once.key).executeTakeFirst())
  if (!first) return undefined
  if (first.notice_content !== once.content) return 'foreign'
  return { ...recordedOf(first), repeated: true }
}

function recordedOf(row: PaymentRow): Recorded {
  const match = row.amount_cents === null ? 'quarantined' : row.match_kind
  return { match, orderId: row.order_id, ...(row.warning && { warning: row.warning }) }
}
