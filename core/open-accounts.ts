/** Which payee accounts may take an order now: switched on, awake, under their cap, and listened to. */
import { asNumber } from '../com/db/index.ts'
import type { AccountRow } from '../sql/schema.ts'
import type { Shop } from './shop.ts'
import { dayOf, startOfDay, zoneOffset } from './time-zone.ts'

/** A device that reports that it is alive counts as gone after this much silence. */
export const SILENT_MS = 120_000

/** @param room cents that the account must still be able to take today. */
export async function openAccounts(
  shop: Shop,
  accounts: readonly AccountRow[],
  room: number,
): Promise<AccountRow[]> {
  const silent = await silentAccounts(shop)
  const awake = accounts.filter((account) => !silent.has(account.id) && !isQuiet(shop, account))
  const open: AccountRow[] = []
  for (const account of awake) {
    const cap = account.daily_cap_cents
    if (cap === null || (await takenToday(shop, account.id)) + room <= cap) open.push(account)
  }
  return open
}

/** Minutes of the day in the shop's zone; a span over midnight when it ends before it begins. */
export function isQuiet(shop: Shop, account: Pick<AccountRow, 'quiet_from' | 'quiet_to'>): boolean {
  const { quiet_from: from, quiet_to: to } = account
  if (from === null || to === null || from === to) return false
  const local = shop.now() + zoneOffset(shop.settings.current.timeZone, shop.now())
  const minute = Math.floor((local % 86_400_000) / 60_000)
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

/** Cents of today's paid orders and of those that may still be paid. */
async function takenToday(shop: Shop, accountId: string): Promise<number> {
  const { timeZone } = shop.settings.current
  const today = startOfDay(dayOf(shop.now(), timeZone), timeZone)
  const { sum } = await shop.db
    .selectFrom('orders')
    .select((select) => select.fn.sum('due_cents').as('sum'))
    .where('account_id', '=', accountId)
    .where((where) => where.or([where('paid_at', '>=', today), where('state', '=', 'pending')]))
    .executeTakeFirstOrThrow()
  return asNumber(sum)
}

/** Accounts of which every device reports that it is alive, and none has lately. */
async function silentAccounts(shop: Shop): Promise<Set<string>> {
  const devices = await shop.db
    .selectFrom('listener_accounts')
    .innerJoin('listeners', 'listeners.id', 'listener_accounts.listener_id')
    .select(['account_id', 'heartbeat_at'])
    .where('listeners.enabled_at', 'is not', null)
    .execute()
  const heard = (at: number | null) => at === null || shop.now() - at <= SILENT_MS
  const alive = new Set(devices.filter((one) => heard(one.heartbeat_at)).map((one) => one.account_id))
  return new Set(devices.map((one) => one.account_id).filter((id) => !alive.has(id)))
}
