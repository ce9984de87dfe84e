/** Placing an order: the limits, this browser's open order, and an amount that no other open order has. */
import { nanoid } from 'nanoid'
import { statement } from '../com/db/index.ts'
import { hashToken, randomToken } from '../com/tokens.ts'
import type { OrderRow, ProductRow } from '../sql/schema.ts'
import { readFirstSlots, withPool, type Pool } from './claim-amount.ts'
import { fail } from './errors.ts'
import { gathered } from './gathered.ts'
import { MAX_CENTS } from './money.ts'
import { networkOf } from './network.ts'
import { insertOrder } from './new-order.ts'
import { notingFull, refuseKnownFull } from './full-pools.ts'
import { countFreeStock } from './stock.ts'
import { getProductWithOthers } from './products.ts'
import { orderLimits } from './settings.ts'
import { transactionWith, type Shop } from './shop.ts'
import type { Channel, Locale } from './vocabulary.ts'

export interface OrderWish {
  readonly productId: string
  readonly quantity: number
  readonly email: string
  readonly channel: Channel
  readonly locale: Locale
  /** What the browser was given with an earlier order. */
  readonly buyerToken?: string | undefined
  readonly address: string
}

export interface PlacedOrder {
  readonly order: OrderRow
  readonly buyerToken: string
  /** The browser already had this order open. */
  readonly resumed: boolean
}

/** @throws ShopError for everything that `placeOrder` of the contract lists. */
export async function placeOrder(shop: Shop, wish: OrderWish): Promise<PlacedOrder> {
  const product = await checkProduct(shop, wish)
  const buyerToken = wish.buyerToken ?? randomToken(24)
  const buyer = { hash: hashToken(buyerToken), email: wish.email.toLowerCase(), net: networkOf(wish.address) }
  const price = product.price_cents * wish.quantity
  if (wish.buyerToken === undefined) await refuseKnownFull(shop, wish.channel, price)
  return shop.store.withLocks(locksOf(shop, wish, buyer), async () => {
    const open = await listOpenOrders(shop, buyer)
    const same = open.find((order) => order.buyer_hash === buyer.hash && isSameWish(order, product, wish))
    if (same) return { order: same, buyerToken, resumed: true }
    await checkLimits(shop, buyer, open)
    if (wish.buyerToken !== undefined) await refuseKnownFull(shop, wish.channel, price)
    const order = await notingFull(shop, wish.channel, price, () =>
      withPool(shop, wish.channel, price, (pool) => reserve(shop, pool, product, wish, buyer)),
    )
    return { order, buyerToken, resumed: false }
  })
}

/** So that orders of one buyer count each other. Limits that are off, and a browser never seen, need none. */
function locksOf(shop: Shop, wish: OrderWish, buyer: Buyer): string[] {
  const { perAddress, openOrders } = orderLimits(shop)
  return [
    ...(wish.buyerToken === undefined ? [] : [`buyer:${buyer.hash}`]),
    ...(openOrders > 0 ? [`email:${buyer.email}`] : []),
    ...(perAddress > 0 ? [`net:${buyer.net}`] : []),
  ]
}

interface Buyer {
  readonly hash: string
  readonly email: string
  readonly net: string
}

async function checkProduct(shop: Shop, wish: OrderWish): Promise<ProductRow> {
  const product = await getProductWithOthers(shop, wish.productId)
  if (product.on_sale_at === null) fail('off_sale')
  if (wish.quantity > product.max_quantity)
    fail('bad_input', { field: 'quantity', max: product.max_quantity })
  if (product.price_cents * wish.quantity > MAX_CENTS) fail('bad_input', { field: 'quantity' })
  if (product.delivery_kind === 'keys') {
    const stock = await countFreeStock(shop, product.id)
    if (stock < wish.quantity) fail('out_of_stock', { stock })
  }
  return product
}

function isSameWish(order: OrderRow, product: ProductRow, wish: OrderWish): boolean {
  return (
    order.product_id === product.id &&
    order.quantity === wish.quantity &&
    order.price_cents === product.price_cents * wish.quantity &&
    order.channel === wish.channel &&
    order.email === wish.email.toLowerCase()
  )
}

async function listOpenOrders(shop: Shop, buyer: Buyer): Promise<readonly OrderRow[]> {
  return (await findOpenOrders(shop, buyer)) ?? []
}

const findOpenOrders = gathered<Buyer, readonly OrderRow[]>(async (shop, buyers) => {
  const hashes = buyers.map(({ hash }) => hash)
  const emails = buyers.map(({ email }) => email)
  const orders = await openOrdersOf.all(shop.db, { hashes, emails, now: shop.now() })
  const isOf = (buyer: Buyer) => (order: OrderRow) =>
    order.buyer_hash === buyer.hash || order.email === buyer.email
  return new Map(buyers.map((buyer) => [buyer, orders.filter(isOf(buyer))]))
})

/** The state is wrapped so that SQLite finds the orders by buyer and not by walking through all that are open. */
const openOrdersOf = statement(
  (db, the: { hashes: readonly string[]; emails: readonly string[]; now: number }) =>
    db
      .selectFrom('orders')
      .selectAll()
      .where((where) => where(where.fn.coalesce('state', where.val('')), '=', 'pending'))
      .where('expires_at', '>', the.now)
      .where((where) => where.or([where('buyer_hash', 'in', the.hashes), where('email', 'in', the.emails)])),
)

async function checkLimits(shop: Shop, buyer: Buyer, open: readonly OrderRow[]): Promise<void> {
  const { perAddress, windowMs, openOrders } = orderLimits(shop)
  const ofBrowser = open.filter((order) => order.buyer_hash === buyer.hash).length
  const ofEmail = open.filter((order) => order.email === buyer.email).length
  if (openOrders > 0 && Math.max(ofBrowser, ofEmail) >= openOrders) {
    fail('too_many_open_orders', { limit: openOrders })
  }
  if (perAddress === 0) return
  const rate = await shop.store.hit(`orders:${buyer.net}`, perAddress, windowMs)
  if (!rate.allowed) fail('too_many_requests', { retryInSeconds: Math.ceil(rate.retryAfterMs / 1000) })
}

async function reserve(
  shop: Shop,
  pool: Pool,
  product: ProductRow,
  wish: OrderWish,
  buyer: Buyer,
): Promise<OrderRow> {
  const draft = {
    id: nanoid(),
    product_id: product.id,
    product_name: product.name,
    quantity: wish.quantity,
    price_cents: product.price_cents * wish.quantity,
    email: buyer.email,
    locale: wish.locale,
    buyer_hash: buyer.hash,
    address: buyer.net,
    merchant_id: null,
    test_at: null,
  }
  return transactionWith(
    shop,
    (db) => readFirstSlots(db, pool),
    (tx, firstSlots) => insertOrder(tx, pool, draft, { actor: 'buyer', net: buyer.net, firstSlots }),
  )
}
