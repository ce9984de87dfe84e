/** The wallet's own count of the day's payments: a number that is left out is money that nobody reported. */
import { isDuplicate, RetryTransaction } from '../com/db/index.ts'
import type { DayCountRow } from '../sql/schema.ts'
import { raiseAlert } from './alerts.ts'
import type { Notice } from './payments.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { dayOf, startOfDay } from './time-zone.ts'
import type { Channel } from './vocabulary.ts'

/** Where the wallets count their days, wherever the shop is. */
const WALLET_ZONE = 'Asia/Shanghai'

/** A notification of just before midnight may arrive after it. */
const TURN_MS = 300_000

/** Of more than these nobody waits for each: the alert stays until it has been seen. */
const MOST_MISSING = 50

/**
 * Compares a notice's count with the last one of its device and channel, and raises an alert when numbers are left
 * out. Notices may come out of order, or twice: a number that comes after all is missing no more, and the alert is
 * settled with the last of them.
 */
export async function noteDayTotal(shop: Shop, notice: Notice, device: string): Promise<void> {
  const { dayTotal, money, listenerId } = notice
  if (!dayTotal || !money) return
  const { channel } = money
  const missing = await transaction(shop, async (tx) => {
    const at = notice.receivedAt ?? tx.now()
    const told = { listener_id: listenerId, channel, day: dayOf(at, WALLET_ZONE), told_at: at }
    const row: DayCountRow = { ...told, nth: dayTotal.nth, total_cents: dayTotal.totalCents }
    const { day, left, found } = await writeCount(tx, row)
    if (left.length > 0 || found !== undefined)
      await tellGap(tx, device, { listenerId, channel, day }, left, found)
    return left.length
  })
  if (missing > 0)
    shop.log.warn({ listener: listenerId, channel, missing }, 'payments of the day were not reported')
}

interface Counted {
  readonly day: string
  /** The numbers left out since the last. */
  readonly left: readonly number[]
  /** A number that came after a higher one. */
  readonly found?: number
}

async function writeCount(tx: Tx, row: DayCountRow): Promise<Counted> {
  const counts = tx.db.selectFrom('day_counts').selectAll()
  const before = await counts
    .where('listener_id', '=', row.listener_id)
    .where('channel', '=', row.channel)
    .executeTakeFirst()
  if (!before) {
    await insertCount(tx, row)
    return { day: row.day, left: [] } // there may have been others before the first that we were told of
  }
  // Of just before midnight, arrived after it.
  const isOfBefore = row.nth === before.nth + 1 && msIntoDay(row.told_at) < TURN_MS
  const counted = isOfBefore ? { ...row, day: before.day } : row
  if (!isNews(before, counted)) return { day: counted.day, left: [], found: counted.nth }
  const { numUpdatedRows } = await tx.db
    .updateTable('day_counts')
    .set(counted)
    .where('listener_id', '=', row.listener_id)
    .where('channel', '=', row.channel)
    .where('day', '=', before.day)
    .where('nth', '=', before.nth)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw new RetryTransaction()
  const from = counted.day > before.day ? 1 : before.nth + 1
  return { day: counted.day, left: numbers(from, counted.nth) }
}

async function insertCount(tx: Tx, row: DayCountRow): Promise<void> {
  try {
    await tx.db.insertInto('day_counts').values(row).execute()
  } catch (error) {
    if (isDuplicate(error)) throw new RetryTransaction() // a notice of the same moment was the first
    throw error
  }
}

/** One that came late, or again, is none. */
function isNews(before: DayCountRow, row: DayCountRow): boolean {
  return row.day > before.day || (row.day === before.day && row.nth > before.nth)
}

/** No more than are ever named: a text may say any number. */
function numbers(from: number, end: number): number[] {
  const length = Math.min(Math.max(0, end - from), MOST_MISSING + 1)
  return Array.from({ length }, (_, at) => from + at)
}

interface Gap {
  readonly listenerId: string
  readonly channel: Channel
  readonly day: string
  /** Absent where there are too many to wait for each. */
  readonly missing?: readonly number[]
}

/** What is still missing stands in the open alert: one for each device, channel and day. */
async function tellGap(
  tx: Tx,
  device: string,
  about: Omit<Gap, 'missing'>,
  left: readonly number[],
  found: number | undefined,
): Promise<void> {
  const rows = await tx.db
    .selectFrom('alerts')
    .select(['id', 'detail'])
    .where('kind', '=', 'notice_gap')
    .where('seen_at', 'is', null)
    .execute()
  const open = rows
    .map(({ id, detail }) => ({ id, detail, gap: JSON.parse(detail) as Gap }))
    .find(({ gap }) => isSame(gap, about))
  if (!open) return left.length > 0 ? raiseAlert(tx, 'notice_gap', device, gapOf(about, left)) : undefined
  if (!open.gap.missing) return
  const missing = [...open.gap.missing.filter((one) => one !== found), ...left]
  const { numUpdatedRows } = await tx.db
    .updateTable('alerts')
    .set(missing.length > 0 ? { detail: JSON.stringify(gapOf(about, missing)) } : { seen_at: tx.now() })
    .where('id', '=', open.id)
    .where('detail', '=', open.detail)
    .where('seen_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n && missing.length !== open.gap.missing.length) throw new RetryTransaction()
}

function isSame(gap: Gap, { listenerId, channel, day }: Omit<Gap, 'missing'>): boolean {
  return gap.listenerId === listenerId && gap.channel === channel && gap.day === day
}

function gapOf(about: Omit<Gap, 'missing'>, missing: readonly number[]): Record<string, unknown> {
  return missing.length > MOST_MISSING ? { ...about } : { ...about, missing }
}

function msIntoDay(at: number): number {
  return at - startOfDay(dayOf(at, WALLET_ZONE), WALLET_ZONE)
}
