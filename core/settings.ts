/** What the owner can change without a restart. The environment has the last word. */
import type { Shop } from './shop.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { CHANNELS, type Channel } from './vocabulary.ts'

export interface ShopSettings {
  readonly shopName: string
  readonly shopNotice: string
  readonly contact: string
  /** `#rrggbb` */
  readonly brandColor: string
  /** Absolute links start with it, no slash at the end; empty until it is set. */
  readonly publicUrl: string
  /** IANA name. */
  readonly timeZone: string
  readonly channels: readonly Channel[]
  readonly orderTtlS: number
  readonly lateAcceptS: number
  readonly slotHoldS: number
  readonly slotCoolS: number
  readonly slotRestS: number
  readonly startupGraceS: number
  /** Amounts below the list price that an order may get. */
  readonly slotDepth: number
  /** `60/300,2`: orders per address / seconds, open orders per browser and e-mail; `0` switches off. */
  readonly orderLimits: string
  /** Days for which it is on record how a finished callback was sent. */
  readonly callbackKeptDays: number
}

export interface Settings {
  /** Replaced as a whole by loadSettings. */
  current: ShopSettings
  /** Set by the environment: wins, and cannot be changed in the console. */
  readonly fixed: Partial<ShopSettings>
}

export const DEFAULT_SETTINGS: ShopSettings = {
  shopName: '码上收',
  shopNotice: '',
  contact: '',
  brandColor: '#0f766e',
  publicUrl: '',
  timeZone: 'Asia/Shanghai',
  channels: CHANNELS,
  orderTtlS: 300,
  lateAcceptS: 120,
  slotHoldS: 300,
  slotCoolS: 600,
  slotRestS: 1800,
  startupGraceS: 120,
  slotDepth: 10,
  orderLimits: '60/300,2',
  callbackKeptDays: 90,
}

/** A payment that comes up to this long after its amount was held is suggested to the seller. */
export const SUGGEST_MS = 24 * 3_600_000

export function createSettings(fixed: Partial<ShopSettings>): Settings {
  return { current: { ...DEFAULT_SETTINGS, ...fixed }, fixed }
}

/** Reads what other processes may have changed. */
export async function loadSettings(shop: Shop): Promise<void> {
  const rows = await shop.db.selectFrom('settings').select(['name', 'value']).execute()
  const kept = Object.fromEntries(
    rows.filter((row) => row.name in DEFAULT_SETTINGS).map((row) => [row.name, JSON.parse(row.value)]),
  ) as Partial<ShopSettings>
  shop.settings.current = { ...DEFAULT_SETTINGS, ...kept, ...shop.settings.fixed }
}

/** Inside a transaction; call loadSettings after it. @throws ShopError `set_by_environment`, `bad_input` */
export async function changeSettings(tx: Shop, change: Partial<ShopSettings>, actor: Actor): Promise<void> {
  for (const [name, value] of Object.entries(change)) {
    if (name in tx.settings.fixed) fail('set_by_environment', { name })
    if (name === 'timeZone' && !isTimeZone(String(value))) fail('bad_input', { name })
    await writeValue(tx, name, value)
  }
  const before = Object.fromEntries(
    Object.keys(change).map((name) => [name, tx.settings.current[name as keyof ShopSettings]]),
  )
  await recordAudit(tx, actor, 'settings.change', 'shop', before, change)
}

/** A value of the installation itself, such as the set-up code. */
export async function readValue(shop: Shop, name: string): Promise<unknown> {
  const row = await shop.db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst()
  return row && JSON.parse(row.value)
}

export async function writeValue(shop: Shop, name: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value)
  const { numUpdatedRows } = await shop.db
    .updateTable('settings')
    .set({ value: text, updated_at: shop.now() })
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows > 0n) return
  await shop.db.insertInto('settings').values({ name, value: text, updated_at: shop.now() }).execute()
}

/** Limits on placing orders; a part that is 0 is off. */
export function orderLimits(shop: Shop): { perAddress: number; windowMs: number; openOrders: number } {
  const [rate = '0', open = '0'] = shop.settings.current.orderLimits.split(',')
  const [perAddress = '0', seconds = '300'] = rate.split('/')
  return { perAddress: Number(perAddress), windowMs: Number(seconds) * 1000, openOrders: Number(open) }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
