/** The shop that the measurements use: products, codes, amounts, and open orders laid straight into the tables. */
import { randomBytes } from 'node:crypto'
import { nanoid } from 'nanoid'
import { migrate, openDb } from '../../com/db/index.ts'
import { createLog } from '../../com/log.ts'
import { createStore } from '../../com/store.ts'
import { hashToken, randomToken } from '../../com/tokens.ts'
import { addCodes } from '../../core/codes.ts'
import { createSettings } from '../../core/settings.ts'
import type { Shop } from '../../core/shop.ts'
import { prepareShop } from '../../core/start.ts'
import type { Database, OrderRow, ProductRow } from '../../sql/schema.ts'

const SELLER = { name: 'bench', address: '127.0.0.1' }
const CODES = [
  { payload: `wxp://f2f0${'a'.repeat(32)}`, amountCents: null },
  { payload: 'https://qr.alipay.com/fkx10000examplecode0001', amountCents: null },
]
const DAY_MS = 86_400_000
/** The price and ten cents below it. */
export const POOL = 11
const PRICES = { room: 10_000_000, full: 20_000_000, laid: 40_000_000 }

export interface LaidOrder {
  readonly id: string
  readonly dueCents: number
  readonly token: string
}

export interface Stand {
  readonly shop: Shop
  readonly accountId: string
  readonly listenerId: string
  /** Products whose amounts are free after `freeRoom`. */
  readonly roomIds: readonly string[]
  /** Products whose amounts are all taken. */
  readonly fullIds: readonly string[]
  /** Ends the orders of the products with room, and frees their amounts. */
  freeRoom(): Promise<void>
  /** Lays open orders, each with an amount of its own that no earlier order had. */
  layOrders(count: number): Promise<LaidOrder[]>
  /** Forgets letters that have not gone out. */
  dropJobs(): Promise<void>
  close(): Promise<void>
}

/** @param sizes of the products with room, and of those without. */
export async function openStand(
  databaseUrl: string,
  secret: string,
  sizes: { room: number; full: number },
): Promise<Stand> {
  const shop = await openShop(databaseUrl, secret)
  await addCodes(shop, CODES, SELLER)
  const accounts = await shop.db.selectFrom('accounts').select('id').where('channel', '=', 'alipay').execute()
  const listeners = await shop.db.selectFrom('listeners').select('id').execute()
  const [accountId = '', listenerId = ''] = [accounts[0]?.id, listeners[0]?.id]
  const roomIds = await addProducts(shop, 'room', sizes.room)
  const fullIds = await addProducts(shop, 'full', sizes.full)
  await addSlots(shop, accountId, PRICES.room, sizes.room, 0)
  await addSlots(shop, accountId, PRICES.full, sizes.full, Date.now() + DAY_MS)
  const laidId = (await addProducts(shop, 'laid', 1))[0] ?? ''
  let amount = PRICES.laid

  return {
    shop,
    accountId,
    listenerId,
    roomIds,
    fullIds,
    async freeRoom() {
      await shop.db
        .updateTable('orders')
        .set({ state: 'cancelled' })
        .where('product_id', 'in', roomIds)
        .where('state', '=', 'pending')
        .execute()
      await shop.db
        .updateTable('amount_slots')
        .set({ order_id: null, claimed_at: 0, held_until: 0 })
        .where('account_id', '=', accountId)
        .where('amount_cents', '<', PRICES.full - POOL)
        .execute()
    },
    async layOrders(count) {
      const laid = Array.from({ length: count }, () => ({
        id: nanoid(),
        dueCents: (amount += 1),
        token: randomToken(24),
      }))
      const rows = laid.map((one) => openOrder(one, laidId, accountId))
      await insertAll(shop, 'orders', rows)
      const slots = rows.map((row) => slotRow(accountId, row.due_cents, row.id, row.expires_at + DAY_MS))
      await insertAll(shop, 'amount_slots', slots)
      return laid
    },
    async dropJobs() {
      await shop.db.updateTable('jobs').set({ done_at: 1 }).where('done_at', 'is', null).execute()
    },
    async close() {
      await shop.store.close()
      await shop.database.close()
    },
  }
}

/** @param databaseUrl is made and migrated when it is empty. */
export async function openShop(
  databaseUrl: string,
  listenerSecret: string,
  redisUrl?: string,
): Promise<Shop> {
  const log = createLog('error')
  const database = await openDb(databaseUrl)
  await migrate(database)
  const shop: Shop = {
    db: database.kysely,
    now: database.now,
    database,
    store: await createStore({ log, redisUrl }),
    mail: { send: async () => undefined, close: () => undefined },
    log,
    settings: createSettings({ orderTtlS: DAY_MS / 1000 }),
  }
  await prepareShop(shop, { listenerSecret })
  return shop
}

async function addProducts(shop: Shop, kind: keyof typeof PRICES, count: number): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, index): ProductRow => {
    const id = `${kind}${String(index).padStart(17, '0')}`
    return {
      id,
      name: '月卡',
      description: '',
      purchase_note: '',
      price_cents: PRICES[kind] + index * POOL,
      delivery_kind: 'shared',
      shared_text: 'thank you',
      max_quantity: 1,
      low_stock: 0,
      sort: 0,
      on_sale_at: 1,
      unlisted_at: null,
      created_at: 1,
      updated_at: 1,
    }
  })
  await insertAll(shop, 'products', rows)
  return rows.map((row) => row.id)
}

async function addSlots(shop: Shop, accountId: string, price: number, pools: number, heldUntil: number) {
  const lowest = price - POOL + 1
  const rows = Array.from({ length: pools * POOL }, (_, index) =>
    slotRow(accountId, lowest + index, heldUntil > 0 ? 'somebody-elses-order-' : null, heldUntil),
  )
  await insertAll(shop, 'amount_slots', rows)
}

function slotRow(accountId: string, amount: number, orderId: string | null, heldUntil: number) {
  return {
    account_id: accountId,
    amount_cents: amount,
    order_id: orderId,
    claimed_at: 0,
    held_until: heldUntil,
  }
}

function openOrder({ id, dueCents, token }: LaidOrder, productId: string, accountId: string): OrderRow {
  const now = Date.now()
  return {
    id,
    product_id: productId,
    product_name: '月卡',
    quantity: 1,
    price_cents: dueCents,
    due_cents: dueCents,
    channel: 'alipay',
    account_id: accountId,
    code_id: null,
    code_payload: CODES[1]?.payload ?? '',
    code_fixed_at: null,
    state: 'pending',
    email: `${randomBytes(6).toString('hex')}@example.com`,
    locale: 'zh-CN',
    buyer_hash: hashToken(token),
    access_token: randomToken(24),
    address: '198.51.100.1',
    created_at: now,
    expires_at: now + DAY_MS,
    late_until: now + DAY_MS,
    extended_at: null,
    expired_at: null,
    cancelled_at: null,
    paid_at: null,
    paid_by: null,
    delivered_at: null,
    delivered_text: null,
    reported_at: null,
    seller_note: '',
    merchant_id: null,
    test_at: null,
    amount_link: null,
    link_opened_at: null,
  }
}

async function insertAll<T extends keyof Database>(
  shop: Shop,
  table: T,
  rows: readonly Database[T][],
): Promise<void> {
  for (let from = 0; from < rows.length; from += 500) {
    const values = rows.slice(from, from + 500) as never
    await shop.db.insertInto(table).values(values).execute()
  }
}
