/** The seller's list of merchants, each with what it is doing. */
import { asNumber } from '../com/db/index.ts'
import type { MerchantRow } from '../sql/schema.ts'
import { countDeadCallbacks } from './dead-callbacks.ts'
import { listMerchants } from './merchants.ts'
import type { Shop } from './shop.ts'
import { dayOf, startOfDay } from './time-zone.ts'
import { PROTOCOLS, type Protocol } from './vocabulary.ts'

const RECENT_MS = 30 * 86_400_000

export interface ListedMerchant {
  readonly merchant: MerchantRow
  /** Of its orders of the last 30 days. */
  readonly protocols: readonly Protocol[]
  readonly keyUsedAt: number | null
  /** Orders placed today, and how many of those are paid. */
  readonly today: { readonly placed: number; readonly paid: number }
  readonly deadCallbacks: number
}

export async function listMerchantsAtWork(shop: Shop): Promise<ListedMerchant[]> {
  const merchants = await listMerchants(shop)
  const protocols = await readProtocols(shop)
  const used = await readKeyUse(shop)
  const today = await readToday(shop)
  const dead = await countDeadCallbacks(shop)
  return merchants.map((merchant) => ({
    merchant,
    protocols: PROTOCOLS.filter((one) => protocols.has(`${merchant.id} ${one}`)),
    keyUsedAt: used.get(merchant.id) ?? null,
    today: today.get(merchant.id) ?? { placed: 0, paid: 0 },
    deadCallbacks: dead.get(merchant.id) ?? 0,
  }))
}

async function readProtocols(shop: Shop): Promise<Set<string>> {
  const rows = await shop.db
    .selectFrom('merchant_orders')
    .select(['merchant_id', 'protocol'])
    .distinct()
    .where('mode', '=', 'live')
    .where('created_at', '>=', shop.now() - RECENT_MS)
    .execute()
  return new Set(rows.map((row) => `${row.merchant_id} ${row.protocol}`))
}

async function readKeyUse(shop: Shop): Promise<Map<string, number>> {
  const rows = await shop.db
    .selectFrom('merchant_keys')
    .select((from) => ['merchant_id', from.fn.max('used_at').as('used')])
    .where('used_at', 'is not', null)
    .groupBy('merchant_id')
    .execute()
  return new Map(rows.map((row) => [row.merchant_id, asNumber(row.used ?? 0)]))
}

async function readToday(shop: Shop): Promise<Map<string, { placed: number; paid: number }>> {
  const { timeZone } = shop.settings.current
  const rows = await shop.db
    .selectFrom('orders')
    .select((from) => ['merchant_id', from.fn.countAll().as('placed'), from.fn.count('paid_at').as('paid')])
    .where('created_at', '>=', startOfDay(dayOf(shop.now(), timeZone), timeZone))
    .where('merchant_id', 'is not', null)
    .where('test_at', 'is', null)
    .groupBy('merchant_id')
    .execute()
  return new Map(
    rows.map((row) => [row.merchant_id ?? '', { placed: asNumber(row.placed), paid: asNumber(row.paid) }]),
  )
}
