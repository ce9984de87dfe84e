/** Money that no order took by itself, and what the seller decides about it. */
import { nanoid } from 'nanoid'
import { isDuplicate } from '../com/db/index.ts'
import type { JobRow, OrderRow, PaymentCaseRow, PaymentRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { enqueue, type JobHandler } from './jobs.ts'
import { ORDER_MOVES, recordEvent, wakeOrder } from './order-state.ts'
import { getOrder } from './orders.ts'
import { findProduct } from './products.ts'
import { settleOrder } from './settle.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { OPEN_MATCHES } from './vocabulary.ts'

/** How long an assignment can be taken back before the goods go out. */
export const UNDO_MS = 10_000

interface AssignPayload {
  readonly paymentId: string
  readonly decidedAt: number
  readonly actor: Actor
}

/**
 * Gives a payment to an order. The full paid flow runs when the time to take it back is over.
 *
 * @throws ShopError `not_found`, `order_not_found`, `wrong_state`
 */
export async function assignPayment(
  shop: Shop,
  paymentId: string,
  orderId: string,
  actor: Actor,
): Promise<void> {
  await transaction(shop, async (tx) => {
    const payment = await getOpenPayment(tx, paymentId)
    const order = await getOrder(tx, orderId)
    if (order.paid_at !== null) fail('wrong_state', { state: order.state })
    await decide(tx, payment, { state: 'assigning', order_id: orderId, note: '' }, actor)
    const payload: AssignPayload = { paymentId, decidedAt: tx.now(), actor }
    await enqueue(tx, {
      kind: 'assign_payment',
      key: `assign_payment:${paymentId}:${nanoid(8)}`,
      orderId,
      payload,
      delayMs: UNDO_MS,
    })
  })
}

/** Notes a refund that was made in the wallet, or that nothing is to be done. @throws ShopError `wrong_state` */
export async function closeCase(
  shop: Shop,
  paymentId: string,
  decision: { state: 'refunded' | 'ignored'; note: string },
  actor: Actor,
): Promise<void> {
  await transaction(shop, async (tx) => {
    const payment = await getOpenPayment(tx, paymentId)
    await decide(tx, payment, { ...decision, order_id: payment.order_id }, actor)
  })
}

/** Takes a decision back, unless its goods are on their way. @throws ShopError `wrong_state` */
export async function reopenCase(shop: Shop, paymentId: string, actor: Actor): Promise<void> {
  await transaction(shop, async (tx) => {
    const before = await findCase(tx, paymentId)
    const { numUpdatedRows } = await tx.db
      .updateTable('payment_cases')
      .set({ state: 'open', order_id: null, note: '', actor: actor.name, decided_at: tx.now() })
      .where('payment_id', '=', paymentId)
      .where('state', 'in', ['assigning', 'refunded', 'ignored'])
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) fail('wrong_state', { state: before?.state ?? 'open' })
    await recordAudit(tx, actor, 'payments.reopen', paymentId, { state: before?.state }, { state: 'open' })
  })
}

/** The assignment itself, unless it was taken back or the order found its money elsewhere meanwhile. */
export function assignJob(): JobHandler {
  return {
    scheduleMs: [0, 5_000, 30_000, 120_000, 600_000],
    async run(shop, job) {
      const orderId = job.order_id ?? ''
      if (await transaction(shop, (tx) => settleAssigned(tx, job, orderId))) {
        wakeOrder(shop, orderId)
        shop.store.publish('jobs', '')
      }
    },
  }
}

async function settleAssigned(tx: Tx, job: JobRow, orderId: string): Promise<boolean> {
  const { paymentId, decidedAt, actor } = JSON.parse(job.payload) as AssignPayload
  const { numUpdatedRows } = await tx.db
    .updateTable('payment_cases')
    .set({ state: 'assigned' })
    .where('payment_id', '=', paymentId)
    .where('state', '=', 'assigning')
    .where('order_id', '=', orderId)
    .where('decided_at', '=', decidedAt)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return false
  const order = await getOrder(tx, orderId)
  if (!ORDER_MOVES[order.state].includes('paid')) {
    await releaseCase(tx, paymentId, actor, order)
    return false
  }
  const payment = await getPayment(tx, paymentId)
  const detail = { amountCents: payment.amount_cents, reason: 'inbox' }
  const goods = await findProduct(tx, order.product_id)
  await settleOrder(tx, order, goods, { by: 'assigned', actor: actor.name, detail })
  await tx.db
    .updateTable('payments')
    .set({ match_kind: 'assigned', order_id: orderId, settles_order_id: orderId })
    .where('id', '=', paymentId)
    .execute()
  return true
}

/** Back to the seller: the order was paid otherwise. */
async function releaseCase(tx: Tx, paymentId: string, actor: Actor, order: OrderRow): Promise<void> {
  await tx.db
    .updateTable('payment_cases')
    .set({ state: 'open', order_id: null })
    .where('payment_id', '=', paymentId)
    .execute()
  await recordAudit(tx, actor, 'payments.assign-failed', paymentId, null, { orderState: order.state })
}

async function decide(
  tx: Tx,
  payment: PaymentRow,
  decision: Pick<PaymentCaseRow, 'state' | 'order_id' | 'note'>,
  actor: Actor,
): Promise<void> {
  const row = { ...decision, actor: actor.name, decided_at: tx.now() }
  const { numUpdatedRows } = await tx.db
    .updateTable('payment_cases')
    .set(row)
    .where('payment_id', '=', payment.id)
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) {
    try {
      await tx.db
        .insertInto('payment_cases')
        .values({ payment_id: payment.id, ...row })
        .execute()
    } catch (error) {
      if (!isDuplicate(error)) throw error
      fail('wrong_state', { state: (await findCase(tx, payment.id))?.state ?? 'open' })
    }
  }
  if (decision.order_id && decision.state === 'refunded') {
    await recordEvent(tx, decision.order_id, 'noted', actor.name, { refund: true, note: decision.note })
  }
  await recordAudit(
    tx,
    actor,
    `payments.${decision.state}`,
    payment.id,
    { match: payment.match_kind },
    decision,
  )
}

/** @throws ShopError `not_found`, `wrong_state` when it needs no decision */
async function getOpenPayment(tx: Tx, id: string): Promise<PaymentRow> {
  const payment = await getPayment(tx, id)
  const isOpen = OPEN_MATCHES.some((match) => match === payment.match_kind)
  return isOpen ? payment : fail('wrong_state', { match: payment.match_kind })
}

async function getPayment(shop: Shop, id: string): Promise<PaymentRow> {
  const row = await shop.db.selectFrom('payments').selectAll().where('id', '=', id).executeTakeFirst()
  return row ?? fail('not_found', { what: 'payment' })
}

async function findCase(shop: Shop, paymentId: string): Promise<PaymentCaseRow | undefined> {
  return shop.db
    .selectFrom('payment_cases')
    .selectAll()
    .where('payment_id', '=', paymentId)
    .executeTakeFirst()
}
