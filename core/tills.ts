/** Tills: the payee accounts with the codes that each can show, and which of them may take an order now. */
import { asNumber, statement } from '../com/db/index.ts'
import type { AccountRow, PayeeCodeRow } from '../sql/schema.ts'
import { amountPool } from './amount-choice.ts'
import { createRecent } from './recent.ts'
import type { Shop, Tx } from './shop.ts'
import { dayOf, startOfDay, zoneOffset } from './time-zone.ts'
import type { Channel } from './vocabulary.ts'

export interface Till {
  readonly account: AccountRow
  /** By amount in cents. */
  readonly fixed: ReadonlyMap<number, PayeeCodeRow>
  readonly free: PayeeCodeRow | undefined
  /** Unix ms of the latest sign of life of its devices; undefined when none of them reports that it is alive. */
  readonly heardAt: number | undefined
}

/** Which tills an order may use; an empty list sets no bound. */
export interface TillScope {
  readonly channels: readonly Channel[]
  readonly accountIds: readonly string[]
  /** The wallets of test orders, which do not exist, instead of the real ones. */
  readonly test: boolean
}

export const WHOLE_SHOP: TillScope = { channels: [], accountIds: [], test: false }

export function isWithin<T>(bound: readonly T[], value: T): boolean {
  return bound.length === 0 || bound.includes(value)
}

/** A device that reports that it is alive counts as gone after this much silence. */
export const SILENT_MS = 120_000

const recent = createRecent(readTills)

/**
 * Every till that is switched on, as it was up to a second ago. An amount is claimed in the database all the same,
 * and isStillShown looks at the code that was chosen.
 */
export function listTills(shop: Shop): Promise<Till[]> {
  return recent.get(shop, '')
}

export function forgetTills(shop: Shop): void {
  recent.forget(shop)
}

/** After a change of accounts, codes or devices has been committed: this process at once, the others by wake-up. */
export function announceTills(shop: Shop): void {
  forgetTills(shop)
  shop.store.publish('tills', '')
}

async function readTills(shop: Shop): Promise<Till[]> {
  const accounts = await shop.db
    .selectFrom('accounts')
    .selectAll()
    .where('enabled_at', 'is not', null)
    .orderBy('created_at')
    .execute()
  const codes = await shop.db
    .selectFrom('payee_codes')
    .selectAll()
    .where('enabled_at', 'is not', null)
    .orderBy('created_at')
    .execute()
  const devices = await shop.db
    .selectFrom('listener_accounts')
    .innerJoin('listeners', 'listeners.id', 'listener_accounts.listener_id')
    .select(['account_id', 'heartbeat_at'])
    .where('listeners.enabled_at', 'is not', null)
    .execute()
  return accounts.map((account) => {
    const own = codes.filter((code) => code.account_id === account.id)
    const beats = devices.filter((one) => one.account_id === account.id).map((one) => one.heartbeat_at)
    return { account, ...codesOf(own), heardAt: heardAt(beats) }
  })
}

function codesOf(codes: readonly PayeeCodeRow[]) {
  const fixed = new Map<number, PayeeCodeRow>()
  for (const code of codes) if (code.amount_cents !== null) fixed.set(code.amount_cents, code)
  return { fixed, free: codes.find((code) => code.amount_cents === null) }
}

function heardAt(beats: readonly (number | null)[]): number | undefined {
  const known = beats.filter((beat) => beat !== null)
  return known.length === beats.length && known.length > 0 ? Math.max(...known) : undefined
}

/**
 * The tills that may take an order now: of the channels that the shop offers, awake, listened to, and under their cap.
 *
 * @param roomCents what an account must still be able to take today.
 */
export async function listOpenTills(shop: Shop, roomCents: number, scope = WHOLE_SHOP): Promise<Till[]> {
  const open: Till[] = []
  for (const till of await listTills(shop)) {
    const { account } = till
    if ((account.test_at !== null) !== scope.test) continue
    if (!isWithin(scope.channels, account.channel) || !isWithin(scope.accountIds, account.id)) continue
    if (!shop.settings.current.channels.includes(account.channel) || isQuiet(shop, account)) continue
    if (isSilent(till, shop.now())) continue
    const cap = account.daily_cap_cents
    if (cap === null || (await takenToday(shop, account.id)) + roomCents <= cap) open.push(till)
  }
  return open
}

