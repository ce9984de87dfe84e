/** Amount slots: which order claims which amount of an account, and until when. */
import { isDuplicate, statement } from '../com/db/index.ts'
import { orderOfChoice, type SlotState } from './amount-choice.ts'
import type { Shop, Tx } from './shop.ts'
import type { OrderState } from './vocabulary.ts'

/**
 * Makes the rows of amounts that were never used, so that a claim is always an update. Outside of the buyer's
 * transaction: concurrent inserts of one key wait for each other there, and deadlock when one rolls back.
 */
export async function seedSlots(shop: Shop, accountId: string, amounts: readonly number[]): Promise<void> {
  const pool = `${accountId}:${amounts.join()}`
  const made = seeded.get(shop.database) ?? new Set()
  if (made.has(pool)) return
  const rows = await readSlots(shop, accountId, amounts)
  const known = new Set(rows.map((row) => row.amountCents))
  for (const amount of amounts) {
    if (known.has(amount)) continue
    try {
      await shop.db
        .insertInto('amount_slots')
        .values({
          account_id: accountId,
          amount_cents: amount,
          order_id: null,
          claimed_at: 0,
          held_until: 0,
        })
        .execute()
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
  }
  if (made.size >= MOST_SEEDED) made.clear()
  seeded.set(shop.database, made.add(pool))
}

/** Pools whose rows are known to be there: rows are never deleted. */
const seeded = new WeakMap<Shop['database'], Set<string>>()
const MOST_SEEDED = 10_000

export async function readSlots(
  shop: Shop,
  accountId: string,
  amounts: readonly number[],
): Promise<SlotState[]> {
  return amounts.length === 0 ? [] : slotsOf.all(shop.db, { accountId, amounts })
}

const slotsOf = statement((db, the: { accountId: string; amounts: readonly number[] }) =>
  db
    .selectFrom('amount_slots')
    .select(['amount_cents as amountCents', 'held_until as heldUntil'])
    .where('account_id', '=', the.accountId)
    .where('amount_cents', 'in', the.amounts),
)

/** A slot with the order that had it last. */
export interface HeldSlot extends SlotState {
  readonly orderId: string | null
  readonly orderState: OrderState | null
  /** Of the buyer, as the order keeps it. */
  readonly address: string | null
}

export async function readHeldSlots(
  db: Shop['db'],
  accountId: string,
  amounts: readonly number[],
): Promise<HeldSlot[]> {
  return amounts.length === 0 ? [] : heldSlotsOf.all(db, { accountId, amounts })
}

const heldSlotsOf = statement((db, the: { accountId: string; amounts: readonly number[] }) =>
  db
    .selectFrom('amount_slots')
    .leftJoin('orders', 'orders.id', 'amount_slots.order_id')
    .select(['amount_cents as amountCents', 'held_until as heldUntil'])
    .select(['orders.id as orderId', 'orders.state as orderState', 'orders.address as address'])
    .where('amount_slots.account_id', '=', the.accountId)
    .where('amount_slots.amount_cents', 'in', the.amounts),
)

/** Of one amount for an order. */
export interface SlotClaim {
  readonly accountId: string
  readonly amountCents: number
  readonly orderId: string
  /** Unix ms until which nobody else may have the amount. */
  readonly heldUntil: number
}

/** The amounts in the order in which they are to be tried: those that were free when they were read. */
export function freeAmounts(tx: Tx, priceCents: number, slots: readonly SlotState[]): Iterable<number> {
  return orderOfChoice(priceCents, slots, tx.now(), tx.settings.current.slotRestS * 1000)
}

/**
 * Whoever changed the row has the amount.
 *
 * @returns what tells whether it was this claim, once something was read after it.
 */
export async function claimSlot(tx: Tx, claim: SlotClaim): Promise<() => boolean> {
  const found = await takeSlot.runLater(tx.db, { ...claim, now: tx.now() })
  return () => found() === 1
}

const takeSlot = statement((db, the: SlotClaim & { readonly now: number }) =>
  db
    .updateTable('amount_slots')
    .set({ order_id: the.orderId, claimed_at: the.now, held_until: the.heldUntil })
    .where('account_id', '=', the.accountId)
    .where('amount_cents', '=', the.amountCents)
    .where('held_until', '<', the.now),
)

/** Moves the end of every claim that the order still has. Slots before orders: the order in which all lock. */
export async function holdSlots(tx: Tx, orderId: string, heldUntil: number): Promise<void> {
  await moveEnd.runLater(tx.db, { orderId, heldUntil, now: tx.now() })
}

const moveEnd = statement((db, the: { orderId: string; heldUntil: number; now: number }) =>
  db
    .updateTable('amount_slots')
    .set({ held_until: the.heldUntil })
    .where('order_id', '=', the.orderId)
    .where('held_until', '>=', the.now),
)
