/** Card keys: each belongs to at most one order. */
import { asNumber } from '../com/db/index.ts'
import type { StockItemRow } from '../sql/schema.ts'
import { shuffle } from './amount-choice.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { getProduct } from './products.ts'
import { transaction, type Shop, type Tx } from './shop.ts'

export async function countFreeStock(shop: Shop, productId: string): Promise<number> {
  const { free } = await shop.db
    .selectFrom('stock_items')
    .select((from) => from.fn.countAll().as('free'))
    .where('product_id', '=', productId)
    .where('order_id', 'is', null)
    .where('voided_at', 'is', null)
    .executeTakeFirstOrThrow()
  return asNumber(free)
}

/**
 * Gives an order its card keys in the order of their import: all of them or none.
 *
 * @returns false when the stock is short; nothing is assigned then.
 */
export async function assignKeys(
  tx: Tx,
  order: { id: string; productId: string; quantity: number },
): Promise<boolean> {
  let missing = order.quantity
  for (let tries = 0; missing > 0; tries += 1) {
    const candidates = await tx.db
      .selectFrom('stock_items')
      .select('id')
      .where('product_id', '=', order.productId)
      .where('order_id', 'is', null)
      .where('voided_at', 'is', null)
      .orderBy('created_at')
      .orderBy('position')
      .limit(missing + SPARE)
      .execute()
    if (candidates.length < missing) {
      await releaseKeys(tx, order.id)
      return false
    }
    const picked = (tries === 0 ? candidates : shuffle(candidates)).slice(0, missing)
    missing -= await takeKeys(tx, order.id, picked)
  }
  return true
}

/** Candidates beyond what is needed, mixed once someone else was quicker, so that orders do not queue for one row. */
const SPARE = 20

async function takeKeys(tx: Tx, orderId: string, picked: readonly { id: string }[]): Promise<number> {
  const { numUpdatedRows } = await tx.db
    .updateTable('stock_items')
    .set({ order_id: orderId, assigned_at: tx.now() })
    .where(
      'id',
      'in',
      picked.map((item) => item.id),
    )
    .where('order_id', 'is', null)
    .where('voided_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

/** Only what this same transaction took before it found the stock short. */
async function releaseKeys(tx: Tx, orderId: string): Promise<void> {
  await tx.db
    .updateTable('stock_items')
    .set({ order_id: null, assigned_at: null })
    .where('order_id', '=', orderId)
    .execute()
}

/** The keys of an order, in the order in which they were imported. */
export async function listOrderKeys(shop: Shop, orderId: string): Promise<string[]> {
  const rows = await shop.db
    .selectFrom('stock_items')
    .select('content')
    .where('order_id', '=', orderId)
    .orderBy('created_at')
    .orderBy('position')
    .execute()
  return rows.map((row) => row.content)
}

/** Keys in the order in which they were imported: a whole batch, or all that can still be handed over. */
export async function listKeys(shop: Shop, productId: string, batchId?: string): Promise<string[]> {
  const ofProduct = shop.db.selectFrom('stock_items').select('content').where('product_id', '=', productId)
  const chosen =
    batchId === undefined
      ? ofProduct.where('order_id', 'is', null).where('voided_at', 'is', null)
      : ofProduct.where('batch_id', '=', batchId)
  const rows = await chosen.orderBy('created_at').orderBy('position').execute()
  return rows.map((row) => row.content)
}

export type StockState = 'free' | 'sold' | 'voided'

export function stockStateOf(item: Pick<StockItemRow, 'order_id' | 'voided_at'>): StockState {
  if (item.voided_at !== null) return 'voided'
  return item.order_id === null ? 'free' : 'sold'
}

export interface StockFilter {
  readonly state?: StockState | undefined
  readonly batchId?: string | undefined
  readonly page: number
  readonly size: number
}

export async function listStock(
  shop: Shop,
  productId: string,
  filter: StockFilter,
): Promise<{ items: StockItemRow[]; total: number }> {
  let query = shop.db.selectFrom('stock_items').where('product_id', '=', productId)
  if (filter.batchId) query = query.where('batch_id', '=', filter.batchId)
  if (filter.state) {
    query = query.where('voided_at', filter.state === 'voided' ? 'is not' : 'is', null)
    if (filter.state !== 'voided')
      query = query.where('order_id', filter.state === 'sold' ? 'is not' : 'is', null)
  }
  const { total } = await query.select((from) => from.fn.countAll().as('total')).executeTakeFirstOrThrow()
  const items = await query
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('position')
    .limit(filter.size)
    .offset((filter.page - 1) * filter.size)
    .execute()
  return { items, total: asNumber(total) }
}

export interface StockBatch {
  readonly id: string
  readonly createdAt: number
  readonly free: number
  readonly sold: number
  readonly voided: number
}

export async function listBatches(shop: Shop, productId: string): Promise<StockBatch[]> {
  const rows = await shop.db
    .selectFrom('stock_items')
    .select((from) => [
      'batch_id',
      from.fn.min('created_at').as('created_at'),
      from.fn.countAll().as('total'),
      from.fn.count('order_id').as('sold'),
      from.fn.count('voided_at').as('voided'),
    ])
    .where('product_id', '=', productId)
    .groupBy('batch_id')
    .orderBy('created_at', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.batch_id,
    createdAt: asNumber(row.created_at),
    free: asNumber(row.total) - asNumber(row.sold) - asNumber(row.voided),
    sold: asNumber(row.sold),
    voided: asNumber(row.voided),
  }))
}

/** Takes unsold keys out of stock; sold ones stay as they are. @returns how many it took. */
export async function voidStock(
  shop: Shop,
  productId: string,
  which: { itemIds?: readonly string[] | undefined; batchId?: string | undefined },
  actor: Actor,
): Promise<number> {
  await getProduct(shop, productId)
  if (!which.batchId && !which.itemIds?.length) fail('bad_input', { field: 'itemIds' })
  return transaction(shop, async (tx) => {
    let update = tx.db
      .updateTable('stock_items')
      .set({ voided_at: tx.now() })
      .where('product_id', '=', productId)
      .where('order_id', 'is', null)
      .where('voided_at', 'is', null)
    if (which.itemIds?.length) update = update.where('id', 'in', which.itemIds)
    if (which.batchId) update = update.where('batch_id', '=', which.batchId)
    const { numUpdatedRows } = await update.executeTakeFirstOrThrow()
    await recordAudit(tx, actor, 'stock.void', productId, which, { voided: Number(numUpdatedRows) })
    return Number(numUpdatedRows)
  })
}
