/** An order as its buyer may see it: the goods only with proof, nothing of the seller's. */
import type { OrderRow, ProductRow } from '../sql/schema.ts'
import { findGoods } from '../core/delivery.ts'
import { readMailStates } from '../core/mails.ts'
import { canBePaid, canExtend, isProof } from '../core/orders.ts'
import { findProduct } from '../core/products.ts'
import { findMerchantReturn } from '../core/merchant-return.ts'
import { findScope } from '../core/merchants.ts'
import type { Shop } from '../core/shop.ts'
import { listOpenTills, payableChannels } from '../core/tills.ts'
import type { OrderSummary, OrderView } from './contract/orders.ts'

export async function toOrderView(
  shop: Shop,
  order: OrderRow,
  token: string | undefined,
): Promise<OrderView> {
  const proven = isProof(order, token)
  const delivered = order.state === 'delivered'
  const pending = canBePaid(order, shop.now())
  const mails = delivered ? await readMailStates(shop, [order.id]) : undefined
  const product = await findProduct(shop, order.product_id)
  return {
    id: order.id,
    productId: order.product_id || null,
    productName: order.product_name,
    deliveryKind: product?.delivery_kind ?? 'shared',
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
    serverTime: shop.now(),
    code: pending ? codeOf(order) : null,
    canExtend: canExtend(order, shop.now()),
    otherChannels: pending ? await otherChannels(shop, order) : [],
    reportedAt: order.reported_at,
    maskedEmail: maskEmail(order.email),
    mail: mails?.get(order.id)?.state ?? 'none',
    proven,
    purchaseNote: proven && order.paid_at !== null ? (product?.purchase_note ?? '') : '',
    goods: proven && delivered ? await goodsOf(shop, order, product) : null,
    merchant: await findMerchantReturn(shop, order),
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

async function otherChannels(shop: Shop, order: OrderRow) {
  const scope = await findScope(shop, order)
  if (!scope.mayChange) return []
  const tills = await listOpenTills(shop, order.price_cents, scope.tills)
  const channels = payableChannels(tills, order.price_cents, shop.settings.current.slotDepth)
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
