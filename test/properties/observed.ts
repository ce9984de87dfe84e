/** Where the rules leave a choice, which one the shop made. The comparison then holds it to the consequences. */
import type { World } from './world.ts'

export async function findDelivered(world: World): Promise<Set<string>> {
  const rows = await world.shop.db
    .selectFrom('orders')
    .select('id')
    .where('state', '=', 'delivered')
    .execute()
  return new Set(rows.map(({ id }) => id))
}

export async function findAssigned(world: World): Promise<Set<string>> {
  const rows = await world.shop.db
    .selectFrom('payments')
    .select('id')
    .where('match_kind', '=', 'assigned')
    .execute()
  return new Set(rows.map(({ id }) => id))
}
