/** What a call does to a test order in the place of money and time, by the very rules of the others. */
import { nanoid } from 'nanoid'
import type { OrderRow } from '../sql/schema.ts'
import { fail } from './errors.ts'
import { expireOrders } from './expiry.ts'
import { formatYuan } from './money.ts'
import { recordPayment, type Recorded } from './payments.ts'
import { transaction, type Shop } from './shop.ts'
import { holdSlots } from './slots.ts'
import { TEST_LISTENER } from './test-tills.ts'

/**
 * As if the buyer had paid now; once more is a surplus. Any amount but the one due finds no order, nobody else's either.
 *
 * @throws ShopError `order_not_found` for an order that is no test
 */
export async function payTestOrder(
  shop: Shop,
  order: OrderRow,
  amountCents = order.due_cents,
): Promise<Recorded> {
  if (order.test_at === null) fail('order_not_found')
  return recordPayment(shop, {
    paymentId: nanoid(),
    listenerId: TEST_LISTENER,
    rawPrice: formatYuan(amountCents),
    rawType: order.channel,
    money: { accountId: order.account_id, channel: order.channel, amountCents },
    address: '',
    test: order.id,
  })
}

/** As if its time were over. @throws ShopError `order_not_found` as above, `wrong_state` for one that is not open */
export async function expireTestOrder(shop: Shop, order: OrderRow): Promise<void> {
  if (order.test_at === null) fail('order_not_found')
  await transaction(shop, async (tx) => {
    const { lateAcceptS, slotHoldS } = tx.settings.current
    await holdSlots(tx, order.id, tx.now() + slotHoldS * 1000)
    const { numUpdatedRows } = await tx.db
      .updateTable('orders')
      .set({ expires_at: tx.now(), late_until: tx.now() + lateAcceptS * 1000 })
      .where('id', '=', order.id)
      .where('state', '=', 'pending')
      .where('expires_at', '>', tx.now())
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) fail('wrong_state', { state: order.state })
  })
  await expireOrders(shop)
  shop.store.publish('jobs', '')
}
