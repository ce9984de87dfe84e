/** Importing card keys, one a line: every line is counted exactly once, nothing is imported twice. */
import { nanoid } from 'nanoid'
import { hashToken } from '../com/tokens.ts'
import { isDuplicate } from '../com/db/index.ts'
import type { StockItemRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { deliverWaiting } from './delivery.ts'
import { fail } from './errors.ts'
import { getProduct } from './products.ts'
import { transaction, type Shop } from './shop.ts'

export interface StockImport {
  readonly added: number
  readonly twiceInText: number
  readonly alreadyInStock: number
  readonly alreadySold: number
  readonly empty: number
  /** Null for a dry run, or where nothing was new. */
  readonly batchId: string | null
  readonly deliveredOrders: number
}

/** Rows that one statement inserts; MySQL and SQLite both take that many parameters. */
const CHUNK = 200

/** Longest card key that is kept. */
const MAX_KEY = 4_000

/**
 * Imports in transactions of a few hundred keys, so that payments are never kept waiting. Running an interrupted
 * import again adds what was missing.
 */
export async function importStock(
  shop: Shop,
  productId: string,
  text: string,
  options: { dryRun: boolean; actor: Actor },
): Promise<StockImport> {
  const product = await getProduct(shop, productId)
  if (product.delivery_kind !== 'keys') fail('wrong_state', { deliveryKind: product.delivery_kind })
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim())
  if (lines.at(-1) === '') lines.pop()
  const keys = lines.filter((line) => line !== '')
  if (keys.some((key) => key.length > MAX_KEY)) fail('bad_input', { field: 'text', longest: MAX_KEY })
  const unique = new Map(keys.map((key) => [hashToken(key), key]))
  const known = await findKnown(shop, productId, [...unique.keys()])
  for (const hash of known.keys()) unique.delete(hash)
  const counts = {
    twiceInText: keys.length - unique.size - known.size,
    alreadyInStock: [...known.values()].filter((sold) => !sold).length,
    alreadySold: [...known.values()].filter((sold) => sold).length,
    empty: lines.length - keys.length,
  }
  if (options.dryRun || unique.size === 0) {
    return { added: unique.size, ...counts, batchId: null, deliveredOrders: 0 }
  }
  const batchId = nanoid()
  const added = await insertKeys(shop, productId, batchId, [...unique])
  await transaction(shop, (tx) =>
    recordAudit(tx, options.actor, 'stock.import', productId, null, { batchId, added }),
  )
  const deliveredOrders = await deliverWaiting(shop, productId)
  return {
    added,
    ...counts,
    alreadyInStock: counts.alreadyInStock + unique.size - added,
    batchId,
    deliveredOrders,
  }
}

/** @returns for each hash that the product has: whether it was sold. */
async function findKnown(
  shop: Shop,
  productId: string,
  hashes: readonly string[],
): Promise<Map<string, boolean>> {
  const known = new Map<string, boolean>()
  for (let from = 0; from < hashes.length; from += CHUNK) {
    const rows = await shop.db
      .selectFrom('stock_items')
      .select(['content_hash', 'order_id'])
      .where('product_id', '=', productId)
      .where('content_hash', 'in', hashes.slice(from, from + CHUNK))
      .execute()
    for (const row of rows) known.set(row.content_hash, row.order_id !== null)
  }
  return known
}

async function insertKeys(
  shop: Shop,
  productId: string,
  batchId: string,
  keys: readonly (readonly [hash: string, content: string])[],
): Promise<number> {
  let added = 0
  for (let from = 0; from < keys.length; from += CHUNK) {
    const chunk = keys.slice(from, from + CHUNK)
    const rows = chunk.map(([hash, content], index) => ({ hash, content, position: from + index }))
    added += await insertChunk(shop, productId, batchId, rows)
  }
  return added
}

/** One by one when another import brought one of the same keys in meanwhile. */
async function insertChunk(
  shop: Shop,
  productId: string,
  batchId: string,
  rows: readonly { hash: string; content: string; position: number }[],
): Promise<number> {
  try {
    await transaction(shop, (tx) =>
      tx.db
        .insertInto('stock_items')
        .values(rows.map((row) => itemOf(productId, batchId, row, tx.now())))
        .execute(),
    )
    return rows.length
  } catch (error) {
    if (!isDuplicate(error)) throw error
    if (rows.length === 1) return 0
    let added = 0
    for (const row of rows) added += await insertChunk(shop, productId, batchId, [row])
    return added
  }
}

function itemOf(
  productId: string,
  batchId: string,
  row: { hash: string; content: string; position: number },
  now: number,
): StockItemRow {
  return {
    id: nanoid(),
    product_id: productId,
    batch_id: batchId,
    position: row.position,
    content: row.content,
    content_hash: row.hash,
    order_id: null,
    created_at: now,
    assigned_at: null,
    voided_at: null,
  }
}
