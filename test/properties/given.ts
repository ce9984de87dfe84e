/** What came of asking for an amount, held against what may come of it. */
import { ShopError } from '../../core/errors.ts'
import type { Channel } from '../../core/vocabulary.ts'
import type { OrderRow } from '../../sql/schema.ts'
import { agree } from './command.ts'
import type { Outcome } from './model-claims.ts'
import { HOLD, slotKey, type Model, type ModelOrder } from './model.ts'

export type Result = { readonly order: OrderRow } | { readonly refusal: ShopError }

export async function resultOf(work: Promise<OrderRow>): Promise<Result> {
  return work.then(
    (order) => ({ order }),
    (error: unknown) => {
      if (error instanceof ShopError) return { refusal: error }
      throw error
    },
  )
}

export function refused(result: Result, expected: string): string {
  agree(expected, 'refusal' in result ? result.refusal.code : result.order)
  return `is refused: ${expected}`
}

export function refusedAmong({ refusal }: { refusal: ShopError }, outcomes: readonly Outcome[]): string {
  const details = (one: { refusal: string; details?: object }) =>
    JSON.stringify(one.refusal === 'no_free_amount' ? one : one.refusal)
  const found = details({ refusal: refusal.code, details: refusal.details })
  if (!outcomes.some((one) => 'refusal' in one && details(one) === found)) agree(outcomes, found)
  return `is refused: ${found}`
}

/** The order has what the shop gave it, which must be free and among what the rules allow. */
export function claimed(
  model: Model,
  order: ModelOrder,
  channel: Channel,
  row: Pick<OrderRow, 'account_id' | 'due_cents'>,
  outcomes: readonly Outcome[],
): void {
  const isAllowed = outcomes.some(
    (one) => 'amounts' in one && one.accountId === row.account_id && one.amounts.includes(row.due_cents),
  )
  if (!isAllowed) agree(outcomes, { accountId: row.account_id, amounts: [row.due_cents] })
  const key = slotKey(row.account_id, row.due_cents)
  const before = model.slots.get(key)
  if (before && before.heldUntil >= model.now) throw new Error(`${row.due_cents} is held by another order`)
  Object.assign(order, { channel, accountId: row.account_id, dueCents: row.due_cents })
  model.slots.set(key, { orderId: order.id, claimedAt: model.now, heldUntil: order.expiresAt + HOLD })
}
