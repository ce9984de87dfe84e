/** What is offered. Public ids are nanoids and never change: they are printed on posters. */
import { nanoid } from 'nanoid'
import { asNumber, statement } from '../com/db/index.ts'
import type { ProductRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { gathered } from './gathered.ts'
import { createRecent } from './recent.ts'
import { transaction, type Shop } from './shop.ts'
import type { DeliveryKind } from './vocabulary.ts'

export interface ProductInput {
  readonly name: string
  readonly description: string
  readonly purchaseNote: string
  readonly priceCents: number
  readonly deliveryKind: DeliveryKind
  readonly sharedText: string
  readonly maxQuantity: number
  readonly lowStock: number
  readonly sort: number
  readonly onSale: boolean
  readonly unlisted: boolean
}

/** @throws ShopError `product_not_found` */
export async function getProduct(shop: Shop, id: string): Promise<ProductRow> {
  return (await findProduct(shop, id)) ?? fail('product_not_found')
}

export async function findProduct(shop: Shop, id: string): Promise<ProductRow | undefined> {
  return productById.first(shop.db, { id })
}

const productById = statement((db, the: { id: string }) =>
  db.selectFrom('products').selectAll().where('id', '=', the.id),
)

/** The same for buyers who order in the same moment. Outside of transactions only. @throws ShopError `product_not_found` */
export async function getProductWithOthers(shop: Shop, id: string): Promise<ProductRow> {
  return (await findWithOthers(shop, id)) ?? fail('product_not_found')
}

const findWithOthers = gathered<string, ProductRow>(async (shop, ids) => {
  const rows = await productsById.all(shop.db, { ids })
  return new Map(rows.map((row) => [row.id, row]))
})

const productsById = statement((db, the: { ids: readonly string[] }) =>
  db.selectFrom('products').selectAll().where('id', 'in', the.ids),
)

/** As it was up to a second ago: for what pages show. */
export function findRecentProduct(shop: Shop, id: string): Promise<ProductRow | undefined> {
  return recent.get(shop, id)
}

const recent = createRecent(findProduct)

/** In the seller's order, then newest first. */
export async function listProducts(shop: Shop): Promise<ProductRow[]> {
  return shop.db
    .selectFrom('products')
    .selectAll()
    .orderBy('sort')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
}

export async function listShelf(shop: Shop): Promise<ProductRow[]> {
  const products = await listProducts(shop)
  return products.filter((product) => product.on_sale_at !== null && product.unlisted_at === null)
}

export interface StockCount {
  readonly free: number
  readonly sold: number
}

/** Card keys of every product that has any. */
export async function countStock(shop: Shop): Promise<Map<string, StockCount>> {
  const rows = await shop.db
    .selectFrom('stock_items')
    .select((from) => ['product_id', from.fn.countAll().as('total'), from.fn.count('order_id').as('sold')])
    .where('voided_at', 'is', null)
    .groupBy('product_id')
    .execute()
  return new Map(
    rows.map((row) => [
      row.product_id,
      { free: asNumber(row.total) - asNumber(row.sold), sold: asNumber(row.sold) },
    ]),
  )
}

/** Delivered orders of every product that has any. */
export async function countDelivered(shop: Shop): Promise<Map<string, number>> {
  const rows = await shop.db
    .selectFrom('orders')
    .select((from) => ['product_id', from.fn.countAll().as('orders')])
    .where('state', '=', 'delivered')
    .groupBy('product_id')
    .execute()
  return new Map(rows.map((row) => [row.product_id, asNumber(row.orders)]))
}

export async function addProduct(shop: Shop, input: ProductInput, actor: Actor): Promise<ProductRow> {
  checkInput(input)
  return transaction(shop, async (tx) => {
    const row: ProductRow = {
      id: nanoid(),
      ...columnsOf(input, undefined, tx.now()),
      created_at: tx.now(),
      updated_at: tx.now(),
    }
    await tx.db.insertInto('products').values(row).execute()
    await recordAudit(tx, actor, 'products.add', row.id, null, auditOf(row))
    return row
  })
}

/** Open orders keep the price and the name they were placed with. */
export async function changeProduct(
  shop: Shop,
  id: string,
  input: ProductInput,
  actor: Actor,
): Promise<ProductRow> {
  checkInput(input)
  const changed = await transaction(shop, async (tx) => {
    const before = await getProduct(tx, id)
    const row: ProductRow = { ...before, ...columnsOf(input, before, tx.now()), updated_at: tx.now() }
    await tx.db.updateTable('products').set(row).where('id', '=', id).execute()
    await recordAudit(tx, actor, 'products.change', id, auditOf(before), auditOf(row))
    return row
  })
  recent.forget(shop)
  return changed
}

function checkInput(input: ProductInput): void {
  if (input.deliveryKind === 'shared' && input.sharedText.trim() === '') {
    fail('bad_input', { field: 'sharedText' })
  }
}

function columnsOf(input: ProductInput, before: ProductRow | undefined, now: number) {
  return {
    name: input.name.trim(),
    description: input.description,
    purchase_note: input.purchaseNote,
    price_cents: input.priceCents,
    delivery_kind: input.deliveryKind,
    shared_text: input.sharedText,
    max_quantity: input.maxQuantity,
    low_stock: input.lowStock,
    sort: input.sort,
    on_sale_at: input.onSale ? (before?.on_sale_at ?? now) : null,
    unlisted_at: input.unlisted ? (before?.unlisted_at ?? now) : null,
  }
}

/** The goods themselves stay out of the audit. */
function auditOf(row: ProductRow) {
  const { name, price_cents, delivery_kind, on_sale_at, unlisted_at } = row
  return { name, price_cents, delivery_kind, on_sale: on_sale_at !== null, unlisted: unlisted_at !== null }
}
