/** An order as its buyer may see it: the goods only with proof, nothing of the seller's. */
import type { OrderRow, ProductRow } from '../sql/schema.ts'
import { findGoods } from '../core/delivery.ts'
import { readMailStates } from '../core/mails.ts'
import { canBePaid, canExtend, isProof } from '../core/orders.ts'
import { findRecentProduct } from '../core/products.ts'
import { readMerchantReturn } from '../core/merchant-return.ts'
import { findMerchantSide, type MerchantSide } from '../core/merchant-sides.ts'
import { scopeOf } from '../core/merchants.ts'
import type { Shop } from '../core/shop.ts'
import { listOfferedChannels, WHOLE_SHOP } from '../core/tills.ts'
import type { Channel } from '../core/vocabulary.ts'
import type { OrderSummary, OrderView } from './contract/orders.ts'

/** What a view shows beside the order's row: of other tables, of the shop, of the moment. */
export interface Surroundings {
  readonly open: boolean
  readonly canExtend: boolean
  readonly deliveryKind: OrderView['deliveryKind']
  readonly otherChannels: readonly Channel[]
  readonly mail: OrderView['mail']
  readonly purchaseNote: string
  readonly goods: OrderView['goods']
  readonly merchant: OrderView['merchant']
}

export async function toOrderView(
  shop: Shop,
  order: OrderRow,
  token: string | undefined,
): Promise<OrderView> {
  const proven = isProof(order, token)
  const surroundings = await readSurroundings(shop, order, proven)
  return { ...drawOrder(order, surroundings, proven), serverTime: shop.now() }
}

export async function readSurroundings(shop: Shop, order: OrderRow, proven: boolean): Promise<Surroundings> {
  const delivered = order.state === 'delivered'
  const open = canBePaid(order, shop.now())
  const product = await findRecentProduct(shop, order.product_id)
  const side = await findMerchantSide(shop, order)
  return {
    open,
    canExtend: canExtend(order, shop.now()),
    deliveryKind: product?.delivery_kind ?? 'shared',
    otherChannels: open ? await otherChannels(shop, order, side) : [],
    mail: delivered ? ((await readMailStates(shop, [order.id])).get(order.id)?.state ?? 'none') : 'none',
    purchaseNote: proven && order.paid_at !== null ? (product?.purchase_note ?? '') : '',
    goods: proven && delivered ? await goodsOf(shop, order, product) : null,
    merchant: side ? await readMerchantReturn(shop, order, side) : null,
  }
}

/** Depends on nothing but what it is given. */
export function drawOrder(
  order: OrderRow,
  around: Surroundings,
  proven: boolean,
): Omit<OrderView, 'serverTime'> {
  return {
    id: order.id,
    productId: order.product_id || null,
    productName: order.product_name,
    deliveryKind: around.deliveryKind,
    quantity: order.quantity,
    priceCents: order.price_cents,
    dueCents: order.due_cents,
    channel: order.channel,
    state: order.state,
    createdAt: order.created_at,
    expiresAt: order.expires_at,
    lateUntil: order.late_until,
    paidAt: order.paid_at,
    paidBy: order.paid_by,
    deliveredAt: order.delivered_at,
    code: around.open ? codeOf(order) : null,
    canExtend: around.canExtend,
    otherChannels: [...around.otherChannels],
    reportedAt: order.reported_at,
    maskedEmail: maskEmail(order.email),
    mail: around.mail,
    proven,
    purchaseNote: around.purchaseNote,
    goods: around.goods,
    merchant: around.merchant,
    test: order.test_at !== null,
  }
}

function codeOf(order: OrderRow) {
  return {
    fixed: order.code_fixed_at !== null,
    payload: order.code_payload,
    pictureUrl: `/api/orders/${order.id}/code.png?c=${order.channel}`,
    amountLink: order.amount_link,
    linkOnly: order.amount_link !== null && order.code_payload === order.amount_link,
  }
}

async function otherChannels(shop: Shop, order: OrderRow, side: MerchantSide | undefined) {
  if (side && side.asked.channel_fixed_at !== null) return []
  const tills = side ? scopeOf(side.merchant, side.asked.mode) : WHOLE_SHOP
  const channels = await listOfferedChannels(shop, order.price_cents, tills)
  return channels.filter((channel) => channel !== order.channel)
}

/** What was handed over, with the note of its product. */
export async function goodsOf(shop: Shop, order: OrderRow, product: ProductRow | undefined) {
  const items = await findGoods(shop, order)
  if (!items) return null
  const kind = order.delivered_text === null ? ('keys' as const) : (product?.delivery_kind ?? 'shared')
  return { kind, items, note: product?.purchase_note ?? '' }
}

/** `a***@qq.com` */
function maskEmail(email: string): string {
  if (email === '') return ''
  const at = email.lastIndexOf('@')
  return `${email.slice(0, 1)}***${email.slice(at)}`
}

export function toOrderSummary(order: OrderRow): OrderSummary {
  return {
    id: order.id,
    productName: order.product_name,
    quantity: order.quantity,
    dueCents: order.due_cents,
    channel: order.channel,
    state: order.state,
    createdAt: order.created_at,
    expiresAt: order.expires_at,
  }
}
