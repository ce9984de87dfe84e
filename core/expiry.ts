/** The clock's part: orders whose time ran out, and the grace after the shop itself was away. */
import { enqueueCallbacks } from './callbacks.ts'
import { moveOrder, wakeOrder } from './order-state.ts'
import { readValue, writeValue } from './settings.ts'
import { transaction, type Shop } from './shop.ts'
import { holdSlots } from './slots.ts'
import { SILENT_MS } from './tills.ts'

const BATCH = 50

/** Their amounts stay held: money that is already on its way still finds its order. @returns how many expired. */
export async function expireOrders(shop: Shop): Promise<number> {
  const due = await shop.db
    .selectFrom('orders')
    .select('id')
    .where('state', '=', 'pending')
    .where('expires_at', '<=', shop.now())
    .orderBy('expires_at')
    .limit(BATCH)
    .execute()
  if (due.length === 0) return 0
  const ids = due.map((order) => order.id)
  const expired = await transaction(shop, async (tx) => {
    const moved: string[] = []
    const orders = await tx.db
      .selectFrom('orders')
      .select(['id', 'state', 'merchant_id'])
      .where('id', 'in', ids)
      .where('state', '=', 'pending')
      .where('expires_at', '<=', tx.now())
      .orderBy('id')
      .execute()
    const event = { kind: 'expired', actor: 'clock' } as const
    for (const order of orders) {
      const set = { expired_at: tx.now() }
      if (!(await moveOrder(tx, order, 'expired', set, event, tx.now()))) continue
      moved.push(order.id)
      await enqueueCallbacks(tx, order, 'order.expired')
    }
    return moved
  })
  for (const id of expired) wakeOrder(shop, id)
  return due.length === BATCH ? expired.length + (await expireOrders(shop)) : expired.length
}

/** How long nobody may have noted a sign of life before the shop counts as having been away. */
const AWAY_MS = 15_000

/** Notes that a process is alive; the clock calls it every few seconds. */
export async function noteAlive(shop: Shop): Promise<void> {
  await writeValue(shop, 'alive_at', shop.now())
}

/**
 * After an outage: listeners could not reach us, so orders that ended meanwhile get the start-up grace, as far
 * as nobody else has their amounts. @returns how many orders got it.
 */
export async function graceAfterOutage(shop: Shop): Promise<number> {
  const aliveAt = Number((await readValue(shop, 'alive_at')) ?? Number.NaN)
  if (!(shop.now() - aliveAt > AWAY_MS)) return 0
  await hearDevicesAgain(shop, aliveAt)
  const { startupGraceS, slotHoldS } = shop.settings.current
  return transaction(shop, async (tx) => {
    const graceUntil = tx.now() + startupGraceS * 1000
    const rows = await tx.db
      .selectFrom('orders')
      .innerJoin('amount_slots', 'amount_slots.order_id', 'orders.id')
      .select('orders.id')
      .distinct()
      .where('orders.state', 'in', ['pending', 'expired'])
      .where('orders.late_until', '>=', aliveAt)
      .where('orders.late_until', '<', graceUntil)
      .where('amount_slots.held_until', '>=', tx.now())
      .execute()
    for (const { id } of rows) {
      await holdSlots(tx, id, graceUntil + slotHoldS * 1000)
      await tx.db
        .updateTable('orders')
        .set({ late_until: graceUntil })
        .where('id', '=', id)
        .where('state', 'in', ['pending', 'expired'])
        .execute()
    }
    return rows.length
  })
}

/** Devices that were heard when the shop last was: nobody could hear them since, so their silence begins now. */
async function hearDevicesAgain(shop: Shop, aliveAt: number): Promise<void> {
  await shop.db
    .updateTable('listeners')
    .set({ heartbeat_at: shop.now() })
    .where('silent_at', 'is', null)
    .where('heartbeat_at', '>=', aliveAt - SILENT_MS)
    .execute()
}
