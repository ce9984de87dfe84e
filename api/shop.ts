/** Visitors: the shop, its shelf, a product. */
import Router from 'koa-router'
import { countStock, getProduct, listShelf } from '../core/products.ts'
import { countFreeStock } from '../core/stock.ts'
import { listOpenTills, payableChannels } from '../core/tills.ts'
import type { ProductRow } from '../sql/schema.ts'
import type { ApiContext } from './context.ts'
import * as contract from './contract/shop.ts'
import { renderMarkdown } from './markdown.ts'
import { serve } from './serve.ts'

export function shopRoutes({ shop, mailToFiles }: ApiContext): Router {
  const router = new Router({ sensitive: true, strict: true })

  serve(router, contract.showShop, () => {
    const { shopName, shopNotice, contact, brandColor, channels } = shop.settings.current
    return {
      name: shopName,
      notice: shopNotice,
      contact,
      brandColor,
      channels: [...channels],
      mails: !mailToFiles,
      listener: 'unknown' as const,
      serverTime: shop.now(),
    }
  })

  serve(router, contract.listProducts, async () => {
    const stock = await countStock(shop)
    const products = await listShelf(shop)
    return { products: products.map((product) => toCard(product, stock.get(product.id)?.free ?? 0)) }
  })

  serve(router, contract.showProduct, async ({ params }) => {
    const product = await getProduct(shop, params.id)
    const keys = product.delivery_kind === 'keys'
    const free = keys ? await countFreeStock(shop, product.id) : 0
    const tills = await listOpenTills(shop, product.price_cents)
    return {
      ...toCard(product, free),
      descriptionHtml: renderMarkdown(product.description),
      purchaseNote: product.purchase_note,
      deliveryKind: product.delivery_kind,
      stock: keys ? free : null,
      maxQuantity: keys ? Math.min(free, product.max_quantity) : product.max_quantity,
      onSale: product.on_sale_at !== null,
      channels: payableChannels(tills, product.price_cents, shop.settings.current.slotDepth),
    }
  })

  return router
}

function toCard(product: ProductRow, free: number): contract.ProductCard {
  return {
    id: product.id,
    name: product.name,
    priceCents: product.price_cents,
    inStock: product.delivery_kind !== 'keys' || free > 0,
  }
}
