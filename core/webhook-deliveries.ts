/** What the webhooks of a merchant were sent and are to be sent, in one mode. */
import type { CallbackAttemptRow, CallbackRow } from '../sql/schema.ts'
import { inState, listAttempts, withAttempts, type Tries } from './callback-log.ts'
import { readCursor, toPage, type ListPage } from './cursor.ts'
import { fail } from './errors.ts'
import type { Shop } from './shop.ts'
import type { CallbackState, Mode, WebhookEvent } from './vocabulary.ts'

export interface DeliveryOwner {
  readonly merchantId: string
  readonly mode: Mode
}

export interface DeliveryFilter extends DeliveryOwner {
  readonly orderId?: string | undefined
  readonly endpointId?: string | undefined
  readonly event?: WebhookEvent | undefined
  readonly state?: CallbackState | undefined
}

export type Delivery = CallbackRow & Tries

/** Newest first. @throws ShopError `bad_input` for a cursor that is none */
export async function listDeliveries(
  shop: Shop,
  { orderId, endpointId, event, state, ...owner }: DeliveryFilter,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<ListPage<Delivery>> {
  let query = ownedBy(shop, owner)
  if (orderId !== undefined) query = query.where('order_id', '=', orderId)
  if (endpointId !== undefined) query = query.where('endpoint_id', '=', endpointId)
  if (event !== undefined) query = query.where('event', '=', event)
  if (state !== undefined) query = query.where((where) => inState(where, state))
  if (cursor !== undefined) {
    const { at, id } = readCursor(cursor)
    query = query.where((where) =>
      where.or([
        where('created_at', '<', at),
        where.and([where('created_at', '=', at), where('id', '<', id)]),
      ]),
    )
  }
  const found = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const { rows, next } = toPage(found, limit, ({ created_at: at, id }) => ({ at, id }))
  return { rows: await withAttempts(shop, rows), next }
}

/** @throws ShopError `not_found`, also for another's, and for one of the other mode */
export async function getDelivery(
  shop: Shop,
  owner: DeliveryOwner,
  id: string,
): Promise<{ readonly delivery: Delivery; readonly attempts: readonly CallbackAttemptRow[] }> {
  const [delivery] = await withAttempts(shop, await ownedBy(shop, owner).where('id', '=', id).execute())
  return { delivery: delivery ?? fail('not_found'), attempts: await listAttempts(shop, id) }
}

/** The calls of the older protocols are not among them. */
function ownedBy(shop: Shop, { merchantId, mode }: DeliveryOwner) {
  return shop.db
    .selectFrom('callbacks')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('mode', '=', mode)
    .where('protocol', '=', 'v1')
}
