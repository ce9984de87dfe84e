/** Handing the goods of a paid order over: on the page at once, and by e-mail through the outbox. */
import type { OrderRow, ProductRow } from '../sql/schema.ts'
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { enqueue } from './jobs.ts'
import { mustMoveOrder, wakeOrder, type Step } from './order-state.ts'
import { getOrder } from './orders.ts'
import { transaction, type Shop, type Tx } from './shop.ts'
import { assignKeys, countFreeStock, listOrderKeys } from './stock.ts'

/** What is handed over, and how; undefined for a merchant's order, whose goods are the merchant's. */
export type Goods = Pick<ProductRow, 'delivery_kind' | 'shared_text'> | undefined

/**
 * Inside the transaction of what makes the order paid: that step, and as many of those to its goods as can be taken now.
 * Out of stock it waits; manual goods stay with the seller.
 */
export async function payAndHandOver(
  tx: Tx,
  order: Pick<OrderRow, 'id' | 'state' | 'product_id' | 'quantity'>,
  goods: Goods,
  paid: Step,
): Promise<void> {
  if (goods?.delivery_kind === 'shared') {
    await mustMoveOrder(tx, order, paid, deliveredStep(tx, goods.shared_text, 'clock'))
    return enqueueLetter(tx, order.id)
  }
  await mustMoveOrder(tx, order, paid)
  if (goods?.delivery_kind !== 'keys') return
  const waiting = { id: order.id, state: 'paid' } as const
  if (await assignKeys(tx, { id: order.id, productId: order.product_id, quantity: order.quantity }))
    return markDelivered(tx, waiting, null, 'clock')
  const event = { kind: 'waiting_stock', actor: 'clock' } as const
  await mustMoveOrder(tx, waiting, { target: 'paid_waiting_stock', set: {}, event })
}

async function markDelivered(
  tx: Tx,
  order: Pick<OrderRow, 'id' | 'state'>,
  text: string | null,
  actor: string,
): Promise<void> {
  await mustMoveOrder(tx, order, deliveredStep(tx, text, actor))
  await enqueueLetter(tx, order.id)
}

function deliveredStep(tx: Tx, text: string | null, actor: string): Step {
  const set = { delivered_at: tx.now(), delivered_text: text }
  return { target: 'delivered', set, event: { kind: 'delivered', actor } }
}

async function enqueueLetter(tx: Tx, orderId: string): Promise<void> {
  await enqueue(tx, { kind: 'delivery_mail', key: `delivery_mail:${orderId}`, orderId })
}

/** Delivers orders that were paid while the stock was short, oldest first. @returns how many. */
export async function deliverWaiting(shop: Shop, productId?: string): Promise<number> {
  let query = shop.db
    .selectFrom('orders')
    .select(['id', 'product_id', 'quantity', 'state'])
    .where('state', '=', 'paid_waiting_stock')
  if (productId) query = query.where('product_id', '=', productId)
  const waiting = await query.orderBy('paid_at').limit(500).execute()
  let delivered = 0
  for (const order of waiting) {
    if ((await countFreeStock(shop, order.product_id)) < order.quantity) continue
    if (!(await deliverOne(shop, order))) continue
    delivered += 1
    wakeOrder(shop, order.id)
  }
  return delivered
}

async function deliverOne(
  shop: Shop,
  seen: Pick<OrderRow, 'id' | 'product_id' | 'quantity' | 'state'>,
): Promise<boolean> {
  return transaction(shop, async (tx) => {
    const order = await getOrder(tx, seen.id)
    if (order.state !== 'paid_waiting_stock') return false
    const wish = { id: order.id, productId: order.product_id, quantity: order.quantity }
    if (!(await assignKeys(tx, wish))) return false
    await markDelivered(tx, order, null, 'clock')
    return true
  })
}

/** The seller hands over a manual order of the shop's own. @throws ShopError `wrong_state`, `bad_input` */
export async function deliverByHand(shop: Shop, id: string, text: string, actor: Actor): Promise<void> {
  if (text.trim() === '') fail('bad_input', { field: 'text' })
  await transaction(shop, async (tx) => {
    const order = await getOrder(tx, id)
    if (order.state !== 'paid' || order.merchant_id !== null) fail('wrong_state', { state: order.state })
    await markDelivered(tx, order, text, actor.name)
    await recordAudit(tx, actor, 'orders.deliver', id, { state: order.state }, { state: 'delivered' })
  })
  wakeOrder(shop, id)
}

/** @returns what was handed over, one entry per card key; undefined until it was. */
export async function findGoods(shop: Shop, order: OrderRow): Promise<string[] | undefined> {
  if (order.state !== 'delivered') return undefined
  if (order.delivered_text !== null) return [order.delivered_text]
  return listOrderKeys(shop, order.id)
}
