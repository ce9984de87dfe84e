/** Money that arrived: every notice with a right signature becomes a row, and at most one order is paid by it. */
import { isDuplicate, statement } from '../com/db/index.ts'
import type { AmountSlotRow, OrderRow, PaymentRow } from '../sql/schema.ts'
import type { Goods } from './delivery.ts'
import { recordEvent, wakeOrder } from './order-state.ts'
import { findFirst, paymentFacts, withForeignKey, type PaymentFacts } from './payment-rows.ts'
import { SUGGEST_MS } from './settings.ts'
import { settleOrder } from './settle.ts'
import { tellUnmatched } from './shop-events.ts'
import { transaction, transactionWith, type Shop, type Tx } from './shop.ts'
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
  const recorded = await recordOnce(shop, notice)
  if (recorded.orderId) wakeOrder(shop, recorded.orderId)
  if (recorded.match !== 'quarantined') shop.store.publish('jobs', '')
  return recorded
}

const PAYS_NONE: ReadonlySet<MatchKind> = new Set(['unmatched', 'suggested', 'surplus'])

/** A notice is new nearly always, so it is looked for only when it turns out to be there already. */
async function recordOnce(shop: Shop, notice: Notice): Promise<Recorded> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transactionWith(
        shop,
        (db) => findClaim(db, notice),
        (tx, claim) => recordInside(tx, notice, claim),
      )
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
    const before = await transaction(shop, (tx) => answerRepetition(tx, notice))
    if (before) return before
    if (tries === MOST_TRIES) return transaction(shop, (tx) => recordInside(tx, withForeignKey(notice)))
  }
}

/** Each time whoever had the notice's key must have given it back meanwhile; after that it is kept for the seller. */
const MOST_TRIES = 3

/** Something else with the same key is kept. @returns undefined when nothing like it is there. */
async function answerRepetition(tx: Tx, notice: Notice): Promise<Recorded | undefined> {
  const first = await findFirst(tx, notice)
  return first === 'foreign' ? recordInside(tx, withForeignKey(notice)) : first
}

async function recordInside(tx: Tx, notice: Notice, claim?: Claim): Promise<Recorded> {
  const { once } = notice
  if (once?.spends && !(await spendSign(tx, once))) return recordInside(tx, withForeignKey(notice))
  const row = paymentFacts(notice, notice.receivedAt ?? tx.now(), tx.now())
  const { settles = null, ...outcome } = await settle(tx, notice, row, claim)
  await addPayment.runLater(tx.db, {
    ...row,
    match_kind: outcome.match,
    order_id: outcome.orderId,
    settles_order_id: settles,
  })
  if (PAYS_NONE.has(outcome.match)) await tellUnmatched(tx, notice.paymentId, notice.test)
  return { ...outcome, ...(row.warning && { warning: row.warning }) }
}

/** @returns with the order that it pays, which is paid by no other. */
async function settle(
  tx: Tx,
  notice: Notice,
  row: PaymentFacts,
  order: Claim | undefined,
): Promise<Pick<Recorded, 'match' | 'orderId'> & { readonly settles?: string }> {
  if (!notice.money) return { match: 'quarantined', orderId: null }
  if (row.warning === 'clock') return { match: 'unmatched', orderId: null }
  const { amountCents } = notice.money
  if (!order || (notice.test ?? order.id) !== order.id) return { match: 'unmatched', orderId: null }
  const match = matchOf(tx, order, row.happened_at ?? row.received_at)
  if (match === 'unmatched') return { match, orderId: null }
  if (match === 'matched' || match === 'late') {
    await settleWith(tx, notice.money, order, match)
    return { match, orderId: order.id, settles: order.id }
  }
  await recordEvent(tx, order.id, match, 'listener', { amountCents })
  return { match, orderId: order.id }
}

/** The order that has the notice's amount, or had it last, with its goods. */
async function findClaim(db: Tx['db'], { money }: Notice): Promise<Claim | undefined> {
  if (!money) return undefined
  const { accountId, amountCents } = money
  const row = await slotWithOrder.first(db, { accountId, amountCents })
  return row?.id ? (row as Claim) : undefined
}