export function isSilent(till: Pick<Till, 'heardAt'>, now: number): boolean {
  return till.heardAt !== undefined && now - till.heardAt > SILENT_MS
}

/** Minutes of the day in the shop's zone; a span over midnight when it ends before it begins. */
export function isQuiet(shop: Shop, account: Pick<AccountRow, 'quiet_from' | 'quiet_to'>): boolean {
  const { quiet_from: from, quiet_to: to } = account
  if (from === null || to === null || from === to) return false
  const local = shop.now() + zoneOffset(shop.settings.current.timeZone, shop.now())
  const minute = Math.floor((local % 86_400_000) / 60_000)
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

/**
 * Cents of today's paid orders and of those that may still be paid: apart, so that each is found by an index. The account
 * of the latter is wrapped so that SQLite looks through what is open, and not through all that it was ever paid.
 */
async function takenToday(shop: Shop, accountId: string): Promise<number> {
  const { timeZone } = shop.settings.current
  const today = startOfDay(dayOf(shop.now(), timeZone), timeZone)
  const taken = shop.db.selectFrom('orders').select((select) => select.fn.sum('due_cents').as('sum'))
  const paid = await taken
    .where('account_id', '=', accountId)
    .where('paid_at', '>=', today)
    .executeTakeFirstOrThrow()
  const open = await taken
    .where((where) => where(where.fn.coalesce('account_id', where.val('')), '=', accountId))
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
  return asNumber(paid.sum) + asNumber(open.sum)
}

/** What an order shows. Without an id it is the account's own link, which is written for each order. */
export interface ShownCode {
  readonly id: string | null
  readonly amount_cents: number | null
  readonly payload: string
}

/** The code for exactly this amount, else one without an amount, else the account's amount link. Never another. */
export function codeFor(till: Till, amountCents: number): ShownCode | undefined {
  const code = till.fixed.get(amountCents) ?? till.free
  if (code || till.account.alipay_user_id === null) return code
  return { id: null, amount_cents: amountCents, payload: '' }
}

/** After the claim: the code is still there, switched on, and for the same amount; or the link leads to the same wallet. */
export async function isStillShown(tx: Tx, till: Till, code: ShownCode): Promise<boolean> {
  if (code.id === null) return isStillPayee(tx, till.account)
  const row = await codeById.first(tx.db, { id: code.id })
  return row !== undefined && row.enabled_at !== null && row.amount_cents === code.amount_cents
}

const codeById = statement((db, the: { id: string }) =>
  db.selectFrom('payee_codes').select(['enabled_at', 'amount_cents']).where('id', '=', the.id),
)

async function isStillPayee(tx: Tx, account: AccountRow): Promise<boolean> {
  const row = await tx.db
    .selectFrom('accounts')
    .select('alipay_user_id')
    .where('id', '=', account.id)
    .executeTakeFirst()
  return row?.alipay_user_id === account.alipay_user_id
}

/** The amounts of a price's pool that this till can show, from the price downwards. */
export function payableAmounts(till: Till, priceCents: number, depth: number): number[] {
  return amountPool(priceCents, depth).filter((amount) => codeFor(till, amount))
}

/** Channels on which a price can be paid at all. */
export function payableChannels(tills: readonly Till[], priceCents: number, depth: number): Channel[] {
  const payable = tills.filter((till) => payableAmounts(till, priceCents, depth).length > 0)
  return [...new Set(payable.map((till) => till.account.channel))]
}

/** Channels on which a price could be paid up to a second ago: for what pages show. */
export async function listOfferedChannels(
  shop: Shop,
  priceCents: number,
  scope: TillScope = WHOLE_SHOP,
): Promise<readonly Channel[]> {
  const tills = await listTills(shop)
  const known = offers.get(tills) ?? new Map<string, Promise<Channel[]>>()
  offers.set(tills, known)
  const bounds = scope === WHOLE_SHOP ? '' : JSON.stringify(scope)
  const key = `${priceCents} ${bounds}`
  const channels = known.get(key) ?? openChannels(shop, priceCents, scope)
  known.set(key, channels)
  return channels
}

/** They last as long as the tills that they were read from. */
const offers = new WeakMap<readonly Till[], Map<string, Promise<Channel[]>>>()

async function openChannels(shop: Shop, priceCents: number, scope: TillScope): Promise<Channel[]> {
  const open = await listOpenTills(shop, priceCents, scope)
  return payableChannels(open, priceCents, shop.settings.current.slotDepth)
}
