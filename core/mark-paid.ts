/** The seller saw the money and says so. */
import { recordAudit, type Actor } from './audit.ts'
import { fail } from './errors.ts'
import { ORDER_MOVES, wakeOrder } from './order-state.ts'
import { getOrder } from './orders.ts'
import { findProduct } from './products.ts'
import { settleOrder } from './settle.ts'
import { transaction, type Shop } from './shop.ts'

/** Runs the full paid flow. Marking a paid order again changes nothing. @throws ShopError `wrong_state` */
export async function markPaid(shop: Shop, id: string, reason: string, actor: Actor): Promise<void> {
  await transaction(shop, async (tx) => {
    const order = await getOrder(tx, id)
    if (order.paid_at !== null) return
    if (!ORDER_MOVES[order.state].includes('paid')) fail('wrong_state', { state: order.state })
    const goods = await findProduct(tx, order.product_id)
    await settleOrder(tx, order, goods, { by: 'marked', actor: actor.name, detail: { reason } })
    const after = await getOrder(tx, id)
    await recordAudit(
      tx,
      actor,
      'orders.mark-paid',
      id,
      { state: order.state },
      { state: after.state, reason },
    )
  })
  wakeOrder(shop, id)
  shop.store.publish('jobs', '')
}
