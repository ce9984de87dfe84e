/** The real shop beside the model: one database for many runs, a clock that stands still, chance that repeats. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { First, Work } from '../../com/db/index.ts'
import { addAccount, listAccounts } from '../../core/accounts.ts'
import { addCodes, type NewCode } from '../../core/codes.ts'
import { addListener, listListeners } from '../../core/listeners.ts'
import { createJobHandlers } from '../../core/job-handlers.ts'
import type { JobHandlers } from '../../core/jobs.ts'
import { addProduct } from '../../core/products.ts'
import type { Shop } from '../../core/shop.ts'
import type { DeliveryKind } from '../../core/vocabulary.ts'
import type { MerchantRow } from '../../sql/schema.ts'
import type { TestEngine } from '../support/engines.ts'
import { openMerchant } from '../support/merchants.ts'
import { alipayPayload, wechatPayload } from '../support/pictures.ts'
import { openTestShop } from '../support/shop.ts'
import { SELLER } from '../support/trade.ts'
import type { ModelAccount } from './model-claims.ts'
import type { ModelProduct } from './model.ts'

/** When every run begins, Unix ms. */
export const START = Date.UTC(2026, 0, 5, 4)

export interface World {
  readonly shop: Shop
  readonly accounts: readonly ModelAccount[]
  readonly products: readonly ModelProduct[]
  /** By id: what each receiving code carries, null being any amount. */
  readonly codes: ReadonlyMap<string, { accountId: string; amountCents: number | null }>
  /** By account: the device that reports for it. */
  readonly devices: ReadonlyMap<string, string>
  readonly merchant: MerchantRow
  /** A merchant's site answers every second callback as it should. */
  readonly handlers: JobHandlers
  setTime(at: number): void
  /** As after the installation: nothing was ever ordered, no amount was ever used. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** Amounts with codes of their own on the account that has no other codes; gaps in every pool. */
const SECOND_FIXED = [105, 104, 100, 98, 97, 95, 93, 90, 2]
const WECHAT_FIXED = [100, 99, 3]

/** Pools that overlap, one that is tiny, and every way to hand goods over. */
const PRODUCTS: readonly [priceCents: number, kind: DeliveryKind, most: number][] = [
  [100, 'shared', 1],
  [95, 'keys', 2],
  [105, 'manual', 1],
  [3, 'shared', 1],
]

const RUN_TABLES = [
  'orders',
  'order_events',
  'payments',
  'payment_cases',
  'jobs',
  'stock_items',
  'audit_entries',
  'merchant_orders',
  'callbacks',
  'callback_attempts',
  'alerts',
] as const

export async function openWorld(engine: TestEngine): Promise<World> {
  const folder = engine.name === 'SQLite' && existsSync('/dev/shm') ? await mkdtemp('/dev/shm/till-') : null
  const openUrl = async () => (folder ? `sqlite:${join(folder, 'shop.db')}` : engine.openUrl())
  const real = await openTestShop({ ...engine, openUrl }, { orderLimits: '1000000/300,2' })
  let now = START
  const shop: Shop = {
    ...real,
    now: () => now,
    database: {
      ...real.database,
      now: () => now,
      transaction: <T, R>(work: Work<T, R>, first?: First<R>) =>
        real.database.transaction<T, R>((trx, _, found) => work(trx, now, found), first),
    },
    store: { ...real.store, recall: async () => undefined }, // what it remembers is dated by another clock
    mail: { send: async () => undefined, close: () => undefined },
  }
  let calls = 0
  const call = async () => ({ status: ++calls % 2 === 0 ? 200 : 500, body: 'success', tookMs: 1 })
  return {
    shop,
    merchant: (await openMerchant(shop)).merchant,
    handlers: createJobHandlers([0], { scheduleMs: [0, 60_000, 60_000], call }),
    ...(await openTills(shop)),
    products: await addProducts(shop),
    setTime: (at) => void (now = at),
    async clear() {
      now = START
      calls = 0
      for (const table of RUN_TABLES) await shop.db.deleteFrom(table).execute()
      await shop.db
        .updateTable('amount_slots')
        .set({ order_id: null, claimed_at: 0, held_until: 0 })
        .execute()
    },
    async close() {
      await real.close()
      if (folder) await rm(folder, { recursive: true })
    },
  }
}

async function openTills(shop: Shop): Promise<Pick<World, 'accounts' | 'codes' | 'devices'>> {
  const firsts = await listAccounts(shop)
  const idOf = (channel: string) => firsts.find((account) => account.channel === channel)?.id ?? ''
  const second = await addAccount(shop, 'alipay', { name: 'second', enabled: true }, SELLER)
  const accounts: ModelAccount[] = [
    { id: idOf('alipay'), channel: 'alipay', fixed: [], hasFreeCode: true },
    { id: second.id, channel: 'alipay', fixed: SECOND_FIXED, hasFreeCode: false },
    { id: idOf('wechat'), channel: 'wechat', fixed: WECHAT_FIXED, hasFreeCode: true },
  ]
  const { added, refused } = await addCodes(shop, accounts.flatMap(codesOf), SELLER)
  if (refused.length > 0) throw new Error('A code of the test was refused')
  const [phone] = await listListeners(shop)
  const other = await addListener(shop, { name: 'second', enabled: true, accountIds: [second.id] }, SELLER)
  return {
    accounts,
    codes: new Map(
      added.map((code) => [code.id, { accountId: code.account_id, amountCents: code.amount_cents }]),
    ),
    devices: new Map(accounts.map(({ id }) => [id, id === second.id ? other.id : (phone?.id ?? '')])),
  }
}

function codesOf(account: ModelAccount, at: number): NewCode[] {
  const payload = account.channel === 'alipay' ? alipayPayload : wechatPayload
  const amounts = [...account.fixed, ...(account.hasFreeCode ? [null] : [])]
  return amounts.map((amountCents) => ({
    payload: payload(at * 1_000 + (amountCents ?? 0)),
    amountCents,
    accountId: account.id,
  }))
}

async function addProducts(shop: Shop): Promise<ModelProduct[]> {
  const rest = { description: '', purchaseNote: '', lowStock: 0, sort: 0, onSale: true, unlisted: false }
  const products: ModelProduct[] = []
  for (const [priceCents, kind, most] of PRODUCTS) {
    const input = { name: kind, priceCents, deliveryKind: kind, sharedText: 'thanks', maxQuantity: most }
    const { id } = await addProduct(shop, { ...input, ...rest }, SELLER)
    products.push({ id, priceCents, kind, most })
  }
  return products
}
