/**
 * The pages: one index.html for every route behind the `#`, and the same with a title, a share card and a plain
 * payment page at /goods/:id and /pay/:id, where nothing behind a `#` would reach the server.
 */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import Router from 'koa-router'
import { fail, ShopError } from '../core/errors.ts'
import { escapeHtml } from '../core/letters.ts'
import { formatYuan } from '../core/money.ts'
import { getOrder } from '../core/orders.ts'
import { getProduct } from '../core/products.ts'
import type { Shop } from '../core/shop.ts'
import type { OrderRow } from '../sql/schema.ts'
import { plainOrder } from './plain-order.ts'

interface Card {
  readonly title: string
  readonly description: string
  readonly plain: string
}

export function pageRoutes(shop: Shop, pagesDir: string): Router {
  const router = new Router({ sensitive: true })

  router.get('/', async (ctx) => {
    const name = shop.settings.current.shopName
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-cache')
    ctx.body = await render({
      title: name,
      description: name,
      plain: '请开启 JavaScript。Please switch on JavaScript.',
    })
  })

  router.get('/docs', async (ctx) => {
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-cache')
    ctx.body = await render({
      title: `开发者文档 · ${shop.settings.current.shopName}`,
      description: 'API',
      plain: '<a href="/openapi.zh-CN.json">OpenAPI（中文）</a> <a href="/openapi.json">OpenAPI</a>',
    })
  })

  router.get('/goods/:id', async (ctx) => {
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-cache')
    ctx.body = await render(await orMissing(() => productCard(shop, String(ctx.params.id))))
  })

  router.get('/pay/:id', async (ctx) => {
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = await render(
      await orMissing(async () => orderCard(shop, await getOrder(shop, String(ctx.params.id)))),
    )
  })

  router.get('/app/{*file}', async (ctx) => {
    const file = normalize(join(pagesDir, String(ctx.params.file)))
    const found = file.startsWith(pagesDir + sep) && !file.endsWith('.map') && (await statOf(file))
    if (!found || !found.isFile()) return fail('not_found')
    ctx.type = extname(file)
    ctx.length = found.size
    const hashed = file.startsWith(join(pagesDir, 'assets') + sep)
    ctx.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    ctx.body = createReadStream(file)
  })

  async function render(card: Card): Promise<string> {
    const html = await readFile(join(pagesDir, 'index.html'), 'utf8')
    const head = [
      `<title>${escapeHtml(card.title)}</title>`,
      `<meta name="description" content="${escapeHtml(card.description)}">`,
      `<meta property="og:title" content="${escapeHtml(card.title)}">`,
      `<meta property="og:description" content="${escapeHtml(card.description)}">`,
      '<meta property="og:type" content="website">',
    ].join('\n')
    return html
      .replace(/<title>[^<]*<\/title>/, () => head)
      .replace(/<noscript>[\s\S]*?<\/noscript>/, () => `<noscript>${card.plain}</noscript>`)
  }

  return router
}

async function productCard(shop: Shop, id: string): Promise<Card> {
  const product = await getProduct(shop, id)
  const price = `¥${formatYuan(product.price_cents)}`
  const { shopName } = shop.settings.current
  return {
    title: `${product.name} ${price} · ${shopName}`,
    description: `${shopName}：${product.name}，${price}`,
    plain: `<h1>${escapeHtml(product.name)}</h1><p>${price}</p><p>下单需要开启 JavaScript。Ordering needs JavaScript.</p>`,
  }
}

async function orderCard(shop: Shop, order: OrderRow): Promise<Card> {
  return {
    title: `${order.product_name} ¥${formatYuan(order.due_cents)}`,
    description: order.product_name,
    plain: await plainOrder(shop, order),
  }
}

/** The page itself tells that something is missing, in the reader's language. */
async function orMissing(card: () => Promise<Card>): Promise<Card> {
  try {
    return await card()
  } catch (error) {
    if (!(error instanceof ShopError)) throw error
    return { title: '404', description: '', plain: '<p>没有找到 / not found</p>' }
  }
}

async function statOf(file: string) {
  return stat(file).catch(() => undefined)
}
