/** Money that arrived: every notice with a right signature becomes a row, and at most one order is paid by it. */
import { isDuplicate, RetryTransaction, statement } from '../com/db/index.ts'
import type { AmountSlotRow, OrderRow, PaymentRow } from '../sql/schema.ts'
import { recordEvent, wakeOrder } from './order-state.ts'
import { findRecorded, paymentRow, withForeignKey } from './payment-rows.ts'
import { SUGGEST_MS } from './settings.ts'
import { settleOrder } from './settle.ts'
import { tellUnmatched } from './shop-events.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { spendSign, type Once } from './spent-signs.ts'
import type { Channel, MatchKind, PaymentWarning } from './vocabulary.ts'

/** A report whose signature is right. */
export interface Notice {
  /** Id of the payment that it becomes; the same on every attempt to record it. */
  readonly paymentId: string
  readonly listenerId: string
  readonly rawPrice: string
  readonly rawType: string
  /** Absent when the notice cannot be read as money: it is kept as `quarantined`. */
  readonly money?: { readonly accountId: string; readonly channel: Channel; readonly amountCents: number }
  readonly address: string
  /** Unix ms; set when it was received while the database was away, else now. */
  readonly receivedAt?: number
  /** The test order that a call pays: no money moved, and no other order is paid. */
  readonly test?: string
  /** By the phone's clock, Unix ms: when it sent this message, and when it saw the money. */
  readonly clock?: { readonly sentAt: number; readonly seenAt: number }
  readonly once?: Once
  readonly warning?: PaymentWarning
  /** The notification, where its amount was read here, and the rule that read it. */
  readonly rawText?: string
  readonly readBy?: string
  /** The wallet's own count of the day's payments, this one with them. */
  readonly dayTotal?: { readonly nth: number; readonly totalCents: number | null }
}

export interface Recorded {
  readonly match: MatchKind
  readonly orderId: string | null
  readonly warning?: PaymentWarning
  /** It is the repetition of a notice that was recorded before, and this is what became of that one. */
  readonly repeated?: true
}

/** Records a notice and settles the order that waits for exactly this amount. Idempotent by `paymentId` and key. */
export async function recordPayment(shop: Shop, notice: Notice): Promise<Recorded> {
  const recorded = await transaction(shop, async (tx) => {
    const outcome = await recordInside(tx, notice)
    if (PAYS_NONE.has(outcome.match) && !outcome.repeated)
      await tellUnmatched(tx, notice.paymentId, notice.test)
    return outcome
  })
  if (recorded.orderId) wakeOrder(shop, recorded.orderId)
  if (recorded.match !== 'quarantined') shop.store.publish('jobs', '')
  return recorded
}

const PAYS_NONE: ReadonlySet<MatchKind> = new Set(['unmatched', 'suggested', 'surplus'])

async function recordInside(tx: Tx, notice: Notice): Promise<Recorded> {
  const { once } = notice
  if (once?.spends && !(await spendSign(tx, once))) return recordInside(tx, withForeignKey(notice))
  const row = paymentRow(notice, notice.receivedAt ?? tx.now(), tx.now())
  try {
    await addPayment.run(tx.db, row)
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return (await findRecorded(tx, row)) ?? recordInside(tx, withForeignKey(notice))
  }
  return { ...(await settle(tx, notice, row)), ...(row.warning && { warning: row.warning }) }
}

async function settle(tx: Tx, notice: Notice, row: PaymentRow): Promise<Recorded> {
  if (!notice.money) return { match: 'quarantined', orderId: null }
  if (row.warning === 'clock') return { match: 'unmatched', orderId: null }
  const { accountId, amountCents } = notice.money
  const slot = await findSlot(tx, accountId, amountCents)
  const order = slot?.order_id ? await findOrder(tx, slot.order_id) : undefined
  if (!slot || !order || (notice.test ?? order.id) !== order.id) return { match: 'unmatched', orderId: null }
  const match = matchOf(tx, slot, order, row.happened_at ?? row.received_at)
  if (match === 'unmatched') return { match, orderId: null }
  if (match === 'matched' || match === 'late') await settleWith(tx, notice, slot, order, match)
  else await recordEvent(tx, order.id, match, 'listener', { amountCents })
  const settles = match === 'matched' || match === 'late' ? order.id : null
  await noteMatch.run(tx.db, { id: notice.paymentId, match, orderId: order.id, settles })
  return { match, orderId: order.id }
}