/** The table of money.md: only the present holder of the amount can match by itself. */
function matchOf(
  shop: Shop,
  order: Pick<OrderRow, 'state' | 'expires_at' | 'late_until' | 'paid_at'> & HeldAmount,
  receivedAt: number,
): 'matched' | 'late' | 'surplus' | 'suggested' | 'unmatched' {
  if (receivedAt < order.claimed_at) return 'unmatched'
  const held = order.held_until >= receivedAt
  const open = order.state === 'pending' || order.state === 'expired'
  if (held && open && receivedAt <= order.late_until) {
    return receivedAt <= order.expires_at ? 'matched' : 'late'
  }
  if (order.paid_at !== null) {
    const cooling = receivedAt <= order.paid_at + shop.settings.current.slotCoolS * 1000
    if (held && cooling) return 'surplus'
  }
  return receivedAt <= order.held_until + SUGGEST_MS ? 'suggested' : 'unmatched'
}

/** Takes the slot on the condition that it is as it was seen: whoever changed the row has it. */
async function settleWith(
  tx: Tx,
  money: NonNullable<Notice['money']>,
  order: Claim,
  match: 'matched' | 'late',
): Promise<void> {
  const { accountId, channel, amountCents } = money
  const heldUntil = tx.now() + tx.settings.current.slotCoolS * 1000
  const seen = { accountId, amountCents, orderId: order.id, heldUntil: order.held_until }
  await takeSeenSlot.mustRunLater(tx.db, { ...seen, newlyHeldUntil: heldUntil })
  await settleOrder(tx, order, goodsOf(order), {
    by: match,
    actor: 'listener',
    detail: { amountCents },
    paidWith: { account_id: accountId, channel, due_cents: amountCents },
  })
  await verifyCode(tx, order, money)
}

/** The fixed-amount code that the order showed has now proved what it carries. */
async function verifyCode(
  tx: Tx,
  order: OrderRow,
  { accountId, amountCents }: NonNullable<Notice['money']>,
): Promise<void> {
  if (order.code_id === null || order.code_fixed_at === null) return
  await tx.db
    .updateTable('payee_codes')
    .set({ verified_at: tx.now() })
    .where('id', '=', order.code_id)
    .where('account_id', '=', accountId)
    .where('amount_cents', '=', amountCents)
    .where('verified_at', 'is', null)
    .execute()
}

/** Last in its transaction. What repeats a notice is refused by its key here, and all that it did goes back. */
const addPayment = statement((db, row: PaymentRow) => db.insertInto('payments').values(row))

/** An order with the time since when it has the amount, and until when; and its product's goods, if it has one. */
type Claim = OrderRow & HeldAmount & NoneOf<NonNullable<Goods>>
type HeldAmount = Pick<AmountSlotRow, 'claimed_at' | 'held_until'>
type NoneOf<T> = T | { readonly [Column in keyof T]: null }

function goodsOf(claim: Claim): Goods {
  return claim.delivery_kind === null ? undefined : claim
}

const slotWithOrder = statement((db, the: { accountId: string; amountCents: number }) =>
  db
    .selectFrom('amount_slots')
    .leftJoin('orders', 'orders.id', 'amount_slots.order_id')
    .leftJoin('products', 'products.id', 'orders.product_id')
    .selectAll('orders')
    .select(['amount_slots.claimed_at', 'amount_slots.held_until'])
    .select(['products.delivery_kind', 'products.shared_text'])
    .where('amount_slots.account_id', '=', the.accountId)
    .where('amount_slots.amount_cents', '=', the.amountCents),
)

interface SeenSlot {
  readonly accountId: string
  readonly amountCents: number
  readonly orderId: string
  readonly heldUntil: number
}

const takeSeenSlot = statement((db, seen: SeenSlot & { readonly newlyHeldUntil: number }) =>
  db
    .updateTable('amount_slots')
    .set({ held_until: seen.newlyHeldUntil })
    .where('account_id', '=', seen.accountId)
    .where('amount_cents', '=', seen.amountCents)
    .where('order_id', '=', seen.orderId)
    .where('held_until', '=', seen.heldUntil),
)
