/** The wallet's own count of the day's payments: a number that is left out is money that nobody reported. */
import { isDuplicate } from '../com/db/index.ts'
import type { DayCountRow } from '../sql/schema.ts'
import { raiseAlert } from './alerts.ts'
import type { Notice } from './payments.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { dayOf, startOfDay } from './time-zone.ts'

/** Where the wallets count their days, wherever the shop is. */
const WALLET_ZONE = 'Asia/Shanghai'

/** A notification of just before midnight may arrive after it. */
const TURN_MS = 300_000

/**
 * Compares a notice's count with the last one of its device and channel, and raises an alert when numbers are left
 * out. Notices may come out of order, or twice: only the highest number counts.
 */
export async function noteDayTotal(shop: Shop, notice: Notice, device: string): Promise<void> {
  const { dayTotal, money, listenerId } = notice
  if (!dayTotal || !money) return
  const missing = await transaction(shop, async (tx) => {
    const at = notice.receivedAt ?? tx.now()
    const told = { listener_id: listenerId, channel: money.channel, day: dayOf(at, WALLET_ZONE), told_at: at }
    const row: DayCountRow = { ...told, nth: dayTotal.nth, total_cents: dayTotal.totalCents }
    return writeCount(tx, row)
  })
  if (missing === 0) return
  shop.log.warn(
    { listener: listenerId, channel: money.channel, missing },
    'payments of the day were not reported',
  )
  await raiseAlert(shop, 'notice_gap', device, { listenerId, channel: money.channel })
}

/** @returns how many numbers were left out since the last. */
async function writeCount(tx: Tx, row: DayCountRow): Promise<number> {
  const counts = tx.db.selectFrom('day_counts').selectAll()
  const before = await counts
    .where('listener_id', '=', row.listener_id)
    .where('channel', '=', row.channel)
    .executeTakeFirst()
  if (!before) {
    await insertCount(tx, row)
    return 0 // there may have been others before the first that we were told of
  }
  // Of just before midnight, arrived after it.
  const isOfBefore = row.nth === before.nth + 1 && msIntoDay(row.told_at) < TURN_MS
  const counted = isOfBefore ? { ...row, day: before.day } : row
  const missing = missingBetween(before, counted)
  if (missing === undefined) return 0
  await tx.db
    .updateTable('day_counts')
    .set(counted)
    .where('listener_id', '=', row.listener_id)
    .where('channel', '=', row.channel)
    .execute()
  return missing
}

async function insertCount(tx: Tx, row: DayCountRow): Promise<void> {
  try {
    await tx.db.insertInto('day_counts').values(row).execute()
  } catch (error) {
    if (!isDuplicate(error)) throw error // a notice of the same moment was the first
  }
}

function msIntoDay(at: number): number {
  return at - startOfDay(dayOf(at, WALLET_ZONE), WALLET_ZONE)
}

/** @returns undefined for a number that is no news: it came late, or again. */
function missingBetween(before: DayCountRow, row: DayCountRow): number | undefined {
  if (row.day > before.day) return row.nth - 1
  return row.day === before.day && row.nth > before.nth ? row.nth - before.nth - 1 : undefined
}
