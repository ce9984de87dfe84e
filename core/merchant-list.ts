/** The seller's list of merchants, each with what it is doing. */
import { asNumber } from '../com/db/index.ts'
import type { MerchantRow } from '../sql/schema.ts'
import { countDeadCallbacks } from './dead-callbacks.ts'
import { listMerchants } from './merchants.ts'
import type { Shop } from './shop.ts'
import { dayOf, startOfDay } from './time-zone.ts'
import { PROTOCOLS, type Protocol } from './vocabulary.ts'

/** Orders of each that are looked at: all of a month would take a moment of the shop's time. */
const RECENT = 200

/** Of whose orders one query tells: the embedded database takes no more than 500. */
const AT_ONCE = 100

export interface ListedMerchant {
  readonly merchant: MerchantRow
  /** Of its latest orders. */
  readonly protocols: readonly Protocol[]
  readonly keyUsedAt: number | null
  /** Orders placed today, and how many of those are paid. */
  readonly today: { readonly placed: number; readonly paid: number }
  readonly deadCallbacks: number
}

export async function listMerchantsAtWork(shop: Shop): Promise<ListedMerchant[]> {
  const merchants = await listMerchants(shop)
  const used = await readKeyUse(shop)
  const today = await readToday(shop)
  const dead = await countDeadCallbacks(shop)
  const spoken = await readProtocols(shop, merchants)
  return merchants.map((merchant) => ({
    merchant,
    protocols: PROTOCOLS.filter((one) => spoken.has(`${merchant.id} ${one}`)),
    keyUsedAt: used.get(merchant.id) ?? null,
    today: today.get(merchant.id) ?? { placed: 0, paid: 0 },
    deadCallbacks: dead.get(merchant.id) ?? 0,
  }))
}

/** @returns a merchant and a protocol with a blank between, for each protocol that it spoke lately. */
async function readProtocols(shop: Shop, merchants: readonly MerchantRow[]): Promise<Set<string>> {
  const spoken = new Set<string>()
  for (let from = 0; from < merchants.length; from += AT_ONCE) {
    const [first, ...others] = merchants
      .slice(from, from + AT_ONCE)
      .map(({ id }) => recentProtocols(shop, id))
    const rows = await others.reduce((all, one) => all && all.unionAll(one), first)?.execute()
    for (const row of rows ?? []) spoken.add(`${row.merchant_id} ${row.protocol}`)
  }
  return spoken
}

function recentProtocols(shop: Shop, merchantId: string) {
  const recent = shop.db
    .selectFrom('merchant_orders')
    .select(['merchant_id', 'protocol'])
    .where('merchant_id', '=', merchantId)
    .where('mode', '=', 'live')
    .orderBy('created_at', 'desc')
    .limit(RECENT)
  return shop.db.selectFrom(recent.as('recent')).select(['merchant_id', 'protocol']).distinct()
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
