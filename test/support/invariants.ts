/** The rules that must always hold, asked of the rows alone: nothing that the program answered is believed. */
import type { Kysely } from 'kysely'
import type { Database } from '../../sql/schema.ts'
import { checkCallbacks } from './invariant-callbacks.ts'
import { checkDeliveries, checkStates } from './invariant-orders.ts'
import { checkPayments, checkSums } from './invariant-payments.ts'
import { readRows, type Rows } from './invariant-rows.ts'
import { checkOverlaps, checkSlots, type Holding } from './invariant-slots.ts'

/**
 * Asked while nothing is being written.
 *
 * @param db the root handle or a transaction.
 * @param holding the shop's settings; without them an amount counts as held only while its order is open.
 * @returns each violation in words; nothing when all rules hold.
 */
export async function checkInvariants(db: Kysely<Database>, holding?: Holding): Promise<string[]> {
  return checkRows(await readRows(db), holding)
}

export function checkRows(rows: Rows, holding?: Holding): string[] {
  return [
    ...checkSlots(rows),
    ...checkOverlaps(rows, holding),
    ...checkStates(rows),
    ...checkDeliveries(rows),
    ...checkPayments(rows),
    ...checkSums(rows),
    ...checkCallbacks(rows),
  ]
}
