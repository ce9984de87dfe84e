/** The console's products and card keys. */
import Router from 'koa-router'
import * as products from '../../core/products.ts'
import type { Shop } from '../../core/shop.ts'
import { importStock } from '../../core/stock-import.ts'
import * as stock from '../../core/stock.ts'
import type { ProductRow } from '../../sql/schema.ts'
import * as contract from '../contract/admin-products.ts'
import { PAGE_SIZE } from '../contract/words.ts'
import { queryOf, serve } from '../serve.ts'
import { actorOf } from './actor.ts'

const EMPTY = { free: 0, sold: 0 }

export function productRoutes(shop: Shop): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.listAdminProducts, async () => {
    const counts = await products.countStock(shop)
    const delivered = await products.countDelivered(shop)
    const all = await products.listProducts(shop)
    return {
      products: all.map((product) => toView(product, counts.get(product.id), delivered.get(product.id))),
    }
  })

  serve(router, contract.showAdminProduct, async ({ params }) =>
    viewOf(await products.getProduct(shop, params.id)),
  )

  serve(router, contract.addProduct, async ({ body, ctx }) =>
    viewOf(await products.addProduct(shop, body, actorOf(ctx))),
  )

  serve(router, contract.changeProduct, async ({ params, body, ctx }) =>
    viewOf(await products.changeProduct(shop, params.id, body, actorOf(ctx))),
  )

  serve(router, contract.importStock, async ({ params, body, ctx }) =>
    importStock(shop, params.id, body.text, { dryRun: body.dryRun, actor: actorOf(ctx) }),
  )

  serve(router, contract.listStock, async ({ params, query }) => {
    await products.getProduct(shop, params.id)
    const { state, batchId, page } = query
    const filter = { state, batchId, page: Number(page ?? 1), size: PAGE_SIZE }
    const { items, total } = await stock.listStock(shop, params.id, filter)
    const batches = await stock.listBatches(shop, params.id)
    return { items: items.map(toStockItem), total, batches }
  })

  serve(router, contract.voidStock, async ({ params, body, ctx }) => ({
    ok: true as const,
    voided: await stock.voidStock(shop, params.id, body, actorOf(ctx)),
  }))

  router.get('/api/admin/products/:id/stock.txt', async (ctx) => {
    const product = await products.getProduct(shop, String(ctx.params.id))
    ctx.attachment(`keys-${product.id}.txt`)
    ctx.type = 'text/plain; charset=utf-8'
    ctx.body = (await stock.listKeys(shop, product.id, queryOf(ctx).get('batchId'))).join('\n')
  })

  async function viewOf(product: ProductRow): Promise<contract.AdminProduct> {
    const counts = await products.countStock(shop)
    const delivered = await products.countDelivered(shop)
    return toView(product, counts.get(product.id), delivered.get(product.id))
  }

  return router
}

function toView(
  product: ProductRow,
  counts: products.StockCount = EMPTY,
  delivered = 0,
): contract.AdminProduct {
  return {
    id: product.id,
    name: product.name,
    description: product.description,
    purchaseNote: product.purchase_note,
    priceCents: product.price_cents,
    deliveryKind: product.delivery_kind,
    sharedText: product.shared_text,
    maxQuantity: product.max_quantity,
    lowStock: product.low_stock,
    sort: product.sort,
    onSale: product.on_sale_at !== null,
    unlisted: product.unlisted_at !== null,
    createdAt: product.created_at,
    stock: counts.free,
    sold: product.delivery_kind === 'keys' ? counts.sold : delivered,
  }
}

function toStockItem(item: Awaited<ReturnType<typeof stock.listStock>>['items'][number]): contract.StockItem {
  return {
    id: item.id,
    content: item.content,
    state: stock.stockStateOf(item),
    batchId: item.batch_id,
    orderId: item.order_id,
    createdAt: item.created_at,
  }
}
