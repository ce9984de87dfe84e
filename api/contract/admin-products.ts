/** Products and their card keys, as the seller sees them. */
import * as z from 'zod/mini'
import { DELIVERY_KINDS } from '../../core/vocabulary.ts'
import { operation } from './operation.ts'
import { Amount, Done, Id, IdParams, Page, Time, line, text } from './words.ts'

export const ProductInput = z.strictObject({
  name: line(1, 120),
  /** Markdown without HTML. */
  description: text(20_000),
  purchaseNote: text(500),
  priceCents: Amount,
  deliveryKind: z.enum(DELIVERY_KINDS),
  /** What everyone gets, where the delivery kind is `shared`. */
  sharedText: text(20_000),
  maxQuantity: z.int().check(z.minimum(1), z.maximum(1000)),
  /** Warn when fewer card keys are left; 0 never warns. */
  lowStock: z.int().check(z.minimum(0), z.maximum(1_000_000)),
  sort: z.int().check(z.minimum(-1_000_000), z.maximum(1_000_000)),
  onSale: z.boolean(),
  unlisted: z.boolean(),
})
export type ProductInput = z.output<typeof ProductInput>

export const AdminProduct = z.object({
  id: Id,
  name: z.string(),
  description: z.string(),
  purchaseNote: z.string(),
  priceCents: Amount,
  deliveryKind: z.enum(DELIVERY_KINDS),
  sharedText: z.string(),
  maxQuantity: z.int(),
  lowStock: z.int(),
  sort: z.int(),
  onSale: z.boolean(),
  unlisted: z.boolean(),
  createdAt: Time,
  /** Card keys that can still be handed over. */
  stock: z.int(),
  /** Card keys handed over; delivered orders of the other kinds. */
  sold: z.int(),
})
export type AdminProduct = z.output<typeof AdminProduct>

export const STOCK_STATES = ['free', 'sold', 'voided'] as const

export const StockItem = z.object({
  id: Id,
  content: z.string(),
  state: z.enum(STOCK_STATES),
  batchId: Id,
  orderId: z.nullable(Id),
  createdAt: Time,
})
export type StockItem = z.output<typeof StockItem>

export const StockBatch = z.object({
  id: Id,
  createdAt: Time,
  free: z.int(),
  sold: z.int(),
  voided: z.int(),
})

/** What an import did, or would do. Every line of the text is counted exactly once. */
export const StockImport = z.object({
  added: z.int(),
  twiceInText: z.int(),
  alreadyInStock: z.int(),
  alreadySold: z.int(),
  empty: z.int(),
  /** Null for a dry run, or where nothing was new. */
  batchId: z.nullable(Id),
  /** Orders that waited for stock and were delivered by this import. */
  deliveredOrders: z.int(),
})
export type StockImport = z.output<typeof StockImport>

/** Characters of one import: about 100,000 keys. */
export const MAX_STOCK_TEXT = 6_000_000

export const listAdminProducts = operation({
  id: 'listAdminProducts',
  method: 'GET',
  path: '/api/admin/products',
  summary: 'All products, off the shelf ones included.',
  audience: 'admin',
  reply: z.object({ products: z.array(AdminProduct) }),
  refusals: [],
})

export const showAdminProduct = operation({
  id: 'showAdminProduct',
  method: 'GET',
  path: '/api/admin/products/:id',
  summary: 'One product.',
  audience: 'admin',
  params: IdParams,
  reply: AdminProduct,
  refusals: ['product_not_found'],
})

export const addProduct = operation({
  id: 'addProduct',
  method: 'POST',
  path: '/api/admin/products',
  summary: 'Adds a product.',
  audience: 'admin',
  body: ProductInput,
  reply: AdminProduct,
  status: 201,
  refusals: ['bad_input'],
})

export const changeProduct = operation({
  id: 'changeProduct',
  method: 'PUT',
  path: '/api/admin/products/:id',
  summary: 'Changes a product. Open orders keep the price they were placed at.',
  audience: 'admin',
  params: IdParams,
  body: ProductInput,
  reply: AdminProduct,
  refusals: ['product_not_found', 'bad_input'],
})

export const importStock = operation({
  id: 'importStock',
  method: 'POST',
  path: '/api/admin/products/:id/stock',
  summary: 'Imports card keys, one a line. A dry run only counts.',
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({ text: text(MAX_STOCK_TEXT), dryRun: z.boolean() }),
  reply: StockImport,
  refusals: ['product_not_found', 'bad_input', 'wrong_state', 'too_large'],
})

export const listStock = operation({
  id: 'listStock',
  method: 'GET',
  path: '/api/admin/products/:id/stock',
  summary:
    'Card keys of a product, newest batch first, with the batches. `/stock.txt` exports the free ones, `?batchId=` a batch.',
  audience: 'admin',
  params: IdParams,
  query: z.strictObject({
    state: z.optional(z.enum(STOCK_STATES)),
    batchId: z.optional(Id),
    page: Page,
  }),
  reply: z.object({ items: z.array(StockItem), total: z.int(), batches: z.array(StockBatch) }),
  refusals: ['product_not_found'],
})

export const voidStock = operation({
  id: 'voidStock',
  method: 'POST',
  path: '/api/admin/products/:id/stock/void',
  summary: 'Takes unsold card keys out of stock: some, or what is left of a batch.',
  audience: 'admin',
  params: IdParams,
  body: z.strictObject({
    itemIds: z.optional(z.array(Id).check(z.maxLength(1000))),
    batchId: z.optional(Id),
  }),
  reply: z.extend(Done, { voided: z.int() }),
  refusals: ['product_not_found', 'bad_input'],
})