/** The table of money.md: only the present holder of the amount can match by itself. */
export function matchOf(
  shop: Shop,
  slot: Pick<AmountSlotRow, 'claimed_at' | 'held_until'>,
  order: Pick<OrderRow, 'state' | 'expires_at' | 'late_until' | 'paid_at'>,
  receivedAt: number,
): 'matched' | 'late' | 'surplus' | 'suggested' | 'unmatched' {
  if (receivedAt < slot.claimed_at) return 'unmatched'
  const held = slot.held_until >= receivedAt
  const open = order.state === 'pending' || order.state === 'expired'
  if (held && open && receivedAt <= order.late_until) {
    return receivedAt <= order.expires_at ? 'matched' : 'late'
  }
  if (order.paid_at !== null) {
    const cooling = receivedAt <= order.paid_at + shop.settings.current.slotCoolS * 1000
    if (held && cooling) return 'surplus'
  }
  return receivedAt <= slot.held_until + SUGGEST_MS ? 'suggested' : 'unmatched'
}

/** Takes the slot on the condition that it is as it was seen: whoever changed the row has it. */
async function settleWith(
  tx: Tx,
  notice: Notice,
  slot: AmountSlotRow,
  order: OrderRow,
  match: 'matched' | 'late',
): Promise<void> {
  const heldUntil = tx.now() + tx.settings.current.slotCoolS * 1000
  if ((await takeSeenSlot.run(tx.db, { ...slot, order_id: order.id, heldUntil })) === 0)
    throw new RetryTransaction()
  await settleOrder(tx, order, {
    by: match,
    actor: 'listener',
    detail: { amountCents: slot.amount_cents },
    ...(notice.money && {
      paidWith: {
        account_id: notice.money.accountId,
        channel: notice.money.channel,
        due_cents: notice.money.amountCents,
      },
    }),
  })
  await verifyCode(tx, order, slot)
}

/** The fixed-amount code that the order showed has now proved what it carries. */
async function verifyCode(tx: Tx, order: OrderRow, slot: AmountSlotRow): Promise<void> {
  if (order.code_id === null || order.code_fixed_at === null) return
  await tx.db
    .updateTable('payee_codes')
    .set({ verified_at: tx.now() })
    .where('id', '=', order.code_id)
    .where('account_id', '=', slot.account_id)
    .where('amount_cents', '=', slot.amount_cents)
    .where('verified_at', 'is', null)
    .execute()
}

async function findSlot(tx: Tx, accountId: string, amountCents: number): Promise<AmountSlotRow | undefined> {
  return slotByAmount.first(tx.db, { accountId, amountCents })
}

async function findOrder(tx: Tx, id: string): Promise<OrderRow | undefined> {
  return orderById.first(tx.db, { id })
}

const addPayment = statement((db, row: PaymentRow) => db.insertInto('payments').values(row))

const slotByAmount = statement((db, the: { accountId: string; amountCents: number }) =>
  db
    .selectFrom('amount_slots')
    .selectAll()
    .where('account_id', '=', the.accountId)
    .where('amount_cents', '=', the.amountCents),
)

const orderById = statement((db, the: { id: string }) =>
  db.selectFrom('orders').selectAll().where('id', '=', the.id),
)

const takeSeenSlot = statement((db, seen: AmountSlotRow & { readonly heldUntil: number }) =>
  db
    .updateTable('amount_slots')
    .set({ held_until: seen.heldUntil })
    .where('account_id', '=', seen.account_id)
    .where('amount_cents', '=', seen.amount_cents)
    .where('order_id', '=', seen.order_id)
    .where('held_until', '=', seen.held_until),
)

const noteMatch = statement(
  (db, the: { id: string; match: MatchKind; orderId: string; settles: string | null }) =>
    db
      .updateTable('payments')
      .set({ match_kind: the.match, order_id: the.orderId, settles_order_id: the.settles })
      .where('id', '=', the.id),
)
